// SPDX-License-Identifier: Apache-2.0
// The NIR paper's N-MNIST network on real recordings: float simulation under three resets, the integer program, and how
// far the two agree.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/shared_data.h"
#include "workloads/nir/simulate_nir.h"
#include "workloads/slayer.h"
#include "workloads/temporal_reference.h"

namespace ranvier::workloads {
namespace {

constexpr int kSteps = 300;

struct Counts {
  int correct = 0;
  std::vector<std::int64_t> spikes;  // by layer of neurons
  std::vector<std::vector<double>> outputs;
};

class Nmnist : public ::testing::Test {
 protected:
  void SetUp() override {
    RANVIER_NEEDS_SHARED_DATA("nir");
    RANVIER_NEEDS_SHARED_DATA("nmnist");
    model_ = load_temporal(shared_data("nir/cnn_sinabs.nir"));
    samples_ = find_samples(model_);
    ASSERT_EQ(samples_.count(), 50U);
  }

  /// `counts`: several events of a pixel in a step count each.
  Counts simulate(const NirRules& rules, bool counts) const {
    const NirFile file = read_nir(shared_data("nir/cnn_sinabs.nir"));
    NirSimulator simulator(file, rules);
    const auto& network = simulator.network();
    Counts all;
    for (std::size_t s = 0; s < samples_.count(); ++s) {
      std::vector<std::vector<double>> input(kSteps, std::vector<double>(2 * 34 * 34, 0));
      for (const CameraEvent& event : read_recording(samples_.files[s], EventFormat::kBs2).events) {
        if (event.microseconds >= kSteps * 1000) continue;
        double& value = input[static_cast<std::size_t>(event.microseconds / 1000)]
                             [static_cast<std::size_t>(event.polarity * 1156 + event.y * 34 + event.x)];
        value = counts ? value + 1 : 1;
      }
      simulator.restart();
      std::vector<double> outputs(10, 0);
      for (const auto& values : input) {
        simulator.step(values);
        std::size_t layer = 0;
        for (std::size_t u = 0; u < network.units.size(); ++u) {
          if (!simulator.spikes(u)) continue;
          all.spikes.resize(std::max(all.spikes.size(), layer + 1));
          for (const double v : simulator.output(u)) all.spikes[layer] += static_cast<std::int64_t>(v);
          ++layer;
        }
        const auto last = simulator.output(network.outputs[0]);
        for (std::size_t c = 0; c < outputs.size(); ++c) outputs[c] += last[c];
      }
      all.correct += std::max_element(outputs.begin(), outputs.end()) - outputs.begin() == samples_.labels[s] ? 1 : 0;
      all.outputs.push_back(outputs);
    }
    return all;
  }

  TemporalModel model_;
  SampleSet samples_;
};

TEST_F(Nmnist, TheResetDecidesOnSpikesFarMoreThanOnAccuracy) {
  NirRules rules;
  const Counts to_zero = simulate(rules, true);
  EXPECT_EQ(to_zero.correct, 50);
  EXPECT_EQ(to_zero.spikes, (std::vector<std::int64_t>{219303, 380348, 195228, 99333, 5332}));
  rules.reset = NirReset::kSubtractThreshold;
  const Counts subtract = simulate(rules, true);
  EXPECT_EQ(subtract.correct, 48);
  EXPECT_EQ(subtract.spikes, (std::vector<std::int64_t>{258216, 568776, 450753, 359850, 17497}));
  rules.several_spikes = true;
  const Counts several = simulate(rules, true);
  EXPECT_EQ(several.correct, 50);
  EXPECT_EQ(several.spikes, (std::vector<std::int64_t>{258239, 569049, 453389, 404450, 32998}));
}

TEST_F(Nmnist, TheIntegerProgramAgreesWithTheFloatSimulation) {
  NirRules rules;
  rules.spike_delay_steps = 1;
  const Counts floats = simulate(rules, false);
  Counts whole;
  whole.spikes.resize(5);
  std::int64_t apart = 0;
  int agree = 0;
  for (std::size_t s = 0; s < samples_.count(); ++s) {
    const TemporalRun run = run_temporal_reference(model_.program, load_sample(model_, samples_.files[s]));
    for (std::size_t i = 0; i < 5; ++i) whole.spikes[i] += run.spike_count[i + 1];
    whole.correct += run.prediction == samples_.labels[s] ? 1 : 0;
    const auto& outputs = floats.outputs[s];
    agree += std::max_element(outputs.begin(), outputs.end()) - outputs.begin() == run.prediction ? 1 : 0;
    for (std::size_t c = 0; c < 10; ++c)
      apart += std::llabs(run.output_counts[c] - static_cast<std::int64_t>(outputs[c]));
  }
  EXPECT_EQ(floats.correct, 50);
  EXPECT_EQ(floats.spikes, (std::vector<std::int64_t>{219117, 379829, 194672, 98816, 5295}));
  EXPECT_EQ(whole.correct, 50);
  EXPECT_EQ(agree, 50);
  EXPECT_EQ(whole.spikes, (std::vector<std::int64_t>{218922, 376592, 193415, 97912, 5255}));
  EXPECT_EQ(apart, 364);  // of 5295 output spikes
}

}  // namespace
}  // namespace ranvier::workloads
