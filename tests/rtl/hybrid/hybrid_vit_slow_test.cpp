// SPDX-License-Identifier: Apache-2.0
// The shipped Vision Transformer with all tiles of one block, LayerNorm to residual sum, on Verilated hybrid cores, in
// lock-step with the behavioural cores.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "mapper/mapper.h"
#include "mapper/verifier.h"
#include "rtl/hybrid/hybrid_core.h"
#include "rtl/hybrid/hybrid_stage.h"
#include "sim/simulate.h"
#include "workloads/bundled.h"
#include "workloads/convert.h"
#include "workloads/dataset.h"
#include "workloads/model.h"

namespace ranvier::rtl {
namespace {

class HybridVit : public testing::Test {
 protected:
  /// The logits of `images` images with block 0 on hybrid cores, and without.
  void run(workloads::Schedule schedule, std::int32_t images) {
    const workloads::VitModel model = workloads::load_model("fashion-vit");
    const workloads::Program program = workloads::convert(model);
    const auto codes = workloads::input_code_batch(model, workloads::test_images(model), images);
    mapper::TilingOptions tiling;
    tiling.preset = mapper::Preset::kLatency;
    const auto problem = mapper::make_problem(program, chips::load_target("tianjic-like:3x3"), schedule, tiling);
    mapper::MapOptions how;
    how.preset = mapper::Preset::kLatency;
    how.effort = mapper::Effort::kFast;
    const mapper::Mapping mapping = mapper::map_program(problem, how);
    ASSERT_TRUE(mapper::verify(problem, mapping).empty());

    sim::SimOptions options;
    options.fidelity = sim::Fidelity::kFast;
    options.record_activities = false;
    const sim::RunResult plain = sim::simulate(problem, mapping, codes, options);
    std::set<workloads::StageKind> kinds;
    std::int32_t tiles = 0;
    options.core_of_tile.resize(problem.tiles.size());
    for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
      const workloads::Stage& stage = program.stage(problem.tiles[t].stage);
      if (stage.name.rfind("block0.", 0) != 0) continue;
      options.core_of_tile[t] = [](const sim::TileSpec& spec) { return make_hybrid_core(spec); };
      kinds.insert(stage.kind);
      ++tiles;
    }
    EXPECT_EQ(kinds.size(), 6u);  // linear, LayerNorm, scores, mix, GELU, add
    const auto begun = std::chrono::steady_clock::now();
    const sim::RunResult verilated = sim::simulate(problem, mapping, codes, options);
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    ASSERT_EQ(verilated.images.size(), static_cast<std::size_t>(images));
    for (std::size_t i = 0; i < verilated.images.size(); ++i) {
      EXPECT_TRUE(verilated.images[i].exact);
      EXPECT_EQ(verilated.images[i].logits, plain.images[i].logits);
    }
    EXPECT_GT(verilated.lockstep_events_compared, 10000);
    fmt::print("{} tiles of block 0 on hybrid cores, {} images: {:.2f} M core cycles, {} events compared, {:.2f} s\n",
               tiles, images, static_cast<double>(verilated.verilated_cycles) / 1e6, verilated.lockstep_events_compared,
               wall);
  }
};

TEST_F(HybridVit, BlockOfGradedCodes) { run(workloads::Schedule::kStagedGraded, 2); }
TEST_F(HybridVit, BlockOfUnaryEvents) { run(workloads::Schedule::kStagedUnary, 1); }

}  // namespace
}  // namespace ranvier::rtl
