// SPDX-License-Identifier: Apache-2.0
// The shipped Vision Transformer on a board with a device: the same integers wherever its stages run, and the chosen
// split no worse, simulated, than the better pure choice on its objective.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "mapper/engines.h"
#include "mapper/hybrid.h"
#include "mapper/verifier.h"
#include "sim/simulate.h"
#include "workloads/bundled.h"
#include "workloads/convert.h"
#include "workloads/dataset.h"
#include "workloads/model.h"

namespace ranvier::sim {
namespace {

using mapper::Engine;
using mapper::Objective;

class ShippedVit : public ::testing::Test {
 protected:
  workloads::VitModel model = workloads::load_model("fashion-vit-small");
  workloads::Program program = workloads::convert(model);
  std::vector<std::vector<std::int32_t>> images = workloads::input_code_batch(model, workloads::test_images(model), 2);

  RunResult simulated(const mapper::MappingProblem& problem, const mapper::Mapping& mapping) const {
    EXPECT_TRUE(mapper::verify(problem, mapping).empty());
    SimOptions options;
    options.fidelity = Fidelity::kFast;
    options.record_activities = false;
    return simulate(problem, mapping, images, options);
  }
};

double value_of(const RunResult& r, Objective objective) {
  const double time = seconds(r.total_time), energy = static_cast<double>(r.total_energy.count()) * 1e-18;
  return objective == Objective::kLatency ? time : objective == Objective::kEnergy ? energy : time * energy;
}

TEST_F(ShippedVit, RunsAnywhereWithTheSameIntegersAndChoosesNoWorseThanThePureChoices) {
  const chips::Board board = chips::load_target("tianjic-like:3x3+ascend-310");
  mapper::MapOptions how;
  how.preset = mapper::Preset::kLatency;
  mapper::TilingOptions tiling;
  tiling.preset = mapper::Preset::kLatency;
  std::vector<RunResult> pure;
  for (const Engine engine : {Engine::kSpiking, Engine::kDense, Engine::kOffload}) {
    tiling.engine = engine;
    bool possible = true;
    for (std::size_t s = 1; s < program.stages.size(); ++s)
      possible =
          possible && mapper::why_not(program, board, mapper::Schedule::kStagedGraded, StageId(s), engine).empty();
    if (!possible) continue;
    const auto problem = mapper::make_problem(program, board, mapper::Schedule::kStagedGraded, tiling);
    pure.push_back(simulated(problem, mapper::map_program(problem, how)));
    fmt::print("all-{:<8} {:10.3f} us {:12.3f} nJ an image\n", mapper::name_of(engine),
               microseconds(pure.back().total_time) / 2, nanojoules(pure.back().total_energy) / 2);
  }
  tiling.engine = Engine::kSpiking;
  for (const Objective objective : {Objective::kLatency, Objective::kEnergy, Objective::kEdp}) {
    const auto choice = mapper::choose_engines(program, board, mapper::Schedule::kStagedGraded, tiling, how, objective,
                                               [this](const auto& problem, const auto& mapping) {
                                                 const RunResult r = simulated(problem, mapping);
                                                 return mapper::Measured{r.total_time, r.total_energy};
                                               });
    const RunResult chosen = simulated(choice.problem, choice.mapping);
    std::array<int, 3> stages{};
    for (std::size_t s = 1; s < choice.engines.size(); ++s) ++stages[static_cast<std::size_t>(choice.engines[s])];
    fmt::print("{:<8} chosen: {} spiking, {} dense, {} offloaded; {:10.3f} us {:12.3f} nJ; {} choices mapped\n",
               mapper::name_of(objective), stages[0], stages[1], stages[2], microseconds(chosen.total_time) / 2,
               nanojoules(chosen.total_energy) / 2, choice.evaluated);
    for (const ImageResult& image : chosen.images) EXPECT_TRUE(image.exact);
    for (const RunResult& p : pure) {
      EXPECT_LE(value_of(chosen, objective), value_of(p, objective)) << mapper::name_of(objective);
      for (std::size_t i = 0; i < images.size(); ++i) EXPECT_EQ(p.images[i].logits, chosen.images[i].logits);
    }
  }
  for (const RunResult& p : pure)
    for (const ImageResult& image : p.images) EXPECT_TRUE(image.exact);
}

}  // namespace
}  // namespace ranvier::sim
