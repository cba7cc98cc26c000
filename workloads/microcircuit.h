// SPDX-License-Identifier: Apache-2.0
// The cortical microcircuit of Potjans and Diesmann (Cerebral Cortex 24(3), 2014) as a network over time, from a
// parameter file: a population is a stage of CUBA compartments that takes spikes of all populations.
// docs/reference/connectome.md says how the parameters become integers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "workloads/program.h"

namespace ranvier::workloads {

/// As in network_params.json, full scale. Matrices are [target][source].
struct MicrocircuitParameters {
  std::vector<std::string> populations;  // a name that ends in E excites, in I inhibits
  std::vector<double> neurons, mean_rates_hz, external_in_degree;
  std::vector<std::vector<double>> connection_probability;
  double psp_mv = 0, weight_relative_sd = 0, inhibition = 0;
  double delay_excitatory_ms = 0, delay_inhibitory_ms = 0;
  double background_rate_hz = 0;
  std::vector<double> start_mean_mv, start_sd_mv;
  double rest_mv = 0, threshold_mv = 0, reset_mv = 0;
  double capacitance_pf = 0, tau_membrane_ms = 0, tau_synapse_ms = 0, refractory_ms = 0;
};

/// Spikes: a host unit a neuron that fires with chance external in-degree x K x rate x step, which must be 1 at most.
/// Current: their mean; closed. Then a small network may fall silent, since nothing fluctuates from outside.
enum class Background : std::uint8_t { kSpikes, kCurrent };

struct MicrocircuitOptions {
  double n_scaling = 0.1;
  double k_scaling = 0.1;
  double step_ms = 0.25;
  Background background = Background::kSpikes;
  std::int32_t steps = 100;
  std::int32_t weight_unit = 10;   // integer weight of a mean excitatory synapse
  std::int32_t weight_most = 127;  // sums of synapses of one pair are cut to it
  std::uint64_t seed = 1;
};

struct Microcircuit {
  Program program;  // stage 0 has a unit a neuron, in order; closed where the background is a current
  std::vector<std::int32_t> stimulus;  // packed spikes (spike_train.h) of the background
  std::int64_t neurons = 0;
  std::int64_t drawn = 0;     // synapses; several of one pair are one with the sum of their weights
  std::int64_t synapses = 0;  // stored
  std::int64_t clipped = 0;
};

/// A parameter file that is no such JSON; `key` is what is missing or wrong.
struct BadMicrocircuitFile : Error {
  BadMicrocircuitFile(const std::string& file_, const std::string& key_, const std::string& what_is_wrong);
  std::string file;
  std::string key;
};

/// Throws FileMissing, BadMicrocircuitFile.
MicrocircuitParameters read_microcircuit(const std::filesystem::path& path);
MicrocircuitParameters parse_microcircuit(const std::string& text, const std::string& file);

/// ln(1 - p) / ln(1 - 1 / (sources * targets)) synapses (equation 1 of the paper), rounded.
std::int64_t synapses_of_pair(double probability, double sources, double targets);

/// Throws BadWiringNumber (connectome.h).
Microcircuit make_microcircuit(const MicrocircuitParameters& parameters, const MicrocircuitOptions& options,
                               int threads = 0);

}  // namespace ranvier::workloads
