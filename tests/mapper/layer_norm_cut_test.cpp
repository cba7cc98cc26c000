// SPDX-License-Identifier: Apache-2.0
// LayerNorm rows over several cores: when they are cut, what the parts take and send, and how the verifier finds each
// way of getting it wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "fixtures.h"
#include "mapper/demand.h"
#include "mapper/errors.h"
#include "mapper/mapping_io.h"
#include "mapper/stage_cut.h"

namespace ranvier::mapper {
namespace {

using testing::kinds;
using testing::kInput;
using testing::ProgramBuilder;
using testing::texts;
using testing::toy_board;
using enum FindingKind;

/// A row of `channels` on cores of 64 neurons and axons.
workloads::Program row_program(std::int32_t tokens, std::int32_t channels) {
  ProgramBuilder b(tokens, 8);
  const StageId wide = b.linear("wide", kInput, channels);
  b.linear("head", b.norm("norm", wide), 10);
  return b.finish();
}

const StageId kNorm{2};

std::vector<std::size_t> tiles_of_row(const MappingProblem& p) {
  std::vector<std::size_t> tiles;
  for (std::size_t t = 0; t < p.tiles.size(); ++t)
    if (p.tiles[t].stage == kNorm) tiles.push_back(t);
  return tiles;
}

MappingProblem problem_of(const workloads::Program& program, const chips::Board& board) {
  return make_problem(program, board, Schedule::kStagedGraded);
}

Mapping map_quickly(const MappingProblem& p) { return map_program(p, {.place = {.moves = 200}}); }

TEST(LayerNormCut, ARowTooWideIsCutIntoAsFewPartsAsFit) {
  const auto program = row_program(2, 150);
  const auto p = problem_of(program, toy_board(5, 5));
  const auto row = tiles_of_row(p);
  ASSERT_EQ(row.size(), 3u + 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const Tile& part = p.tiles[row[i]];
    EXPECT_FALSE(part.statistics);
    EXPECT_EQ(part.outputs, (Range{static_cast<std::int32_t>(50 * i), static_cast<std::int32_t>(50 * i + 50)}));
    EXPECT_EQ(part.inputs, (Range{0, 150}));
    const Tile& sums = p.tiles[row[3 + i]];
    EXPECT_TRUE(sums.statistics);
    EXPECT_TRUE(sums.sums_for_others());
    EXPECT_EQ(sums.outputs, (Range{0, 3}));
    EXPECT_EQ(sums.inputs, part.outputs);
    EXPECT_EQ(sums.tokens, (Range{0, 2}));
  }
}

TEST(LayerNormCut, ARowThatFitsStaysWholeAndIsCutByTokensFirst) {
  const auto narrow = row_program(2, 64);
  EXPECT_EQ(tiles_of_row(problem_of(narrow, toy_board(5, 5))).size(), 1u);
  // 64 tokens of 64 channels take 12288 B of 8192: two token ranges, and no row is cut.
  const auto many = row_program(64, 64);
  const auto p = problem_of(many, toy_board(5, 5));
  const auto row = tiles_of_row(p);
  ASSERT_EQ(row.size(), 2u);
  for (const std::size_t t : row) EXPECT_EQ(p.tiles[t].outputs, (Range{0, 64}));
}

TEST(LayerNormCut, WithoutNormalisingItNeedsNoStatistics) {
  auto program = row_program(2, 150);
  program.stages[kNorm.value()].layer_norm.normalise = false;
  const auto p = problem_of(program, toy_board(5, 5));
  const auto row = tiles_of_row(p);
  ASSERT_EQ(row.size(), 3u);
  for (const std::size_t t : row) {
    EXPECT_FALSE(p.tiles[t].statistics);
    EXPECT_EQ(p.tiles[t].demand.state_bytes, Bytes(2 * 50 * 3));
  }
  const Mapping m = map_quickly(p);
  EXPECT_TRUE(verify(p, m).empty()) << texts(verify(p, m));
}

TEST(LayerNormCut, PartsTakeWhatTheTableSays) {
  const auto program = row_program(4, 100);
  const auto p = problem_of(program, toy_board(5, 5));
  const auto row = tiles_of_row(p);
  ASSERT_EQ(row.size(), 2u + 2u);
  const Demand& part = p.tiles[row[0]].demand;
  EXPECT_EQ(part.neurons, 50);
  EXPECT_EQ(part.axons, 50);
  EXPECT_EQ(part.state_bytes, Bytes(4 * (50 * 3 + 12)));
  EXPECT_EQ(part.receive_bytes, Bytes(4 * 50));
  EXPECT_EQ(part.synapse_bytes, Bytes());
  const Demand& sums = p.tiles[row[2]].demand;
  EXPECT_EQ(sums.neurons, 50);
  EXPECT_EQ(sums.axons, 50);
  EXPECT_EQ(sums.state_bytes, Bytes(4 * (50 * 2 + 12)));
  EXPECT_EQ(sums.receive_bytes, Bytes(4 * 50));
  EXPECT_EQ(sums.formats, 0);
}

TEST(LayerNormCut, StatisticsReachAllPartsOfTheirTokensOneLevelEarlier) {
  const auto program = row_program(4, 100);
  const auto p = problem_of(program, toy_board(5, 5));
  const auto row = tiles_of_row(p);
  const Mapping m = map_quickly(p);
  EXPECT_TRUE(verify(p, m).empty()) << texts(verify(p, m));
  for (const std::size_t sums : {row[2], row[3]}) {
    EXPECT_EQ(m.level[sums] + 1, m.level[row[0]]);
    std::size_t flows = 0;
    for (const Flow& flow : p.flows) {
      if (flow.source != TileId(sums)) continue;
      ++flows;
      EXPECT_EQ(flow.tokens, (Range{0, 4}));
      EXPECT_EQ(flow.channels, (Range{0, 3}));
      EXPECT_EQ(flow.destinations, (std::vector{TileId(row[0]), TileId(row[1])}));
      EXPECT_EQ(flow.payload_bits, 27);
    }
    EXPECT_EQ(flows, 1u);
  }
}

TEST(LayerNormCut, WhatStillDoesNotFitIsSaidByWhatIsShort) {
  const auto program = row_program(4, 100);
  auto board = toy_board(5, 5);
  board.chip.core.state_memory.value = Bytes(13);  // a channel of one token takes 3 + 12
  board.chip.core.synapse_memory.value = Bytes(1 << 16);
  try {
    problem_of(program, board);
    FAIL();
  } catch (const DoesNotFit& e) {
    EXPECT_EQ(e.shortfalls[0].resource, "state_memory");
    EXPECT_THAT(e.what(), ::testing::Not(::testing::HasSubstr("row cannot be cut")));
  }
}

TEST(LayerNormCut, AFinerCutAskedForCutsTheRowToo) {
  const auto program = row_program(4, 60);
  const auto board = toy_board(5, 5);
  const CutResult found = find_cut(program, board.chip.core, kNorm, {.output_parts = 4}, true);
  ASSERT_TRUE(found.cut);
  EXPECT_EQ(found.cut->output_parts, 4);
  EXPECT_EQ(found.cut->statistics_parts, 1);
  EXPECT_EQ(found.cut->tiles(), 5);
}

TEST(LayerNormCut, LatencyCutsFinerOnlyRowsThatAreCut) {
  for (const std::int32_t channels : {60, 100}) {
    const auto program = row_program(1, channels);
    const auto p = make_problem(program, toy_board(8, 8), Schedule::kStagedGraded,
                                {.preset = Preset::kLatency, .core_budget = 64});
    const auto row = tiles_of_row(p);
    if (channels == 60)
      EXPECT_EQ(row.size(), 1u);
    else
      EXPECT_GT(row.size(), 2u + 2u);
    const Mapping m = map_quickly(p);
    EXPECT_TRUE(verify(p, m).empty()) << texts(verify(p, m));
  }
}

TEST(LayerNormCut, ComesBackFromAFile) {
  const auto program = row_program(4, 100);
  const auto p = problem_of(program, toy_board(5, 5));
  const Mapping m = map_quickly(p);
  const std::string text = mapping_to_json(p, m, "toy");
  MappingFile file = mapping_from_json(text, "mapping.json");
  attach(file, program, toy_board(5, 5));
  const auto row = tiles_of_row(file.problem);
  EXPECT_FALSE(file.problem.tiles[row[1]].statistics);
  EXPECT_TRUE(file.problem.tiles[row[2]].statistics);
  EXPECT_EQ(mapping_to_json(file.problem, file.mapping, "toy"), text);
  EXPECT_TRUE(verify(file.problem, file.mapping).empty()) << texts(verify(file.problem, file.mapping));
}

TEST(LayerNormCut, IsCompletedFromASketch) {
  const auto program = row_program(2, 60);
  const auto read = [&](const std::string& norm) {
    const std::string text = R"({"format": "ranvier-mapping", "version": 1, "program": {"name": "handmade"},
      "board": {"target": "toy"}, "schedule": "staged-graded", "tiles": [{"stage": "wide", "core": 0},)" +
                             norm + R"({"stage": "head", "core": 1}]})";
    MappingFile file = mapping_from_json(text, "hand.json");
    attach(file, program, toy_board(3, 3));
    return verify(file.problem, file.mapping);
  };
  const std::string parts =
      R"({"stage": "norm", "outputs": [0, 30], "core": 2}, {"stage": "norm", "outputs": [30, 60], "core": 3},)";
  const auto legal = read(parts + R"({"stage": "norm", "statistics": true, "core": 4},)");
  EXPECT_TRUE(legal.empty()) << texts(legal);
  EXPECT_THAT(kinds(read(parts)), ::testing::Each(kStatistics));
  EXPECT_THAT(kinds(read(parts + R"({"stage": "norm", "statistics": true, "inputs": [0, 59], "core": 4},)")),
              ::testing::Each(kStatistics));
}

TEST(LayerNormCut, ObeysRulesOfTheUser) {
  const auto program = row_program(2, 100);
  auto p = problem_of(program, toy_board(5, 5));
  p.constraints.pins.push_back({"norm", {CoreId(3), CoreId(4), CoreId(8), CoreId(9)}, {}});
  const Mapping m = map_quickly(p);
  EXPECT_TRUE(verify(p, m).empty()) << texts(verify(p, m));
  for (const std::size_t t : tiles_of_row(p))
    EXPECT_THAT((std::vector<std::uint32_t>{3, 4, 8, 9}), ::testing::Contains(m.core_of[t].value()));
}

struct Corruption {
  const char* name;
  std::vector<FindingKind> expected;
  std::function<void(MappingProblem&, Mapping&)> corrupt;
};
void PrintTo(const Corruption& c, std::ostream* out) { *out << c.name; }

/// Tiles: 0 host, then wide in two, the row in two (3 and 4), its statistics (5 and 6), the head in two.
struct CutRowVerifier : ::testing::TestWithParam<Corruption> {
  workloads::Program program = row_program(4, 100);
  MappingProblem problem = problem_of(program, toy_board(5, 5));
  Mapping mapping = map_quickly(problem);
};

std::size_t flow_from(const MappingProblem& p, std::size_t tile) {
  for (std::size_t f = 0; f < p.flows.size(); ++f)
    if (p.flows[f].source == TileId(tile)) return f;
  throw std::logic_error("no such flow");
}

TEST_P(CutRowVerifier, FindsTheCorruption) {
  ASSERT_TRUE(problem.tiles[5].statistics && !problem.tiles[4].statistics);
  ASSERT_TRUE(verify(problem, mapping).empty()) << texts(verify(problem, mapping));
  GetParam().corrupt(problem, mapping);
  const auto findings = verify(problem, mapping);
  for (const FindingKind kind : GetParam().expected)
    EXPECT_THAT(kinds(findings), ::testing::Contains(kind)) << texts(findings);
}

const Corruption kCorruptions[] = {
    {"a_digit_too_many", {kTileRange}, [](auto& p, auto&) { p.tiles[5].outputs.end = 4; }},
    {"statistics_of_a_linear_stage", {kTileRange}, [](auto& p, auto&) { p.tiles[1].statistics = true; }},
    {"an_input_in_no_statistics", {kStatistics, kDemand}, [](auto& p, auto&) { --p.tiles[5].inputs.end; }},
    {"an_input_in_two", {kStatistics}, [](auto& p, auto&) { ++p.tiles[5].inputs.end; }},
    {"tokens_without_statistics", {kStatistics}, [](auto& p, auto&) { p.tiles[5].tokens.end = 3; }},
    {"outputs_of_nobody", {kCoverage}, [](auto& p, auto&) { --p.tiles[3].outputs.end; }},
    {"statistics_of_a_whole_row",
     {kStatistics, kCoverage},
     [](auto& p, auto&) {
       p.tiles[3].outputs = p.tiles[4].outputs = {0, 100};
     }},
    {"a_part_that_thinks_it_sums", {kTileRange}, [](auto& p, auto&) { p.tiles[3].statistics = true; }},
    {"a_demand_too_small", {kDemand}, [](auto& p, auto&) { p.tiles[5].demand.state_bytes = Bytes(4 * 100); }},
    {"a_narrow_difference", {kPayload}, [](auto& p, auto&) { p.flows[flow_from(p, 5)].payload_bits = 22; }},
    {"a_digit_not_sent", {kFlowMissing}, [](auto& p, auto&) { --p.flows[flow_from(p, 5)].channels.end; }},
    {"a_token_not_sent", {kFlowMissing}, [](auto& p, auto&) { --p.flows[flow_from(p, 6)].tokens.end; }},
    {"a_part_left_out", {kFlowMissing}, [](auto& p, auto&) { p.flows[flow_from(p, 5)].destinations.pop_back(); }},
    {"a_difference_brought_twice",
     {kFlowDuplicate},
     [](auto& p, auto& m) {
       const std::size_t f = flow_from(p, 5);
       p.flows.push_back(p.flows[f]);
       p.flow_events.push_back(p.flow_events[f]);
       m.routes.push_back(m.routes[f]);
       m.delay.push_back(m.delay[f]);
     }},
    {"a_difference_to_a_stranger",
     {kFlowStray},
     [](auto& p, auto&) {
       p.flows[flow_from(p, 5)].destinations = {TileId(3), TileId(4), TileId(6)};
     }},
    {"parts_that_do_not_wait", {kLevel}, [](auto&, auto& m) { m.level[3] = m.level[5]; }},
};

INSTANTIATE_TEST_SUITE_P(Corruptions, CutRowVerifier, ::testing::ValuesIn(kCorruptions),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace ranvier::mapper
