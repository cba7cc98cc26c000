// SPDX-License-Identifier: Apache-2.0
// Neuron-level networks to partition: a vertex a neuron, a hyperedge for each neuron that sends, all weights 1. The
// first two are what partitioners of spiking networks are compared on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mapper/hypergraph/hypergraph.h"

namespace ranvier::mapper::hypergraph {

/// Numbers of the neurons of a feature map: position by position, or channel by channel.
enum class NeuronOrder : std::uint8_t { kChannelsLast, kChannelsFirst };

struct NetworkOptions {
  NeuronOrder order = NeuronOrder::kChannelsLast;  // of feature maps
  std::uint64_t seed = 1;                          // of reservoirs
};

/// lenet-cifar, conv64k, reservoir16k, transformer; docs/reference/partition.md has their shapes.
std::vector<std::string> network_names();

/// Throws UnknownNetwork.
Hypergraph make_network(const std::string& name, const NetworkOptions& options);

}  // namespace ranvier::mapper::hypergraph
