// SPDX-License-Identifier: Apache-2.0
// The layered networks, and networks by name.
#include "mapper/clusters/networks.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "base/nearest_name.h"
#include "mapper/clusters/conv_networks.h"
#include "mapper/clusters/errors.h"

namespace ranvier::mapper::clusters {

namespace {

constexpr std::uint32_t kMostWidth = 4096;
constexpr std::int64_t kMostEdges = 200'000'000;
constexpr std::uint32_t kSparseWidth = 64;
constexpr std::uint32_t kPublishedKernel = 9;

/// std::minstd_rand0 with its default seed (Park and Miller 1988), and the two draws that libstdc++'s
/// generate_canonical<double, 53> joins: the generator's range 2^31 - 2 has 30 whole bits, so two are taken.
class PublishedWeights {
 public:
  double next() {
    const double low = draw();
    const double high = draw();
    return (low + high * kRange) / (kRange * kRange);
  }

 private:
  static constexpr double kRange = 2147483646.0;
  double draw() {
    state_ = state_ * 16807 % 2147483647;
    return static_cast<double>(state_ - 1);
  }
  std::uint64_t state_ = 1;
};

struct Synthetic {
  std::uint32_t layers = 0;
  std::uint32_t width = 0;
  std::uint32_t reach = 0;  // 0: all
};

/// The number that `text` is, or 0.
std::uint32_t number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

std::uint32_t side(const std::string& name, std::string_view text) {
  const std::uint32_t k = number(text);
  if (k == 0 || k > kMostWidth)
    throw UnknownNetwork(name, fmt::format("'{}' is no number of clusters from 1 to {}", text, kMostWidth));
  return k;
}

/// Nothing where the name begins as none of the layered networks does.
bool parse_synthetic(const std::string& name, Synthetic& shape) {
  const std::string_view all = name;
  if (all.substr(0, 4) == "dnn_") {
    const std::uint32_t k = side(name, all.substr(4));
    shape = {k, k, 0};
  } else if (all.substr(0, 5) == "sdnn_") {
    const std::uint32_t k = side(name, all.substr(5));
    if (k * k % kSparseWidth != 0) throw UnknownNetwork(name, "its K x K clusters are no whole layers of 64");
    shape = {k * k / kSparseWidth, kSparseWidth, 0};
  } else if (all.substr(0, 4) == "cnn_") {
    const std::size_t kernel = all.find("_k", 4);
    const std::uint32_t k = side(name, all.substr(4, kernel == all.npos ? all.npos : kernel - 4));
    shape = {k, k, kernel == all.npos ? kPublishedKernel : side(name, all.substr(kernel + 2))};
  } else {
    return false;
  }
  return true;
}

std::int64_t edges_of_layer(const Synthetic& s) {
  const std::int64_t width = s.width;
  if (s.reach == 0 || s.reach >= s.width) return s.reach == 0 ? width * width : width * (width + 1) / 2;
  const std::int64_t reach = s.reach;
  return width * reach - reach * (reach - 1) / 2;
}

std::int64_t edge_count(const Synthetic& s) {
  return edges_of_layer(s) * std::max<std::int64_t>(std::int64_t{s.layers} - 2, 0);
}

}  // namespace

std::vector<Edge> layered_edges(std::uint32_t layers, std::uint32_t width, std::uint32_t reach) {
  std::vector<Edge> edges;
  edges.reserve(static_cast<std::size_t>(edge_count({layers, width, reach})));
  PublishedWeights weights;
  for (std::uint32_t layer = 0; layer + 2 < layers; ++layer)
    for (std::uint32_t p = 0; p < width; ++p) {
      const std::uint32_t first = reach == 0 ? 0 : p;
      const std::uint32_t last = reach == 0 ? width : std::min(p + reach, width);
      for (std::uint32_t q = first; q < last; ++q)
        edges.push_back({layer * width + p, (layer + 1) * width + q, weights.next()});
    }
  return edges;
}

Network make_network(const std::string& name) {
  for (const ConvNetwork& net : conv_networks())
    if (net.name == name) return cut_into_clusters(net);
  Synthetic shape;
  if (!parse_synthetic(name, shape)) {
    std::vector<std::string> names = {"dnn_64", "cnn_64", "sdnn_512"};
    for (const ConvNetwork& net : conv_networks()) names.push_back(net.name);
    throw UnknownNetwork(name, fmt::format("unknown{}; take {}", did_you_mean(name, names), kNetworkNames));
  }
  if (edge_count(shape) > kMostEdges)
    throw UnknownNetwork(name,
                         fmt::format("{} edges are more than {}; take a smaller one", edge_count(shape), kMostEdges));
  Network network;
  network.name = name;
  network.clusters = std::size_t{shape.layers} * shape.width;
  network.neurons = static_cast<std::int64_t>(network.clusters) * kNeuronsOfCluster;
  network.edges = layered_edges(shape.layers, shape.width, shape.reach);
  return network;
}

Mesh square_mesh(std::size_t clusters) {
  std::uint32_t side = 1;
  while (std::size_t{side} * side < clusters) ++side;
  return {side, side};
}

}  // namespace ranvier::mapper::clusters
