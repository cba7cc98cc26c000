// SPDX-License-Identifier: Apache-2.0
// LayerNorm rows over several cores: what a statistics tile sends and a part makes of it, by hand; and that no cut, at
// no fidelity and in no schedule, changes a code, a logit or an event that other stages get.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "mapper/stage_cut.h"
#include "sim/engine_cores.h"
#include "sim/simulate.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"
#include "workloads/reference.h"

namespace ranvier::sim {
namespace {

using mapper::Schedule;
using testing::Case;
using testing::small_board;
using workloads::Program;
using workloads::Stage;
using workloads::StageKind;

/// One token of three channels: x = {5, -7, 2} by the gains of units_test.cpp is {351, 351, 124} in 1/256 of a code.
Program row_of_three() {
  Program p;
  Stage input;
  input.name = "input";
  input.kind = StageKind::kInput;
  input.tokens = 2;
  input.channels = input.in_channels = 3;
  Stage norm;
  norm.name = "norm";
  norm.kind = StageKind::kLayerNorm;
  norm.inputs = {{StageId(0), 1}};
  norm.tokens = 2;
  norm.channels = norm.in_channels = 3;
  norm.encoder = {true, {256, 256, 256}, -3, 3};
  norm.layer_norm = {{7094, -7094, 9000}, {100, 0, -3}, 1};
  p.stages = {input, norm};
  return p;
}

mapper::Tile part_of_row(mapper::Range outputs) {
  mapper::Tile tile;
  tile.stage = StageId(1);
  tile.outputs = outputs;
  tile.inputs = {0, 3};
  tile.tokens = {0, 2};
  return tile;
}

mapper::Tile sums_of_row(mapper::Range inputs) {
  mapper::Tile tile = part_of_row({0, mapper::kStatisticsDigits});
  tile.inputs = inputs;
  tile.statistics = true;
  return tile;
}

std::vector<std::array<std::int32_t, 3>> values(const std::vector<Emission>& emissions) {
  std::vector<std::array<std::int32_t, 3>> all;
  for (const Emission& e : emissions) all.push_back({e.token, e.channel, e.value});
  return all;
}
using Values = std::vector<std::array<std::int32_t, 3>>;

TEST(StatisticsTile, SendsDifferencesInThreeDigits) {
  const Program program = row_of_three();
  const chips::Board board = small_board(2, 2);
  const auto core = make_behavioural_core({&program, sums_of_row({1, 3}), &board.chip.core, true});
  std::vector<Emission> out;
  core->fire(out);
  EXPECT_TRUE(out.empty());
  // x = 3000: 9 000 000 = 8 * 2^20 + 611 392.
  core->receive({1, 2, 3000, 0}, Cycles(0));
  EXPECT_TRUE(core->restless());
  core->fire(out);
  EXPECT_EQ(values(out), (Values{{1, 0, 3000}, {1, 1, 611'392}, {1, 2, 8}}));
  EXPECT_FALSE(core->restless());
  // x = 1: the squares fall by 8 999 999 = 9 * 2^20 - 437 185. And a second channel: 3^2.
  out.clear();
  core->receive({1, 2, -2999, 0}, Cycles(0));
  core->receive({1, 1, 3, 0}, Cycles(0));
  core->fire(out);
  EXPECT_EQ(values(out), (Values{{1, 0, -2996}, {1, 1, 437'185 + 9}, {1, 2, -9}}));
  // -3 in place of 3: the squares stay, so only the sum is sent. Back and forth between two fires: nothing is.
  out.clear();
  core->receive({1, 1, -6, 0}, Cycles(0));
  core->receive({0, 1, 4, 0}, Cycles(0));
  core->receive({0, 1, -4, 0}, Cycles(0));
  core->fire(out);
  EXPECT_EQ(values(out), (Values{{1, 0, -6}}));
  EXPECT_TRUE(core->codes().empty());
  EXPECT_TRUE(core->potentials().empty());
}

// Decode 2, lanes 4, soma 1, emit 1.
TEST(StatisticsTile, ChargesThreeAccumulatorsAnEventAndADigitAContext) {
  const Program program = row_of_three();
  const chips::Board board = small_board(2, 2);
  const auto graded = make_behavioural_core({&program, sums_of_row({0, 3}), &board.chip.core, true});
  EXPECT_EQ(graded->receive({0, 0, 5, 0}, Cycles(0)), Cycles(2 + 1));
  std::vector<Emission> out;
  EXPECT_EQ(graded->fire(out), Cycles(2 + 2));  // 2 tokens of 3 digits on 4 lanes; S and the low digit of Q
  EXPECT_EQ(graded->counters().multiply_adds, 3);
  EXPECT_EQ(graded->counters().adds, 0);
  EXPECT_EQ(graded->counters().soma_updates, 6);
  EXPECT_EQ(graded->counters().active_updates, 3);
  EXPECT_EQ(graded->counters().map_values, 0);
  EXPECT_EQ(graded->counters().events_out, 2);
  const auto unary = make_behavioural_core({&program, sums_of_row({0, 3}), &board.chip.core, false});
  unary->receive({0, 0, 1, 0}, Cycles(0));
  EXPECT_EQ(unary->counters().adds, 3);
}

TEST(CutRow, PartsMapTheirChannelsByTheSumsOfAll) {
  const Program program = row_of_three();
  const chips::Board board = small_board(2, 2);
  const auto first = make_behavioural_core({&program, part_of_row({0, 1}), &board.chip.core, true});
  const auto rest = make_behavioural_core({&program, part_of_row({1, 3}), &board.chip.core, true});
  const std::vector<std::vector<Event>> x{{{0, 0, 5, 0}}, {{0, 1, -7, 0}, {0, 2, 2, 0}}};
  for (const Event& e : x[0]) first->receive(e, Cycles(0));
  for (const Event& e : x[1]) rest->receive(e, Cycles(0));
  // S = 0 and Q = 78, in pieces and in any order.
  for (CoreModel* core : {first.get(), rest.get()})
    for (const Event& e : std::vector<Event>{{0, 2, 1, kStatisticsPort},
                                             {0, 0, -5, kStatisticsPort},
                                             {0, 1, 25, kStatisticsPort},
                                             {0, 0, 5, kStatisticsPort},
                                             {0, 1, 53, kStatisticsPort},
                                             {0, 2, -1, kStatisticsPort}})
      EXPECT_EQ(core->receive(e, Cycles(0)), Cycles(2 + 1));
  std::vector<Emission> out;
  EXPECT_TRUE(rest->restless());
  first->fire(out);
  EXPECT_EQ(first->potentials(), (std::vector<std::int64_t>{128 + 351 - 256, 128 + 100}));
  rest->fire(out);
  EXPECT_EQ(first->codes(), (std::vector<std::int32_t>{1, 0}));
  EXPECT_EQ(rest->codes(), (std::vector<std::int32_t>{1, 0, 0, 0}));
  EXPECT_EQ(values(out), (Values{{0, 0, 1}, {0, 1, 1}}));
  EXPECT_EQ(rest->counters().adds, 2 + 6);
  EXPECT_EQ(rest->counters().map_values, 4);  // f(0) of the other token too
}

TEST(CutRow, RestoresWhatItSaved) {
  const Program program = row_of_three();
  const chips::Board board = small_board(2, 2);
  for (const mapper::Tile& tile : {part_of_row({1, 3}), sums_of_row({1, 3})}) {
    const TileSpec spec{&program, tile, &board.chip.core, true};
    const auto core = make_behavioural_core(spec);
    const auto twin = make_behavioural_core(spec);
    core->receive({0, 1, -7, 0}, Cycles(0));
    if (!tile.statistics) core->receive({0, 0, 40, kStatisticsPort}, Cycles(0));
    const auto state = core->save();
    EXPECT_NE(state, twin->save());
    twin->restore(state);
    EXPECT_EQ(twin->save(), state);
    std::vector<Emission> from_core, from_twin;
    core->fire(from_core);
    twin->fire(from_twin);
    EXPECT_EQ(from_core, from_twin);
    core->begin_image();
    EXPECT_EQ(core->save(), make_behavioural_core(spec)->save());
  }
  const auto whole = make_behavioural_core({&program, part_of_row({0, 3}), &board.chip.core, true});
  const auto sums = make_behavioural_core({&program, sums_of_row({0, 3}), &board.chip.core, true});
  EXPECT_THROW(sums->restore(whole->save()), std::logic_error);
}

TEST(CutRow, DenseCoresAddDifferencesAsTheyCome) {
  const Program program = row_of_three();
  chips::Board board = small_board(2, 2);
  board.chip.core.dense_lanes.value = 4;
  mapper::Tile tile = part_of_row({0, 1});
  tile.engine = mapper::Engine::kDense;
  const auto core = make_dense_core({&program, tile, &board.chip.core, true});
  EXPECT_EQ(core->receive({0, 0, 5, 0}, Cycles(0)), Cycles(2));
  EXPECT_EQ(core->receive({0, 1, 25, kStatisticsPort}, Cycles(0)), Cycles(2 + 1));
  EXPECT_EQ(core->counters().adds, 1);
}

/// Rows of the program in so many parts, the rest of the stages whole; tiles on random cores.
std::unique_ptr<Case> cut_case(const Program& program, Schedule schedule, const mapper::StageCut& cut,
                               std::uint64_t seed) {
  auto c = std::make_unique<Case>();
  c->program = program;
  c->problem = mapper::make_problem(c->program, small_board(6, 6), schedule);
  std::vector<mapper::Tile> tiles;
  for (std::size_t t = 0; t < c->problem.tiles.size(); ++t) {
    const mapper::Tile& tile = c->problem.tiles[t];
    const Stage& stage = c->program.stage(tile.stage);
    mapper::StageCut row = cut;
    row.output_parts = std::min(cut.output_parts, stage.channels);
    row.statistics_parts = std::min(cut.statistics_parts, stage.in_channels);
    row.token_parts = std::min(cut.token_parts, stage.tokens);
    if (!mapper::needs_statistics(stage) || row.output_parts == 1) {
      tiles.push_back(tile);
      continue;
    }
    const auto made = mapper::tiles_of(c->program, c->problem.board.chip.core, tile.stage, row, TileId(tiles.size()));
    tiles.insert(tiles.end(), made.begin(), made.end());
  }
  c->problem.tiles = tiles;
  mapper::derive_flows(c->problem);
  c->mapping.core_of.emplace_back();
  for (std::size_t t = 1; t < tiles.size(); ++t) c->mapping.core_of.emplace_back(random_below(36, seed, t, 5));
  c->mapping.level = mapper::compute_levels(c->problem);
  c->mapping.delay = mapper::balance_delays(c->problem, c->mapping.level).delay;
  c->mapping.routes = mapper::make_routes(c->problem, c->mapping.core_of);
  return c;
}

/// What each stage sent but for the statistics of its rows.
std::vector<std::int64_t> events_of_codes(const Case& c, const RunResult& r) {
  std::vector<std::int64_t> events;
  for (const LayerResult& layer : r.layers) events.push_back(layer.events);
  for (std::size_t f = 0; f < c.problem.flows.size(); ++f) {
    const mapper::Tile& source = c.problem.tiles[c.problem.flows[f].source.value()];
    if (source.statistics) events[source.stage.value()] -= std::llround(r.profile.flow_events[f]);
  }
  return events;
}

constexpr Schedule kSchedules[] = {Schedule::kStagedGraded, Schedule::kStagedUnary, Schedule::kAsynchronousUnary};
constexpr Fidelity kFidelities[] = {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle};

TEST(CutRow, IsExactInAnyNumberOfPartsScheduleAndFidelity) {
  const Program program = workloads::random_program(4);
  const std::vector<std::vector<std::int32_t>> image{workloads::random_input_codes(program, 4)};
  ASSERT_TRUE(std::any_of(program.stages.begin(), program.stages.end(), mapper::needs_statistics));
  for (const Schedule schedule : kSchedules) {
    std::vector<std::int64_t> whole;
    for (const std::int32_t parts : {1, 2, 3, 5}) {
      const auto c = cut_case(program, schedule, {.output_parts = parts, .statistics_parts = (parts + 1) / 2}, 9);
      SCOPED_TRACE(::testing::Message() << parts << " parts, schedule " << static_cast<int>(schedule));
      ASSERT_TRUE(mapper::verify(c->problem, c->mapping).empty()) << mapper::verify(c->problem, c->mapping)[0].text;
      for (const Fidelity fidelity : kFidelities) {
        SimOptions options;
        options.fidelity = fidelity;
        const RunResult r = simulate(c->problem, c->mapping, image, options);
        EXPECT_TRUE(r.images[0].exact);
        EXPECT_EQ(r.images[0].logits, workloads::run_reference(c->program, image[0]).logits);
        if (schedule == Schedule::kAsynchronousUnary) continue;  // how often codes are corrected depends on the levels
        if (whole.empty()) whole = events_of_codes(*c, r);
        EXPECT_EQ(events_of_codes(*c, r), whole);
      }
    }
  }
}

TEST(CutRow, IsExactOnDenseCores) {
  const Program program = workloads::random_program(4);
  const auto c = cut_case(program, Schedule::kStagedGraded, {.output_parts = 3, .statistics_parts = 2}, 2);
  c->problem.board.chip.core.dense_lanes.value = 4;
  for (std::size_t t = 1; t < c->problem.tiles.size(); ++t) c->problem.tiles[t].engine = mapper::Engine::kDense;
  mapper::derive_flows(c->problem);
  c->mapping.routes = mapper::make_routes(c->problem, c->mapping.core_of);
  c->mapping.delay.assign(c->problem.flows.size(), 0);
  ASSERT_TRUE(mapper::verify(c->problem, c->mapping).empty()) << mapper::verify(c->problem, c->mapping)[0].text;
  const std::vector<std::vector<std::int32_t>> image{workloads::random_input_codes(program, 4)};
  const RunResult r = simulate(c->problem, c->mapping, image);
  EXPECT_TRUE(r.images[0].exact);
  // Each statistics tile sends its three digits for each token, zeros too.
  std::size_t rows = 0;
  for (std::size_t f = 0; f < c->problem.flows.size(); ++f) {
    const mapper::Tile& source = c->problem.tiles[c->problem.flows[f].source.value()];
    if (!source.statistics) continue;
    ++rows;
    EXPECT_EQ(r.profile.flow_events[f], 3.0 * source.tokens.size());
  }
  EXPECT_GT(rows, 0u);
}

TEST(CutRow, IsExactForRandomCuts) {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    const Program program = workloads::random_program(100 + seed);
    const auto draw = [&](std::uint32_t n, std::uint64_t what) {
      return static_cast<std::int32_t>(1 + random_below(n, seed, what, 8));
    };
    const auto c =
        cut_case(program, kSchedules[seed % 3],
                 {.output_parts = 1 + draw(7, 1), .token_parts = draw(3, 2), .statistics_parts = draw(7, 3)}, seed);
    SCOPED_TRACE(seed);
    ASSERT_TRUE(mapper::verify(c->problem, c->mapping).empty()) << mapper::verify(c->problem, c->mapping)[0].text;
    SimOptions options;
    options.fidelity = kFidelities[seed / 3 % 3];
    options.network.seed = seed;
    options.network.random_delay_cycles = 40;
    const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, seed),
                                                        workloads::random_input_codes(c->program, seed + 1)};
    for (const ImageResult& image : simulate(c->problem, c->mapping, images, options).images) EXPECT_TRUE(image.exact);
  }
}

}  // namespace
}  // namespace ranvier::sim
