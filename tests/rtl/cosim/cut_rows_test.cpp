// SPDX-License-Identifier: Apache-2.0
// LayerNorm rows over several cores, all of whose tiles run on RTL, in lock-step, also where sums lag behind.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/rtl/cosim/cosim_fixture.h"

namespace ranvier::rtl {
namespace {

using mapper::Schedule;

/// A small transformer on cores of so few neurons that its rows are cut.
std::unique_ptr<sim::testing::Case> cut_case(std::uint64_t seed, Schedule schedule) {
  chips::Board board = sim::testing::small_board(9, 9);
  board.chip.core.neurons.value = 12;
  board.chip.core.fan_in_axons.value = 24;
  return sim::testing::random_case(workloads::random_vit_program(seed, 5, 16, 2, 1, 12), board, schedule, seed);
}

TEST(CutRows, RunOnTheHybridCoreInEverySchedule) {
  for (const Schedule schedule : {Schedule::kStagedGraded, Schedule::kStagedUnary, Schedule::kAsynchronousUnary}) {
    const auto c = cut_case(301, schedule);
    const auto images = sim::testing::checkpoint_images(*c, 301, 2);
    const sim::SimOptions options = all_on_rtl(*c, sim::Fidelity::kFast);
    std::int64_t sums = 0, parts = 0;
    for (std::size_t t = 1; t < c->problem.tiles.size(); ++t) {
      const mapper::Tile& tile = c->problem.tiles[t];
      const workloads::Stage& stage = c->program.stage(tile.stage);
      EXPECT_NE(options.core_of_tile[t], nullptr) << sim::tile_name(c->problem, TileId(t));
      sums += tile.statistics;
      parts +=
          stage.kind == workloads::StageKind::kLayerNorm && !tile.statistics && tile.outputs.size() < stage.channels;
    }
    EXPECT_GT(sums, 0);
    EXPECT_GT(parts, 1);
    const sim::RunResult result = sim::simulate(c->problem, c->mapping, images, options);
    for (const auto& image : result.images) EXPECT_TRUE(image.exact);
    EXPECT_GT(result.verilated_cycles, 0);
  }
}

}  // namespace
}  // namespace ranvier::rtl
