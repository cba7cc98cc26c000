// SPDX-License-Identifier: Apache-2.0
// A wiring diagram as a network over time: its neurons are one stage of compartments that feeds itself, and a stimulus
// from the host. The wiring is measured; the rest is assumed, because an edge list does not have it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/edge_list.h"
#include "workloads/program.h"

namespace ranvier::workloads {

/// Potentials count in synapses. docs/reference/connectome.md says what each number is and that all are assumed.
struct ConnectomeOptions {
  std::int32_t steps = 100;
  std::int32_t threshold = 24;  // a neuron fires above it
  double leak_steps = 10;       // time constant of the potential; 0: no leak
  std::int32_t refractory_steps = 1;
  std::int32_t delay_steps = 1;       // of every axon
  double inhibitory = 0.2;            // share of neurons whose synapses count negative, drawn
  std::int32_t weight_most = 63;      // synapses of a pair that count
  double stimulated = 0.05;           // share of neurons that the host sends spikes to, drawn; one at least
  double stimulus_rate = 0.1;         // chance of a spike for each of them, in each step
  std::int32_t stimulus_weight = 30;  // of such a spike
  std::uint64_t seed = 1;             // of all that is drawn
};

struct Connectome {
  Program program;  // stages `input` and `neurons`, unit = number in ids
  std::vector<std::string> ids;
  std::vector<std::int32_t> stimulus;    // packed spikes (spike_train.h) of `steps` steps
  std::vector<std::int32_t> stimulated;  // neurons, by unit of the input
  std::int64_t edges = 0;
  std::int64_t synapses_in_file = 0;
  std::int64_t clipped = 0;  // edges of more than weight_most synapses
  std::int64_t inhibitory_neurons = 0;
};

/// A number of a wiring's network out of range; `key` as after --set.
struct BadWiringNumber : Error {
  BadWiringNumber(const std::string& key_, const std::string& got_, const std::string& allowed);
  std::string key;
  std::string got;
};

/// Throws BadWiringNumber.
Connectome make_connectome(const EdgeList& wiring, const std::string& name, const ConnectomeOptions& options,
                           int threads = 0);

}  // namespace ranvier::workloads
