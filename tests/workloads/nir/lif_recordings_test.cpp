// SPDX-License-Identifier: Apache-2.0
// The LIF neuron of the NIR paper, as nine tools stepped it: every spike in its row, every voltage to the digits that
// the recordings have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/file.h"
#include "tests/shared_data.h"
#include "workloads/nir/nir_errors.h"
#include "workloads/nir/simulate_nir.h"

namespace ranvier::workloads {
namespace {

using ::testing::ElementsAre;

struct Recording {
  std::vector<double> input;
  std::vector<double> voltage;
  std::vector<int> spikes;  // rows, from 0
};

Recording read_recording(const std::string& tool) {
  Recording read;
  const std::string text = read_file(shared_data("nir/lif/lif_" + tool + ".csv"));
  const char* at = text.c_str();
  char* end = nullptr;
  for (int row = 0; *at != '\0'; ++row) {
    // The only scaled input is that of Sinabs; all are spikes.
    read.input.push_back(std::strtod(at, &end) > 0 ? 1 : 0);
    read.voltage.push_back(std::strtod(end + 1, &end));
    if (std::strtod(end + 1, &end) > 0) read.spikes.push_back(row);
    at = end;
    while (*at == '\n' || *at == '\r') ++at;
  }
  return read;
}

struct Tool {
  const char* name;
  double most_error;
  std::vector<int> spikes;
};

class LifRecording : public ::testing::TestWithParam<Tool> {};

TEST_P(LifRecording, SpikesInTheSameRowsAndVoltagesAgree) {
  RANVIER_NEEDS_SHARED_DATA("nir");
  const Recording recorded = read_recording(GetParam().name);
  ASSERT_EQ(recorded.input.size(), 1000U);
  const NirFile file = read_nir(shared_data("nir/lif_norse.nir"));
  const NirPreset& preset = nir_preset(GetParam().name);
  NirSimulator simulator(file, preset.rules);
  const std::size_t lif = simulator.network().units.size() - 2;
  ASSERT_EQ(simulator.network().units[lif].path, "1");
  std::vector<int> spikes;
  double most = 0;
  for (std::size_t t = 0; t < recorded.input.size(); ++t) {
    simulator.step(std::span(&recorded.input[t], 1));
    if (simulator.output(lif)[0] > 0) spikes.push_back(static_cast<int>(t));
    most = std::max(most, std::abs(simulator.voltage(lif)[0] * preset.voltage_scale - recorded.voltage[t]));
  }
  EXPECT_EQ(spikes, GetParam().spikes);
  EXPECT_EQ(spikes, recorded.spikes);
  EXPECT_LE(most, GetParam().most_error);
  EXPECT_GT(most, GetParam().most_error / 2);  // the documented figure, not a bound that anything passes
}

INSTANTIATE_TEST_SUITE_P(
    Tools, LifRecording,
    ::testing::Values(Tool{"exact", 2.9e-9, {460, 510, 710, 760}}, Tool{"norse", 2.5e-8, {460, 510, 710, 760}},
                      Tool{"snntorch", 1e-6, {460, 510, 710, 760}}, Tool{"nengo", 1.5e-8, {460, 510, 710, 760}},
                      Tool{"sinabs", 1.4e-8, {450, 500, 710, 760}}, Tool{"rockpool", 1.7e-8, {450, 500, 710, 760}},
                      Tool{"spyx", 5e-8, {461, 511, 711, 761}}, Tool{"lava_cpu_float", 3.8e-8, {461, 511, 711, 761}},
                      Tool{"spinnaker2", 9.1e-7, {460, 510, 710, 760}}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(LifPresets, AnUnknownToolIsRefusedWithTheNearestName) {
  try {
    nir_preset("snn-torch");
    FAIL();
  } catch (const UnknownNirPreset& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("did you mean 'snntorch'?"));
    EXPECT_EQ(error.preset, "snn-torch");
  }
}

TEST(LifPresets, AreNine) {
  std::vector<std::string> names;
  for (const NirPreset& preset : nir_presets()) names.push_back(preset.name);
  EXPECT_THAT(names, ElementsAre("exact", "norse", "snntorch", "nengo", "sinabs", "rockpool", "spyx", "lava_cpu_float",
                                 "spinnaker2"));
}

}  // namespace
}  // namespace ranvier::workloads
