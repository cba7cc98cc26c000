// SPDX-License-Identifier: Apache-2.0
// Layers of neurons and who listens to whom, as a hypergraph.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "mapper/hypergraph/hypergraph.h"
#include "mapper/hypergraph/networks.h"

namespace ranvier::mapper::hypergraph {

/// Neurons of a layer: a feature map; a vector has height and width 1.
struct MapShape {
  std::uint32_t height = 1;
  std::uint32_t width = 1;
  std::uint32_t channels = 1;
  std::uint32_t neurons() const { return height * width * channels; }
};

/// Built layer by layer: each call adds neurons behind those there are, and returns the number of the new layer.
class LayeredNetwork {
 public:
  using LayerNumber = std::size_t;
  /// Calls its second argument with every neuron of the target layer that listens to this neuron of the source layer.
  /// Neurons of a layer count from 0 in the layer's own order.
  using Listeners = std::function<void(std::uint32_t source, const std::function<void(std::uint32_t)>& listens)>;

  explicit LayeredNetwork(NeuronOrder order) : order_(order) {}
  LayeredNetwork(const LayeredNetwork&) = delete;  // connections point to it
  LayeredNetwork& operator=(const LayeredNetwork&) = delete;

  LayerNumber add_layer(MapShape shape);
  void connect(LayerNumber from, LayerNumber to, Listeners listeners);

  LayerNumber convolution(LayerNumber from, std::uint32_t kernel, std::uint32_t stride, std::uint32_t padding,
                          std::uint32_t channels);
  /// Windows that do not overlap, channel by channel; rows and columns that fill none are dropped.
  LayerNumber pool(LayerNumber from, std::uint32_t size);
  LayerNumber dense(LayerNumber from, std::uint32_t neurons);

  /// Neuron of a layer at a place of its map.
  std::uint32_t at(LayerNumber layer, std::uint32_t y, std::uint32_t x, std::uint32_t channel) const;

  /// One hyperedge for each neuron that somebody listens to, in order of the neurons; listeners ascend.
  Hypergraph hypergraph() const;

 private:
  struct Connection {
    LayerNumber from;
    LayerNumber to;
    Listeners listeners;
  };
  struct Place {
    std::uint32_t y, x, channel;
  };
  Place place_of(LayerNumber layer, std::uint32_t neuron) const;

  NeuronOrder order_;
  std::vector<MapShape> shapes_;
  std::vector<Vertex> first_{0};  // by layer; one more
  std::vector<Connection> connections_;
};

}  // namespace ranvier::mapper::hypergraph
