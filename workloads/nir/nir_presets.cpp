// SPDX-License-Identifier: Apache-2.0
// How published tools step a LIF neuron, found by fitting their recordings of one NIR file (Pedersen et al. 2024,
// figure 2; docs/reference/nir.md has the errors that are left).
#include <algorithm>

#include "workloads/nir/nir_errors.h"
#include "workloads/nir/simulate_nir.h"

namespace ranvier::workloads {
namespace {

std::vector<NirPreset> make_presets() {
  NirRules euler;
  NirRules exact;
  exact.integration = NirIntegration::kExact;
  NirRules nengo;
  nengo.integration = NirIntegration::kExponential;
  NirRules subtracting;
  subtracting.integration = NirIntegration::kExponentialScaled;
  subtracting.reset = NirReset::kSubtractThreshold;
  NirRules sinabs = subtracting;
  sinabs.several_spikes = true;
  NirRules spyx;
  spyx.reset = NirReset::kSubtractThreshold;
  spyx.test = NirSpikeTest::kNextStep;
  NirRules lava;
  lava.input_delay_steps = 1;
  lava.spike_delay_steps = 1;
  // snnTorch and SpiNNaker 2 keep v tau / dt, Nengo v / threshold; SpiNNaker 2's own factor is the first recorded
  // value.
  return {{"exact", exact, 1},  {"norse", euler, 1},         {"snntorch", euler, 25},
          {"nengo", nengo, 10}, {"sinabs", sinabs, 1},       {"rockpool", subtracting, 1},
          {"spyx", spyx, 1},    {"lava_cpu_float", lava, 1}, {"spinnaker2", euler, 25 * 5100.0 / 5101.0}};
}

}  // namespace

const std::vector<NirPreset>& nir_presets() {
  static const std::vector<NirPreset> all = make_presets();
  return all;
}

const NirPreset& nir_preset(std::string_view name) {
  const auto& all = nir_presets();
  const auto found = std::find_if(all.begin(), all.end(), [&](const NirPreset& preset) { return preset.name == name; });
  if (found != all.end()) return *found;
  std::vector<std::string> known;
  for (const NirPreset& preset : all) known.push_back(preset.name);
  throw UnknownNirPreset(std::string(name), known);
}

}  // namespace ranvier::workloads
