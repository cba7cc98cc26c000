// SPDX-License-Identifier: Apache-2.0
// Tiles in dense mode on rv_hybrid_core inside a mapped chip, in lock-step with the dense model, between spiking tiles.
#include <gtest/gtest.h>

#include <algorithm>

#include "mapper/mapper.h"
#include "mapper/tiler.h"
#include "mapper/verifier.h"
#include "tests/rtl/cosim/cosim_fixture.h"

namespace ranvier::rtl {
namespace {

using mapper::Engine;
using sim::Fidelity;

/// A small transformer whose linear stages, the head too, scores and attention outputs are dense, all else spiking; a
/// stage after a dense one stays spiking, so that nobody asks for zeros, unless they come `in_a_row`.
std::unique_ptr<sim::testing::Case> mixed_case(std::uint64_t seed, bool in_a_row) {
  auto c = std::make_unique<sim::testing::Case>();
  c->program = workloads::random_vit_program(seed, 5, 8, 2, 1, 12);
  chips::Board board = sim::testing::small_board(6, 6);
  board.chip.core.dense_lanes.value = 8;
  board.chip.energy.dense_multiply_add.value = Energy(17);
  mapper::TilingOptions tiling;
  tiling.engines.assign(c->program.stages.size(), Engine::kSpiking);
  for (std::size_t s = 1; s < tiling.engines.size(); ++s) {
    const workloads::Stage& stage = c->program.stages[s];
    const bool product = stage.kind == workloads::StageKind::kLinear || stage.kind == workloads::StageKind::kScores ||
                         stage.kind == workloads::StageKind::kMix;
    const bool after_dense = std::any_of(stage.inputs.begin(), stage.inputs.end(), [&](const auto& input) {
      return tiling.engines[input.stage.value()] == Engine::kDense;
    });
    if (product && (in_a_row || !after_dense)) tiling.engines[s] = Engine::kDense;
  }
  c->problem = mapper::make_problem(c->program, board, mapper::Schedule::kStagedGraded, tiling);
  mapper::MapOptions how;
  how.place.moves = 50;
  c->mapping = mapper::map_program(c->problem, how);
  EXPECT_TRUE(mapper::verify(c->problem, c->mapping).empty());
  return c;
}

/// All tiles are on RTL; how many of them are dense.
std::int64_t dense_under_test(const sim::testing::Case& c, const sim::SimOptions& options) {
  std::int64_t n = 0;
  for (std::size_t t = 1; t < c.problem.tiles.size(); ++t) {
    EXPECT_NE(options.core_of_tile[t], nullptr) << sim::tile_name(c.problem, TileId(t));
    n += c.problem.tiles[t].engine == Engine::kDense;
  }
  return n;
}

bool head_is_dense(const sim::testing::Case& c) {
  return std::any_of(c.problem.tiles.begin() + 1, c.problem.tiles.end(), [&](const mapper::Tile& tile) {
    return tile.engine == Engine::kDense && tile.stage.value() + 1 == c.program.stages.size();
  });
}

TEST(DenseTiles, RunOnTheHybridCoreAtEveryFidelity) {
  for (const std::uint64_t seed : {201u, 202u}) {
    const auto c = mixed_case(seed, false);
    const auto images = sim::testing::checkpoint_images(*c, seed, 2);
    for (const Fidelity fidelity : {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle}) {
      const sim::SimOptions options = all_on_rtl(*c, fidelity);
      ASSERT_GT(dense_under_test(*c, options), 1);
      EXPECT_TRUE(head_is_dense(*c));
      const sim::RunResult result = sim::simulate(c->problem, c->mapping, images, options);
      for (const auto& image : result.images) EXPECT_TRUE(image.exact);
      EXPECT_GT(result.verilated_cycles, 0);
      // Work is counted by the twin: the dense model's, whoever computes.
      sim::SimOptions plain = options;
      plain.core_of_tile.clear();
      const sim::RunResult model = sim::simulate(c->problem, c->mapping, images, plain);
      ASSERT_EQ(result.images.size(), model.images.size());
      for (std::size_t i = 0; i < model.images.size(); ++i) EXPECT_EQ(result.images[i].logits, model.images[i].logits);
    }
  }
}

TEST(DenseTiles, ThoseThatFeedDenseTilesSendZeros) {
  for (const std::uint64_t seed : {203u, 204u}) {
    const auto c = mixed_case(seed, true);
    const auto images = sim::testing::checkpoint_images(*c, seed, 2);
    const sim::SimOptions options = all_on_rtl(*c, Fidelity::kFast);
    EXPECT_GT(dense_under_test(*c, options), 1);
    EXPECT_TRUE(head_is_dense(*c));
    std::int64_t senders = 0;
    for (std::size_t t = 1; t < c->problem.tiles.size(); ++t)
      senders += sim::tile_spec(c->problem, TileId(t)).sends_zeros && options.core_of_tile[t] != nullptr;
    EXPECT_GT(senders, 0);
    const sim::RunResult result = sim::simulate(c->problem, c->mapping, images, options);
    for (const auto& image : result.images) EXPECT_TRUE(image.exact);
  }
}

}  // namespace
}  // namespace ranvier::rtl
