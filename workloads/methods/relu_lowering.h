// SPDX-License-Identifier: Apache-2.0
// The real-valued half of convert_relu: which populations there are, and with what real weights they reach each other.
#pragma once

#include <cstdint>
#include <vector>

#include "workloads/graph/graph.h"
#include "workloads/methods/relu_program.h"

namespace ranvier::workloads {

/// As ReluSynapses, with real weights [out][in][ky][kx], depthwise [channel][ky][kx].
struct RealSynapses {
  ReluSynapses geometry;
  std::vector<double> weight;
};

/// What arrives at a population: its value is ReLU of that, but of the input and the head.
struct RealPopulation {
  NodeId node;  // of the graph whose value it stands for
  std::int32_t height = 1, width = 1, channels = 1;
  std::vector<RealSynapses> synapses;
  std::vector<double> bias;  // [channels]
};

/// Population 0 is the input, the last one the head. Throws UnknownStructure.
std::vector<RealPopulation> lower_relu(const Graph& graph);

}  // namespace ranvier::workloads
