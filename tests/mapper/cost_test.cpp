// SPDX-License-Identifier: Apache-2.0
// The analytic model in scenarios small enough to count by hand.
#include "mapper/cost.h"

#include <gtest/gtest.h>

#include "fixtures.h"

namespace ranvier::mapper {
namespace {

using testing::kInput;
using testing::ProgramBuilder;
using testing::toy_board;

//   core 0  [1]  2        host -> a (core 1) -> b (core 5) and c (core 8)
//        3   4  [5]
//        6   7  [8]
struct Cost : ::testing::Test {
  static workloads::Program make() {
    ProgramBuilder b(1, 4);
    const StageId a = b.linear("a", kInput, 4);
    b.sum("sum", b.linear("b", a, 4), b.linear("c", a, 4));
    return b.finish();
  }
  workloads::Program program = make();
  chips::Board board = toy_board(3, 3);
  MappingProblem problem = make_problem(program, board, Schedule::kStagedGraded);
  Mapping mapping;

  void SetUp() override {
    ASSERT_EQ(problem.flows.size(), 4u);  // host, a, b, c
    problem.flow_events = {10, 6, 0, 0};
    problem.tile_cycles = {0, 100, 20, 30, 0};
    mapping.core_of = {CoreId(), CoreId(1), CoreId(5), CoreId(8), CoreId(8)};
    mapping.routes = {{{CoreId(1)}}, {{CoreId(5), CoreId(8)}}, {{CoreId(8)}}, {}};
    mapping.level = {0, 1, 2, 2, 3};
    mapping.delay = {0, 0, 0, 0};
    ASSERT_TRUE(verify(problem, mapping).empty()) << testing::texts(verify(problem, mapping));
  }
};

TEST_F(Cost, CountsHopsAndConnectivity) {
  const Metrics m = estimate(problem, mapping);
  EXPECT_EQ(m.cores, 3);
  EXPECT_EQ(m.chips, 1);
  EXPECT_EQ(m.tiles, 4);
  EXPECT_DOUBLE_EQ(m.weighted_hops, 10 * 1 + 6 * (2 + 3));  // unicasts from core 1 to 5 and to 8
  EXPECT_DOUBLE_EQ(m.tree_hops, 10 * 1 + 6 * (2 + 1));      // the relay at 5 passes on to 8
  EXPECT_DOUBLE_EQ(m.connectivity, 10 + 6 * 2);
  EXPECT_DOUBLE_EQ(m.crossings, 0);
}

TEST_F(Cost, AddsLevelsUp) {
  const Metrics m = estimate(problem, mapping);
  ASSERT_EQ(m.levels.size(), 4u);
  // Level 0: ten events integrated at 1 + 4 / 4 cycles each; they come at one a cycle over the host link. The way: 10
  // cycles of host link, 2 into the router, 2 routers, 2 links. Barrier 5.
  EXPECT_DOUBLE_EQ(m.levels[0].busy_cycles, 20);
  EXPECT_DOUBLE_EQ(m.levels[0].network_cycles, 10 + 16);
  EXPECT_EQ(m.levels[0].cycles, Cycles(20 + 16 + 5));
  // Level 1: 100 busy cycles, 20 of them integrating in level 0; six flits; two legs and a relay between them.
  EXPECT_DOUBLE_EQ(m.levels[1].busy_cycles, 80);
  EXPECT_DOUBLE_EQ(m.levels[1].network_cycles, 6 + (2 + 3 * 2) + 1 + (2 + 2 * 2));
  EXPECT_EQ(m.levels[1].cycles, Cycles(80 + 15 + 5));
  EXPECT_DOUBLE_EQ(m.levels[1].max_link_flits, 6);
  EXPECT_DOUBLE_EQ(m.steps, 4);
  EXPECT_EQ(m.layers[1].level_cycles, m.levels[1].cycles);
  EXPECT_EQ(m.latency, clock_period(board.chip) * m.cycles.count());
}

TEST_F(Cost, FixedPhasesRoundEveryStepUp) {
  problem.board.chip.sync.policy = chips::SyncPolicy::kFixedPhase;
  problem.board.chip.sync.phase_cycles.value = 80;
  const Metrics m = estimate(problem, mapping);
  EXPECT_EQ(m.levels[0].cycles, Cycles(80));
  EXPECT_EQ(m.levels[1].cycles, Cycles(160));  // 95 of work
}

TEST_F(Cost, EnergyIsCountsTimesTheTable) {
  const Metrics m = estimate(problem, mapping);
  // Stage a: ten arrivals at four weights each; six events sent over three links, four routers and the relay's own,
  // which makes a packet of each once more.
  EXPECT_DOUBLE_EQ(m.layers[1].synops, 40);
  EXPECT_EQ(m.layers[1].energy, Energy(40 * (100 + 30) + 2 * 6 * 5 + 6 * 5 * 7 + 6 * 3 * 3));
  EXPECT_EQ(m.layers[0].energy, Energy(10 * 2000 + 10 * 2 * 7 + 10 * 3));
  Energy sum;
  for (const LayerEstimate& l : m.layers) sum += l.energy;
  EXPECT_EQ(m.energy, sum);  // the toy has no static power and free synchronisation
}

TEST_F(Cost, ChipEdgesAreSlowerAndDearer) {
  const auto two_chips = toy_board(2, 3, 2, 1);  // cores 0 1 | 2 3 / 4 5 | 6 7 / 8 9 | 10 11
  problem.board = two_chips;
  mapping.core_of = {CoreId(), CoreId(1), CoreId(2), CoreId(3), CoreId(3)};
  mapping.routes = {{{CoreId(1)}}, {{CoreId(2), CoreId(3)}}, {{CoreId(3)}}, {}};
  const Metrics m = estimate(problem, mapping);
  EXPECT_EQ(m.chips, 2);
  EXPECT_DOUBLE_EQ(m.crossings, 6);
  EXPECT_DOUBLE_EQ(m.levels[1].network_cycles, 6 * 4 + (2 + 2 * 1 + 10 + 1) + 1 + (2 + 2 * 2));
}

// 0 1 | 2 3      Chips of 2 x 1 cores, two of four with tiles: the way from core 1 to 7 goes through the corner, chip
// 1, 4 5 | 6 7      the potentials come back from 7 to 0 through the other, chip 2.
TEST_F(Cost, ChipsThatPacketsPassArePowered) {
  problem.board = toy_board(2, 1, 2, 2);
  problem.board.chip.energy.static_chip.value = Power(1'000'000);
  mapping.core_of = {CoreId(), CoreId(1), CoreId(1), CoreId(7), CoreId(7)};
  mapping.routes = {{{CoreId(1)}}, {{CoreId(7)}}, {{CoreId(7)}}, {}};
  const Metrics m = estimate(problem, mapping);
  EXPECT_EQ(m.chips, 2);
  EXPECT_EQ(m.powered_chips, 4);
  EXPECT_EQ(m.static_chips, energy_over(Power(4'000'000), m.latency));
  problem.flow_events = {10, 0, 0, 0};
  EXPECT_EQ(estimate(problem, mapping).powered_chips, 3);
}

}  // namespace
}  // namespace ranvier::mapper
