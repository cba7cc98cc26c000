// SPDX-License-Identifier: Apache-2.0
// Lower bounds by hand, and against mappings.
#include "mapper/bounds.h"

#include <gtest/gtest.h>

#include "fixtures.h"
#include "mapper/cost.h"
#include "workloads/random_program.h"

namespace ranvier::mapper {
namespace {

using testing::attention_program;
using testing::kInput;
using testing::ProgramBuilder;
using testing::toy_board;

TEST(ShellDistance, FillsRoutersThenShells) {
  EXPECT_EQ(shell_distance(0, 1), 0);
  EXPECT_EQ(shell_distance(4, 1), 4);
  EXPECT_EQ(shell_distance(5, 1), 6);
  EXPECT_EQ(shell_distance(12, 1), 4 + 16);
  EXPECT_EQ(shell_distance(3, 4), 0);            // fellows on the same router
  EXPECT_EQ(shell_distance(3 + 16 + 1, 4), 18);  // all cores of the first shell, one of the second
}

/// 64 neurons a core and 40 a stage: two stages need two cores, so every event of `a` leaves its core.
TEST(Bounds, TwoStagesThatDoNotFitOneCore) {
  ProgramBuilder b(2, 16);
  const StageId a = b.linear("a", kInput, 40);
  b.linear("b", a, 40);
  const auto program = b.finish();
  const auto problem = make_problem(program, toy_board(3, 3), Schedule::kStagedGraded);
  const Bounds bounds = lower_bounds(problem);
  EXPECT_EQ(bounds.cores, 2);
  ASSERT_FALSE(bounds.resources.empty());
  double from_a = 0;
  for (std::size_t f = 0; f < problem.flows.size(); ++f)
    if (problem.tiles[problem.flows[f].source.value()].stage == a) from_a += problem.flow_events[f];
  double from_host = 0;
  for (std::size_t f = 0; f < problem.flows.size(); ++f)
    if (problem.flows[f].source.value() == 0) from_host += problem.flow_events[f];
  EXPECT_DOUBLE_EQ(bounds.connectivity, from_a + from_host);
  EXPECT_DOUBLE_EQ(bounds.tree_hops, from_a);
  EXPECT_DOUBLE_EQ(bounds.weighted_hops, from_a);
}

/// Random transformers on toy boards of several kinds: no mapping is below a bound.
TEST(Bounds, NoMappingIsBelow) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    const auto program = workloads::random_vit_program(seed, 5, 8, 2, 1, 12);
    chips::Board board = toy_board(8, 8);
    if (seed % 3 == 1) board.chip.noc.multicast = chips::Multicast::kUnicast;
    if (seed % 3 == 1) board.chip.core.route_entries.value = 4096;
    if (seed % 3 == 2) board.chip.noc.cores_per_router.value = 4;
    const auto problem = make_problem(program, board, Schedule::kStagedGraded,
                                      {.preset = seed % 2 == 0 ? Preset::kCompact : Preset::kLatency});
    const Bounds bounds = lower_bounds(problem);
    const Metrics m = estimate(
        problem,
        map_program(problem, {.preset = seed % 2 == 0 ? Preset::kCompact : Preset::kLatency, .place = {.moves = 500}}));
    EXPECT_LE(bounds.cores, m.cores);
    EXPECT_LE(bounds.connectivity, m.connectivity * (1 + 1e-9));
    EXPECT_LE(bounds.tree_hops, m.tree_hops * (1 + 1e-9));
    EXPECT_LE(bounds.weighted_hops, m.weighted_hops * (1 + 1e-9));
    EXPECT_GT(bounds.connectivity, 0);
  }
}

}  // namespace
}  // namespace ranvier::mapper
