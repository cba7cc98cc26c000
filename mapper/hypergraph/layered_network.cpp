// SPDX-License-Identifier: Apache-2.0
// Layers of neurons and who listens to whom, as a hypergraph.
#include "mapper/hypergraph/layered_network.h"

#include <algorithm>

namespace ranvier::mapper::hypergraph {

LayeredNetwork::LayerNumber LayeredNetwork::add_layer(MapShape shape) {
  shapes_.push_back(shape);
  first_.push_back(first_.back() + shape.neurons());
  return shapes_.size() - 1;
}

void LayeredNetwork::connect(LayerNumber from, LayerNumber to, Listeners listeners) {
  connections_.push_back({from, to, std::move(listeners)});
}

std::uint32_t LayeredNetwork::at(LayerNumber layer, std::uint32_t y, std::uint32_t x, std::uint32_t channel) const {
  const MapShape& s = shapes_[layer];
  if (order_ == NeuronOrder::kChannelsLast) return (y * s.width + x) * s.channels + channel;
  return (channel * s.height + y) * s.width + x;
}

LayeredNetwork::Place LayeredNetwork::place_of(LayerNumber layer, std::uint32_t neuron) const {
  const MapShape& s = shapes_[layer];
  if (order_ == NeuronOrder::kChannelsLast) {
    const std::uint32_t position = neuron / s.channels;
    return {position / s.width, position % s.width, neuron % s.channels};
  }
  const std::uint32_t position = neuron % (s.height * s.width);
  return {position / s.width, position % s.width, neuron / (s.height * s.width)};
}

LayeredNetwork::LayerNumber LayeredNetwork::convolution(LayerNumber from, std::uint32_t kernel, std::uint32_t stride,
                                                        std::uint32_t padding, std::uint32_t channels) {
  const MapShape in = shapes_[from];
  const MapShape out{(in.height + 2 * padding - kernel) / stride + 1, (in.width + 2 * padding - kernel) / stride + 1,
                     channels};
  const LayerNumber to = add_layer(out);
  // Output o reads inputs o * stride - padding to o * stride - padding + kernel - 1.
  const auto first_reader = [=](std::uint32_t i) {
    return i + padding + 1 <= kernel ? 0U : (i + padding + 1 - kernel + stride - 1) / stride;
  };
  connect(from, to, [=, this](std::uint32_t source, const auto& listens) {
    const Place p = place_of(from, source);
    const std::uint32_t last_y = std::min((p.y + padding) / stride, out.height - 1);
    const std::uint32_t last_x = std::min((p.x + padding) / stride, out.width - 1);
    for (std::uint32_t y = first_reader(p.y); y <= last_y; ++y)
      for (std::uint32_t x = first_reader(p.x); x <= last_x; ++x)
        for (std::uint32_t c = 0; c < channels; ++c) listens(at(to, y, x, c));
  });
  return to;
}

LayeredNetwork::LayerNumber LayeredNetwork::pool(LayerNumber from, std::uint32_t size) {
  const MapShape in = shapes_[from];
  const MapShape out{in.height / size, in.width / size, in.channels};
  const LayerNumber to = add_layer(out);
  connect(from, to, [=, this](std::uint32_t source, const auto& listens) {
    const Place p = place_of(from, source);
    if (p.y / size < out.height && p.x / size < out.width) listens(at(to, p.y / size, p.x / size, p.channel));
  });
  return to;
}

LayeredNetwork::LayerNumber LayeredNetwork::dense(LayerNumber from, std::uint32_t neurons) {
  const LayerNumber to = add_layer({1, 1, neurons});
  connect(from, to, [neurons](std::uint32_t, const auto& listens) {
    for (std::uint32_t n = 0; n < neurons; ++n) listens(n);
  });
  return to;
}

Hypergraph LayeredNetwork::hypergraph() const {
  Hypergraph graph;
  graph.vertices = first_.back();
  std::vector<Vertex>& pins = graph.pins.items;
  for (LayerNumber layer = 0; layer < shapes_.size(); ++layer) {
    for (std::uint32_t n = 0; n < shapes_[layer].neurons(); ++n) {
      const std::size_t begin = pins.size();
      pins.push_back(first_[layer] + n);
      for (const Connection& c : connections_) {
        if (c.from == layer) c.listeners(n, [&](std::uint32_t target) { pins.push_back(first_[c.to] + target); });
      }
      if (pins.size() == begin + 1) {
        pins.pop_back();
        continue;
      }
      std::sort(pins.begin() + static_cast<std::ptrdiff_t>(begin) + 1, pins.end());
      graph.pins.offset.push_back(pins.size());
    }
  }
  graph.weight.assign(graph.pins.size(), 1.0);
  return graph;
}

}  // namespace ranvier::mapper::hypergraph
