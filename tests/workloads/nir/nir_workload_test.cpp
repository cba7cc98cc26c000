// SPDX-License-Identifier: Apache-2.0
// A NIR file as a workload: which description belongs to it, what that says, and what it must not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "tests/workloads/made_model.h"
#include "tests/workloads/nir/made_nir.h"
#include "workloads/nir/nir_errors.h"
#include "workloads/slayer.h"
#include "workloads/temporal_errors.h"
#include "workloads/temporal_reference.h"

namespace ranvier::workloads {
namespace {

using ::testing::HasSubstr;

const std::string kDescription =
    "name: mine\nnir: net.nir\ntimesteps: 4\ninput: {coding: time-neuron-text, step_time: 1, samples: [in.txt]}\n";

class NirWorkload : public ::testing::Test {
 protected:
  NirWorkload() {
    write_nir(scratch_.path() / "net.nir",
              made_chain({2},
                         {made_node("w", "Linear", {reals("weight", {1, 2}, {1, 0.6})}),
                          made_node("lif", "LIF",
                                    {real("tau", 0.004), real("r", 2), real("v_leak", 0), real("v_threshold", 0.9)})},
                         {1}));
    describe("net.yaml", kDescription);
    write_file_atomically(scratch_.path() / "in.txt", std::string("0 0\n1 1\n2 1\n"));
  }
  void describe(const std::string& name, const std::string& text) {
    write_file_atomically(scratch_.path() / name, text);
  }
  template <class Failure>
  std::string failure() {
    try {
      load_temporal(scratch_.path() / "net.nir");
    } catch (const Failure& error) {
      return error.what();
    }
    return "another outcome than the error expected";
  }
  ScratchFolder scratch_;
};

TEST_F(NirWorkload, RunsWithTheDescriptionBesideIt) {
  describe("net.yaml", kDescription + "lowering: {step_seconds: 0.001, weight_bits: 6}\n");
  const TemporalModel model = load_temporal(scratch_.path() / "net.nir");
  EXPECT_EQ(model.name, "mine");
  EXPECT_EQ(model.nir, (scratch_.path() / "net.nir").string());
  const Stage& lif = model.program.stages.at(1);
  EXPECT_EQ(lif.cuba.voltage_decay, 1024);
  EXPECT_EQ(lif.cuba.threshold_mantissa, 111);  // floor(31 / (2 / 4 / 0.9) * 2): 6 bits, one binary place finer
  EXPECT_EQ(lif.cuba.weight_exponent, 1);
  EXPECT_EQ(lif.conv.weight, (std::vector<std::int16_t>{31, 19}));
  const SampleSet samples = find_samples(model);
  ASSERT_EQ(samples.count(), 1U);
  // v in thresholds: 0.556, then 0.417 + 0.333, then 0.5625 + 0.333.
  EXPECT_EQ(run_temporal_reference(model.program, load_sample(model, samples.files[0])).output_counts,
            std::vector<std::int32_t>{0});
}

TEST_F(NirWorkload, ASpikingYamlThatNamesItWillDo) {
  std::filesystem::rename(scratch_.path() / "net.yaml", scratch_.path() / "spiking.yaml");
  EXPECT_EQ(load_temporal(scratch_.path() / "net.nir").name, "mine");
  EXPECT_EQ(load_temporal(scratch_.path()).name, "mine");
  EXPECT_TRUE(is_slayer_folder(scratch_.path()));
}

TEST_F(NirWorkload, WithoutADescriptionSaysWhichIsMissing) {
  std::filesystem::remove(scratch_.path() / "net.yaml");
  EXPECT_THAT(failure<UndescribedNir>(), HasSubstr("describe them in net.yaml beside it"));
}

TEST_F(NirWorkload, RefusesKeysThatTheFileAnswers) {
  describe("net.yaml", kDescription + "neuron: {current_decay: 1, voltage_decay: 1, threshold_mantissa: 1}\n");
  EXPECT_THAT(failure<UnknownConfigKey>(), HasSubstr("neuron"));
  describe("net.yaml",
           "name: mine\nnir: net.nir\ntimesteps: 4\ninput: {channels: 2, coding: time-neuron-text, "
           "step_time: 1, samples: [in.txt]}\n");
  EXPECT_THAT(failure<UnknownConfigKey>(), HasSubstr("input.channels"));
  describe("net.yaml", kDescription + "lowering: {weight_bits: 17}\n");
  EXPECT_THAT(failure<BadConfigValue>(), HasSubstr("lowering.weight_bits"));
  describe("net.yaml", kDescription + "lowering: {integration: exact}\n");
  EXPECT_THAT(failure<BadConfigValue>(), HasSubstr("forward-euler or exponential or exponential-scaled"));
}

TEST_F(NirWorkload, RefusesANetworkWithoutIntegerForm) {
  write_nir(scratch_.path() / "net.nir",
            made_chain({1}, {made_node("li", "LI", {real("tau", 1), real("r", 1), real("v_leak", 0)})}, {1}));
  EXPECT_THAT(failure<NirCannotLower>(), HasSubstr("net.nir: li: has no form in integer compartments"));
}

}  // namespace
}  // namespace ranvier::workloads
