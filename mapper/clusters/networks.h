// SPDX-License-Identifier: Apache-2.0
// Cluster graphs that the literature on placement measures: the layered networks of Jin et al. (ASPLOS 2023), equal to
// their generator's to the last bit, and convolutional networks cut into clusters of 4096 neurons.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mapper/clusters/cluster_graph.h"

namespace ranvier::mapper::clusters {

inline constexpr std::int64_t kNeuronsOfCluster = 4096;

struct Network {
  std::string name;
  std::size_t clusters = 0;
  std::int64_t neurons = 0;
  std::int64_t synapses = 0;  // 0: not modelled
  std::vector<Edge> edges;
};

/// dnn_K, cnn_K (kernel 9), cnn_K_kN (kernel N), sdnn_K, lenet, alexnet, mobilenet_v1 or vgg16. Throws UnknownNetwork.
Network make_network(const std::string& name);

/// The names above, for messages.
inline constexpr const char* kNetworkNames = "dnn_K, cnn_K, cnn_K_kN, sdnn_K, lenet, alexnet, mobilenet_v1 or vgg16";

/// `layers` x `width` clusters, cluster = layer * width + position. Position p of a layer sends to positions p to
/// min(p + reach, width) - 1 of the next, or to all where `reach` is 0. As in the published generator the last layer
/// stays unconnected, and weights are those of std::uniform_real_distribution(0, 1) of libstdc++ over minstd_rand0.
std::vector<Edge> layered_edges(std::uint32_t layers, std::uint32_t width, std::uint32_t reach);

/// Square mesh of the least size that holds the clusters.
Mesh square_mesh(std::size_t clusters);

}  // namespace ranvier::mapper::clusters
