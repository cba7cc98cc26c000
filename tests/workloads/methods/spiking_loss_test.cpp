// SPDX-License-Identifier: Apache-2.0
// The loss table on the shipped networks: nothing is lost at rest, something is lost before, and the counts are those
// of the executor.
#include "workloads/methods/spiking_loss.h"

#include <gtest/gtest.h>

#include "workloads/convert.h"
#include "workloads/executor.h"
#include "workloads/methods/spikezip_network.h"

namespace ranvier::workloads {
namespace {

const VitModel& model() {
  static const VitModel loaded = load_model("fashion-vit-small");
  return loaded;
}
const Program& program() {
  static const Program made = convert(model());
  return made;
}

TEST(SpikingLoss, SpikeZipAtRestLosesNothingAgainstTheIntegers) {
  const auto network = spikezip_network(program(), Schedule::kAsynchronousUnary);
  const SpikingLoss loss = measure_spiking_loss(model(), true, &program(), *network, test_images(model()), 6, 2);
  EXPECT_EQ(loss.images, 6U);
  EXPECT_EQ(loss.exact, 6U);
  EXPECT_EQ(loss.at_rest, 6U);
  EXPECT_EQ(loss.same_as_integer, 6U);
  EXPECT_EQ(loss.integer_by_step.back(), 6U);
  EXPECT_EQ(loss.correct_by_step.back(), loss.correct);
  EXPECT_EQ(loss.correct_by_step.size(), static_cast<std::size_t>(loss.steps));
  EXPECT_LT(loss.integer_by_step.front(), 6U);
  for (const SpikingStageLoss& stage : loss.stages) {
    EXPECT_EQ(stage.integer_error, 0) << stage.name;
    if (stage.name != "input") {
      EXPECT_GT(stage.float_error, 0) << stage.name;
    }
  }
}

TEST(SpikingLoss, CountsAreTheExecutors) {
  const ImageSet images = test_images(model());
  const auto network = spikezip_network(program(), Schedule::kStagedGraded);
  const SpikingLoss loss = measure_spiking_loss(model(), true, &program(), *network, images, 2, 1);
  std::vector<SpikingRun> runs;
  for (std::size_t i = 0; i < 2; ++i)
    runs.push_back(run_spiking(program(), input_codes(model(), images, i), Schedule::kStagedGraded));
  for (std::size_t s = 0; s < loss.stages.size(); ++s) {
    const StageWork& work = loss.stages[s].work;
    EXPECT_EQ(work.events, runs[0].stages[s].events + runs[1].stages[s].events);
    EXPECT_EQ(work.multiply_adds, runs[0].stages[s].multiply_adds + runs[1].stages[s].multiply_adds);
    const Stage& stage = program().stages[s];
    EXPECT_EQ(work.neurons, stage.encoder.present ? stage.tokens * stage.channels : 0) << stage.name;
    // Each neuron is looked at once at least: V and S.
    EXPECT_GE(work.state_reads, 2 * 2 * work.neurons) << stage.name;
  }
}

TEST(SpikingLoss, StoppedEarlyItIsNeitherExactNorAtRest) {
  const auto network = spikezip_network(program(), Schedule::kAsynchronousUnary, 8);
  const SpikingLoss loss = measure_spiking_loss(model(), true, &program(), *network, test_images(model()), 3, 1);
  EXPECT_EQ(loss.steps, 8);
  EXPECT_EQ(loss.exact, 0U);
  EXPECT_EQ(loss.at_rest, 0U);
  EXPECT_GT(loss.stages.back().integer_error, 0);
}

TEST(SpikingLoss, ThreadsChangeNoDigit) {
  const auto network = spikezip_network(program(), Schedule::kAsynchronousUnary, 20);
  const ImageSet images = test_images(model());
  const SpikingLoss one = measure_spiking_loss(model(), true, &program(), *network, images, 5, 1);
  const SpikingLoss four = measure_spiking_loss(model(), true, &program(), *network, images, 5, 4);
  for (std::size_t s = 0; s < one.stages.size(); ++s) {
    EXPECT_EQ(one.stages[s].float_error, four.stages[s].float_error);
    EXPECT_EQ(one.stages[s].integer_error, four.stages[s].integer_error);
    EXPECT_EQ(one.stages[s].work.adds, four.stages[s].work.adds);
  }
  EXPECT_EQ(one.correct_by_step, four.correct_by_step);
}

TEST(SpikingLoss, ArithmeticEnergyIsThePapersFormula) {
  SpikingLoss loss;
  loss.images = 2;
  loss.stages = {{"a", 0, 0, {5, 1000, 0, 0, 0}}, {"b", 0, 0, {5, 1000, 500, 0, 0}}};
  const ArithmeticEnergy energy = arithmetic_energy(loss, 10'000);
  EXPECT_DOUBLE_EQ(energy.dense_nj, 46.0);
  EXPECT_DOUBLE_EQ(energy.spiking_nj, (2000 * 0.9 + 500 * 4.6) / 2 / 1000);
}

}  // namespace
}  // namespace ranvier::workloads
