// SPDX-License-Identifier: Apache-2.0
// Convolutional networks as chains of layer shapes, and the cluster graph that their synapses make.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mapper/clusters/networks.h"

namespace ranvier::mapper::clusters {

/// One layer of a chain; the input's shape is that of the layer before. Every output is a neuron, of pooling too.
struct ConvLayer {
  enum class Kind : std::uint8_t { kDense, kPerChannel, kFull };  // full: every input with every output
  Kind kind = Kind::kDense;                                       // dense, per channel: in a window
  std::int32_t kernel = 1;
  std::int32_t stride = 1;
  std::int32_t padding = 0;
  std::int32_t outputs = 0;  // channels; per channel: those of the input
};

struct ConvNetwork {
  std::string name;
  std::int32_t height = 0;
  std::int32_t width = 0;
  std::int32_t channels = 0;
  std::vector<ConvLayer> layers;
};

/// lenet (28 x 28), alexnet (227 x 227, without groups), mobilenet_v1 and vgg16 (224 x 224).
const std::vector<ConvNetwork>& conv_networks();

/// Neurons in order of layer, row, column and channel, `per_cluster` consecutive ones a cluster; an edge's weight is
/// the number of synapses from one cluster to another. Synapses to padding do not exist; those inside a cluster count
/// in `synapses` only. Edges ascend by source, then target.
Network cut_into_clusters(const ConvNetwork& network, std::int64_t per_cluster = kNeuronsOfCluster);

}  // namespace ranvier::mapper::clusters
