// SPDX-License-Identifier: Apache-2.0
// A trained network, mapped by the mapper, on the chip simulation and on the chip that is RTL as a whole.
#include <gtest/gtest.h>

#include "mapper/mapper.h"
#include "mapper/tiler.h"
#include "tests/rtl/noc/chip_fixture.h"
#include "tests/rtl/noc/trained_perceptron.h"
#include "workloads/reference.h"

namespace ranvier::rtl {
namespace {

TEST(TrainedChip, AgreesWithTheChipSimulation) {
  const TrainedPerceptron trained({128, 96}, workloads::load_images("fashion-mnist/calibration"), 30);
  Mapped m;
  m.program = trained.program();
  const workloads::ImageSet images = workloads::load_images("fashion-mnist/test500");
  std::vector<std::vector<std::int32_t>> codes;
  for (std::size_t i = 0; i < images.count(); ++i) codes.push_back(TrainedPerceptron::codes(images, i));
  const auto logits = workloads::run_reference_logits(m.program, codes, 1);
  int right = 0;
  for (std::size_t i = 0; i < images.count(); ++i)
    right += std::max_element(logits[i].begin(), logits[i].end()) - logits[i].begin() == images.labels[i];
  EXPECT_GT(right, 300);  // of 500, of integers; 50 would be guessing

  codes.resize(3);
  for (const mapper::Schedule schedule :
       {mapper::Schedule::kAsynchronousUnary, mapper::Schedule::kStagedUnary, mapper::Schedule::kStagedGraded}) {
    mapper::TilingOptions tiling;
    tiling.preset = mapper::Preset::kLatency;
    tiling.core_budget = 16;
    m.problem = mapper::make_problem(m.program, rtl_board(4), schedule, tiling);
    mapper::MapOptions mapping;
    mapping.preset = mapper::Preset::kLatency;
    mapping.effort = mapper::Effort::kFast;
    m.mapping = mapper::map_program(m.problem, mapping);
    Compared all;
    compare(m, codes, all);
    std::printf("%d of 500 right, %zu tiles, ", right, m.problem.tiles.size() - 1);
    tell(schedule, all);
    EXPECT_GE(m.problem.tiles.size(), 9u);
    EXPECT_GT(all.events, 300);
  }
}

}  // namespace
}  // namespace ranvier::rtl
