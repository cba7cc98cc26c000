// SPDX-License-Identifier: Apache-2.0
// Counts synapses between runs of channels: windows are walked by position, never by synapse.
#include "mapper/clusters/conv_networks.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace ranvier::mapper::clusters {

namespace {

using Kind = ConvLayer::Kind;

ConvLayer conv(std::int32_t kernel, std::int32_t stride, std::int32_t padding, std::int32_t outputs) {
  return {Kind::kDense, kernel, stride, padding, outputs};
}
ConvLayer depthwise(std::int32_t stride) { return {Kind::kPerChannel, 3, stride, 1, 0}; }
ConvLayer pool(std::int32_t kernel, std::int32_t stride) { return {Kind::kPerChannel, kernel, stride, 0, 0}; }
ConvLayer full(std::int32_t outputs) { return {Kind::kFull, 1, 1, 0, outputs}; }

ConvNetwork mobilenet_v1() {
  ConvNetwork net{"mobilenet_v1", 224, 224, 3, {conv(3, 2, 1, 32)}};
  const auto block = [&](std::int32_t stride, std::int32_t outputs) {
    net.layers.push_back(depthwise(stride));
    net.layers.push_back(conv(1, 1, 0, outputs));
  };
  block(1, 64);
  block(2, 128);
  block(1, 128);
  block(2, 256);
  block(1, 256);
  block(2, 512);
  for (int i = 0; i < 5; ++i) block(1, 512);
  block(2, 1024);
  block(1, 1024);
  net.layers.push_back(pool(7, 1));
  net.layers.push_back(full(1000));
  return net;
}

ConvNetwork vgg16() {
  ConvNetwork net{"vgg16", 224, 224, 3, {}};
  for (const auto& [repeats, outputs] : {std::pair{2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}}) {
    for (int i = 0; i < repeats; ++i) net.layers.push_back(conv(3, 1, 1, outputs));
    net.layers.push_back(pool(2, 2));
  }
  for (const std::int32_t outputs : {4096, 4096, 1000}) net.layers.push_back(full(outputs));
  return net;
}

struct Shape {
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t channels = 0;
  std::int64_t first = 0;  // number of its first neuron
  std::int64_t size() const { return height * width * channels; }
};

Shape after(const Shape& in, const ConvLayer& layer) {
  if (layer.kind == Kind::kFull) return {1, 1, layer.outputs, in.first + in.size()};
  const auto extent = [&](std::int64_t n) { return (n + 2 * layer.padding - layer.kernel) / layer.stride + 1; };
  return {extent(in.height), extent(in.width), layer.kind == Kind::kDense ? layer.outputs : in.channels,
          in.first + in.size()};
}

class Counter {
 public:
  Counter(std::int64_t per_cluster, std::int64_t neurons, Network& network) : per_cluster_(per_cluster), net_(network) {
    net_.clusters = static_cast<std::size_t>((neurons + per_cluster - 1) / per_cluster);
    net_.neurons = neurons;
    from_.resize(net_.clusters);
  }

  void layer(const Shape& in, const ConvLayer& layer, const Shape& out) {
    for (std::int64_t y = 0; y < out.height; ++y)
      for (std::int64_t x = 0; x < out.width; ++x) {
        const std::int64_t first = out.first + (y * out.width + x) * out.channels;
        for (std::int64_t n = first; n < first + out.channels;) {
          const std::int64_t end = std::min(first + out.channels, (n / per_cluster_ + 1) * per_cluster_);
          begin_target(n / per_cluster_);
          if (layer.kind == Kind::kFull)
            dense(in.first, in.first + in.size(), end - n);
          else
            window(in, layer, y, x, n - first, end - first);
          n = end;
        }
      }
  }

  void finish() {
    flush();
    std::sort(net_.edges.begin(), net_.edges.end(),
              [](const Edge& a, const Edge& b) { return std::tie(a.source, a.target) < std::tie(b.source, b.target); });
  }

 private:
  /// Output channels [low, high) at (y, x).
  void window(const Shape& in, const ConvLayer& layer, std::int64_t y, std::int64_t x, std::int64_t low,
              std::int64_t high) {
    const std::int64_t top = y * layer.stride - layer.padding;
    const std::int64_t left = x * layer.stride - layer.padding;
    for (std::int64_t iy = std::max<std::int64_t>(top, 0); iy < std::min(top + layer.kernel, in.height); ++iy)
      for (std::int64_t ix = std::max<std::int64_t>(left, 0); ix < std::min(left + layer.kernel, in.width); ++ix) {
        const std::int64_t first = in.first + (iy * in.width + ix) * in.channels;
        if (layer.kind == Kind::kDense)
          dense(first, first + in.channels, high - low);
        else
          dense(first + low, first + high, 1);
      }
  }

  /// Neurons [first, last) with `fan_out` synapses each to the target at hand.
  void dense(std::int64_t first, std::int64_t last, std::int64_t fan_out) {
    while (first < last) {
      const std::int64_t cluster = first / per_cluster_;
      const std::int64_t end = std::min(last, (cluster + 1) * per_cluster_);
      std::int64_t& count = from_[static_cast<std::size_t>(cluster)];
      if (count == 0) touched_.push_back(cluster);
      count += (end - first) * fan_out;
      first = end;
    }
  }

  void begin_target(std::int64_t cluster) {
    if (cluster == target_) return;
    flush();
    target_ = cluster;
  }

  void flush() {
    for (const std::int64_t source : touched_) {
      std::int64_t& count = from_[static_cast<std::size_t>(source)];
      net_.synapses += count;
      if (source != target_)
        net_.edges.push_back({static_cast<Cluster>(source), static_cast<Cluster>(target_), static_cast<double>(count)});
      count = 0;
    }
    touched_.clear();
  }

  std::int64_t per_cluster_;
  Network& net_;
  std::int64_t target_ = -1;
  std::vector<std::int64_t> from_;  // synapses by source cluster, of the target at hand
  std::vector<std::int64_t> touched_;
};

}  // namespace

const std::vector<ConvNetwork>& conv_networks() {
  static const std::vector<ConvNetwork> kNetworks = {
      {"lenet",
       28,
       28,
       1,
       {conv(5, 1, 2, 6), pool(2, 2), conv(5, 1, 0, 16), pool(2, 2), full(120), full(84), full(10)}},
      {"alexnet",
       227,
       227,
       3,
       {conv(11, 4, 0, 96), pool(3, 2), conv(5, 1, 2, 256), pool(3, 2), conv(3, 1, 1, 384), conv(3, 1, 1, 384),
        conv(3, 1, 1, 256), pool(3, 2), full(4096), full(4096), full(1000)}},
      mobilenet_v1(),
      vgg16()};
  return kNetworks;
}

Network cut_into_clusters(const ConvNetwork& network, std::int64_t per_cluster) {
  std::vector<Shape> shapes = {{network.height, network.width, network.channels, 0}};
  for (const ConvLayer& layer : network.layers) shapes.push_back(after(shapes.back(), layer));
  Network result;
  result.name = network.name;
  Counter counter(per_cluster, shapes.back().first + shapes.back().size(), result);
  for (std::size_t i = 0; i < network.layers.size(); ++i) counter.layer(shapes[i], network.layers[i], shapes[i + 1]);
  counter.finish();
  return result;
}

}  // namespace ranvier::mapper::clusters
