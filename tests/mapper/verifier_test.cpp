// SPDX-License-Identifier: Apache-2.0
// The verifier accepts a legal mapping and finds each way of breaking it: every test corrupts one thing.
#include "mapper/verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "fixtures.h"
#include "mapper/verifier_parts.h"

namespace ranvier::mapper {
namespace {

using testing::attention_program;
using testing::kinds;
using testing::kInput;
using testing::ProgramBuilder;
using testing::texts;
using testing::toy_board;
using enum FindingKind;

workloads::Program sliced_program() {
  ProgramBuilder b(4, 100);
  const StageId deep = b.linear("deep", kInput, 16);
  const StageId next = b.linear("next", deep, 16);
  const StageId norm = b.norm("norm", b.sum("sum", deep, next));
  b.linear("head", norm, 10);
  return b.finish();
}

struct Corruption {
  const char* name;
  FindingKind expected;
  std::function<void(MappingProblem&, Mapping&)> corrupt;
};
void PrintTo(const Corruption& c, std::ostream* out) { *out << c.name; }

/// Tiles: 0 host, 1 deep (owner), 2 deep (slice), 3 next, 4 sum, 5 norm, 6 head. A core each.
struct Verifier : ::testing::TestWithParam<Corruption> {
  static MappingProblem make(const workloads::Program& program) {
    auto board = toy_board(3, 3);
    board.chip.max_delay_steps.value = 8;
    return make_problem(program, board, Schedule::kAsynchronousUnary, {.token_mode = TokenChoice::kShared});
  }
  workloads::Program program = sliced_program();
  MappingProblem problem = make(program);
  Mapping mapping = map_program(problem, {.preset = Preset::kLatency, .place = {.moves = 200}});
};

std::size_t flow_from(const MappingProblem& p, std::size_t tile) {
  for (std::size_t f = 0; f < p.flows.size(); ++f)
    if (p.flows[f].source == TileId(tile)) return f;
  throw std::logic_error("no such flow");
}

void add_flow(MappingProblem& p, Mapping& m, const Flow& flow) {
  p.flows.push_back(flow);
  p.flow_events.push_back(1);
  const CoreId to = m.core_of[flow.destinations[0].value()];
  m.routes.push_back(m.core_of[flow.source.value()] == to ? Route{} : Route{{to}});
  const bool later = m.level[flow.destinations[0].value()] > m.level[flow.source.value()];
  m.delay.push_back(later ? m.level[flow.destinations[0].value()] - m.level[flow.source.value()] - 1 : 0);
}

TEST_P(Verifier, FindsTheCorruptionAndNothingElse) {
  ASSERT_EQ(problem.tiles.size(), 7u);
  ASSERT_TRUE(verify(problem, mapping).empty()) << texts(verify(problem, mapping));
  GetParam().corrupt(problem, mapping);
  const auto findings = verify(problem, mapping);
  ASSERT_FALSE(findings.empty());
  EXPECT_THAT(kinds(findings), ::testing::Each(GetParam().expected)) << texts(findings);
  for (const Finding& f : findings) EXPECT_EQ(f.text.find('\n'), std::string::npos);
}

const Corruption kCorruptions[] = {
    {"core_list_too_short", kShape, [](auto&, auto& m) { m.core_of.pop_back(); }},
    {"unknown_stage", kShape, [](auto& p, auto&) { p.tiles[3].stage = StageId(99); }},
    {"flow_to_the_host", kShape, [](auto& p, auto&) { p.flows[0].destinations = {TileId(0)}; }},
    {"no_program", kShape, [](auto& p, auto&) { p.program = nullptr; }},
    {"outputs_beyond_the_stage", kTileRange, [](auto& p, auto&) { p.tiles[3].outputs.end = 17; }},
    {"empty_tokens", kTileRange,
     [](auto& p, auto&) {
       p.tiles[3].tokens = {2, 2};
     }},
    {"a_sum_cut_by_inputs", kTileRange, [](auto& p, auto&) { p.tiles[4].inputs.end = 8; }},
    {"a_second_host", kTileRange, [](auto& p, auto&) { p.tiles[3].stage = StageId(0); }},
    {"a_host_tile_on_a_core", kPlacement, [](auto&, auto& m) { m.core_of[0] = CoreId(0); }},
    {"a_tile_on_no_core", kPlacement, [](auto&, auto& m) { m.core_of[3] = CoreId(); }},
    {"a_core_off_the_board", kPlacement, [](auto&, auto& m) { m.core_of[3] = CoreId(9); }},
    {"a_demand_too_small", kDemand, [](auto& p, auto&) { p.tiles[3].demand.state_bytes = Bytes(1); }},
    {"synapses_beyond_the_core", kCapacity,
     [](auto& p, auto&) { p.board.chip.core.synapse_memory.value = Bytes(799); }},
    {"axons_beyond_the_core", kCapacity, [](auto& p, auto&) { p.board.chip.core.fan_in_axons.value = 49; }},
    {"neurons_beyond_the_core", kCapacity, [](auto& p, auto&) { p.board.chip.core.neurons.value = 15; }},
    {"state_beyond_the_core", kCapacity, [](auto& p, auto&) { p.board.chip.core.state_memory.value = Bytes(255); }},
    {"events_its_source_does_not_send", kFlowRange,
     [](auto& p, auto& m) {
       add_flow(p, m, {TileId(3), {0, 1}, {15, 17}, {TileId(4)}, 1});
     }},
    {"an_event_brought_twice", kFlowDuplicate,
     [](auto& p, auto& m) {
       add_flow(p, m, {TileId(3), {0, 1}, {0, 1}, {TileId(4)}, 1});
     }},
    {"a_destination_missing", kFlowMissing,
     [](auto& p, auto& m) {
       const std::size_t f = flow_from(p, 3);
       p.flows.erase(p.flows.begin() + static_cast<std::ptrdiff_t>(f));
       p.flow_events.pop_back();
       m.routes.erase(m.routes.begin() + static_cast<std::ptrdiff_t>(f));
       m.delay.erase(m.delay.begin() + static_cast<std::ptrdiff_t>(f));
     }},
    {"a_channel_missing", kFlowMissing, [](auto& p, auto&) { --p.flows[flow_from(p, 3)].channels.end; }},
    {"a_token_of_a_slice_missing", kFlowMissing, [](auto& p, auto&) { --p.flows[flow_from(p, 2)].tokens.end; }},
    {"a_tile_without_use_for_it", kFlowStray,
     [](auto& p, auto& m) {
       add_flow(p, m, {TileId(3), {0, 1}, {0, 1}, {TileId(6)}, 1});
     }},
    {"inputs_of_the_other_slice", kFlowStray,
     [](auto& p, auto& m) {
       add_flow(p, m, {TileId(0), {0, 1}, {60, 61}, {TileId(1)}, 1});
     }},
    {"a_narrow_partial_sum", kPayload, [](auto& p, auto&) { p.flows[flow_from(p, 2)].payload_bits = 23; }},
    {"a_narrow_residual_sum", kPayload, [](auto& p, auto&) { p.flows[flow_from(p, 4)].payload_bits = 15; }},
    {"a_chain_too_short", kRoute, [](auto& p, auto& m) { m.routes[flow_from(p, 3)].chain.clear(); }},
    {"a_chain_to_elsewhere", kRoute, [](auto& p, auto& m) { m.routes[flow_from(p, 3)].chain = {m.core_of[6]}; }},
    {"a_chain_that_visits_twice", kRoute,
     [](auto& p, auto& m) {
       auto& chain = m.routes[flow_from(p, 3)].chain;
       chain.push_back(chain[0]);
     }},
    {"tables_too_small", kRouteEntries, [](auto& p, auto&) { p.board.chip.core.route_entries.value = 0; }},
    {"a_delay_not_aligned", kDelay, [](auto& p, auto& m) { ++m.delay[flow_from(p, 3)]; }},
    {"a_delay_on_a_chip_without", kDelay, [](auto& p, auto&) { p.board.chip.max_delay_steps.value = 0; }},
};

INSTANTIATE_TEST_SUITE_P(Corruptions, Verifier, ::testing::ValuesIn(kCorruptions),
                         [](const auto& test) { return std::string(test.param.name); });

struct VerifierMore : Verifier {};

TEST_F(VerifierMore, FindsATileThatFiresBeforeItsInputs) {
  mapping.level[3] = mapping.level[1];
  EXPECT_THAT(kinds(verify(problem, mapping)), ::testing::Contains(kLevel));
}

TEST_F(VerifierMore, FindsOutputsThatNoTileOrTwoCompute) {
  auto once = problem;
  once.tiles[3].tokens.end = 3;
  EXPECT_THAT(kinds(verify(once, mapping)), ::testing::Contains(kCoverage));
  auto twice = problem;
  auto more = mapping;
  twice.tiles.push_back(twice.tiles[3]);
  twice.tile_cycles.push_back(1);
  more.core_of.push_back(more.core_of[3]);
  more.level.push_back(more.level[3]);
  EXPECT_THAT(kinds(verify(twice, more)), ::testing::Contains(kCoverage));
}

TEST_F(VerifierMore, FindsInputSlicesWithGapsOverlapsAndOtherShapes) {
  const auto changed = [&](auto change) {
    auto copy = problem;
    change(copy.tiles[2]);
    return kinds(verify(copy, mapping));
  };
  EXPECT_THAT(changed([](Tile& t) { ++t.inputs.begin; }), ::testing::Contains(kInputSlices));
  EXPECT_THAT(changed([](Tile& t) { --t.inputs.begin; }), ::testing::Contains(kInputSlices));
  EXPECT_THAT(changed([](Tile& t) { t.outputs.end = 8; }), ::testing::Contains(kInputSlices));
  EXPECT_THAT(changed([](Tile& t) { t.partial_of = TileId(3); }), ::testing::Contains(kInputSlices));
}

TEST_F(VerifierMore, SurvivesASliceOfANarrowerStagesTile) {
  problem.tiles[2].partial_of = TileId(6);  // sixteen outputs for a head of ten
  problem.flows[flow_from(problem, 2)].destinations = {TileId(6)};
  EXPECT_THAT(kinds(verify(problem, mapping)),
              ::testing::AllOf(::testing::Contains(kInputSlices), ::testing::Contains(kFlowStray)));
}

TEST_F(VerifierMore, CollectsNoMoreThanAsked) {
  for (auto& flow : problem.flows) flow.payload_bits = 0;
  EXPECT_EQ(verify(problem, mapping, 2).size(), 2u);
}

TEST(LinkDependencies, ACycleIsFoundAndATreeIsNot) {
  using verify_parts::find_cycle;
  EXPECT_TRUE(find_cycle({{1, 2}, {3}, {3}, {}}).empty());
  EXPECT_EQ(find_cycle({{1}, {2}, {3}, {1}}), (std::vector<std::size_t>{1, 2, 3}));
}

TEST(VerifierScores, FindsACutHeadAndAStreamedProduct) {
  const auto program = attention_program();
  auto p = make_problem(program, toy_board(4, 4), Schedule::kStagedGraded);
  const Mapping m = map_program(p);
  ASSERT_TRUE(verify(p, m).empty());
  p.tiles[6].mode = TokenMode::kStream;
  EXPECT_THAT(kinds(verify(p, m)), ::testing::Each(kTileRange));
  p.tiles[6].mode = TokenMode::kShared;
  p.tiles[6].outputs.end -= 1;
  EXPECT_THAT(kinds(verify(p, m)), ::testing::Each(kTileRange));
}

}  // namespace
}  // namespace ranvier::mapper
