// SPDX-License-Identifier: Apache-2.0
// The networks by name.
#include "mapper/hypergraph/networks.h"

#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "mapper/hypergraph/errors.h"
#include "mapper/hypergraph/layered_network.h"

namespace ranvier::mapper::hypergraph {
namespace {

using LayerNumber = LayeredNetwork::LayerNumber;

/// LeCun et al. (1998) on 32 x 32 x 3 images; input and pooling layers are neurons.
Hypergraph lenet_cifar(const NetworkOptions& options) {
  LayeredNetwork net(options.order);
  LayerNumber last = net.add_layer({32, 32, 3});
  last = net.pool(net.convolution(last, 5, 1, 0, 6), 2);
  last = net.pool(net.convolution(last, 5, 1, 0, 16), 2);
  for (const std::uint32_t neurons : {120U, 84U, 10U}) last = net.dense(last, neurons);
  return net.hypergraph();
}

Hypergraph conv64k(const NetworkOptions& options) {
  LayeredNetwork net(options.order);
  LayerNumber last = net.add_layer({40, 40, 3});
  last = net.pool(net.convolution(last, 3, 1, 1, 32), 2);
  last = net.pool(net.convolution(last, 3, 1, 1, 32), 2);
  last = net.convolution(last, 3, 1, 1, 32);
  for (const std::uint32_t neurons : {256U, 10U}) last = net.dense(last, neurons);
  return net.hypergraph();
}

/// Binomial, mean 0, in whole cells: integers, so that all machines draw the same.
std::int32_t offset(std::uint64_t seed, std::uint64_t neuron, std::uint64_t draw, std::uint32_t axis) {
  constexpr int kWords = 16;  // of 64 fair coins: variance 256, standard deviation 16 cells
  std::int32_t ones = 0;
  for (std::uint32_t word = 0; word < kWords; ++word)
    ones += __builtin_popcountll(random_u64(seed, neuron, draw, 1 + axis * kWords + word));
  return ones - kWords * 32;
}

/// Neurons on a grid, numbered at random. Each sends to 44 others: 42 near it, two anywhere.
Hypergraph reservoir16k(const NetworkOptions& options) {
  constexpr std::uint32_t kSide = 128, kNeurons = kSide * kSide, kNear = 42, kListeners = 44;
  std::vector<Vertex> number(kNeurons);  // by cell
  std::iota(number.begin(), number.end(), 0);
  for (std::uint32_t i = kNeurons - 1; i > 0; --i)
    std::swap(number[i], number[random_below(i + 1, options.seed, i, 0)]);
  std::vector<std::uint32_t> cell(kNeurons);  // by number
  for (std::uint32_t c = 0; c < kNeurons; ++c) cell[number[c]] = c;

  Hypergraph graph;
  graph.vertices = kNeurons;
  for (Vertex v = 0; v < kNeurons; ++v) {
    std::vector<Vertex> listeners;
    const auto y = static_cast<std::int32_t>(cell[v] / kSide);
    const auto x = static_cast<std::int32_t>(cell[v] % kSide);
    for (std::uint64_t draw = 1; listeners.size() < kListeners; ++draw) {
      Vertex to;
      if (listeners.size() < kNear) {
        const std::int32_t to_y = y + offset(options.seed, v, draw, 0);
        const std::int32_t to_x = x + offset(options.seed, v, draw, 1);
        const auto side = static_cast<std::int32_t>(kSide);
        if (to_y < 0 || to_x < 0 || to_y >= side || to_x >= side) continue;
        to = number[static_cast<std::uint32_t>(to_y * side + to_x)];
      } else {
        to = random_below(kNeurons, options.seed, v, draw);
      }
      if (to == v || std::find(listeners.begin(), listeners.end(), to) != listeners.end()) continue;
      listeners.push_back(to);
    }
    std::sort(listeners.begin(), listeners.end());
    graph.pins.items.push_back(v);
    graph.pins.items.insert(graph.pins.items.end(), listeners.begin(), listeners.end());
    graph.pins.offset.push_back(graph.pins.items.size());
  }
  graph.weight.assign(kNeurons, 1.0);
  return graph;
}

/// One block with 4 heads over 64 tokens of 64 channels. Residual sums are not neurons of their own: what adds to a
/// sum listens to both. Maps are tokens x 1 x channels, scores (query, key) x heads.
Hypergraph transformer(const NetworkOptions& options) {
  constexpr std::uint32_t kTokens = 64, kChannels = 64, kHeads = 4, kOfHead = kChannels / kHeads, kHidden = 256;
  LayeredNetwork net(options.order);
  const LayerNumber input = net.add_layer({kTokens, 1, kChannels});
  const auto projection = [&](LayerNumber from, std::uint32_t channels) {
    return net.convolution(from, 1, 1, 0, channels);
  };
  const auto token_and_channel = [order = options.order](std::uint32_t n) {
    return order == NeuronOrder::kChannelsLast ? std::pair{n / kChannels, n % kChannels}
                                               : std::pair{n % kTokens, n / kTokens};
  };
  const LayerNumber query = projection(input, kChannels);
  const LayerNumber key = projection(input, kChannels);
  const LayerNumber value = projection(input, kChannels);
  const LayerNumber score = net.add_layer({kTokens, kTokens, kHeads});
  net.connect(query, score, [&, token_and_channel](std::uint32_t n, const auto& listens) {
    const auto [token, channel] = token_and_channel(n);
    for (std::uint32_t k = 0; k < kTokens; ++k) listens(net.at(score, token, k, channel / kOfHead));
  });
  net.connect(key, score, [&, token_and_channel](std::uint32_t n, const auto& listens) {
    const auto [token, channel] = token_and_channel(n);
    for (std::uint32_t q = 0; q < kTokens; ++q) listens(net.at(score, q, token, channel / kOfHead));
  });
  const LayerNumber mix = net.add_layer({kTokens, 1, kChannels});
  net.connect(value, mix, [&, token_and_channel](std::uint32_t n, const auto& listens) {
    const std::uint32_t channel = token_and_channel(n).second;
    for (std::uint32_t q = 0; q < kTokens; ++q) listens(net.at(mix, q, 0, channel));
  });
  net.connect(score, mix, [&, order = options.order](std::uint32_t n, const auto& listens) {
    const bool last = order == NeuronOrder::kChannelsLast;
    const std::uint32_t head = last ? n % kHeads : n / (kTokens * kTokens);
    const std::uint32_t token = last ? n / kHeads / kTokens : n % (kTokens * kTokens) / kTokens;
    for (std::uint32_t c = 0; c < kOfHead; ++c) listens(net.at(mix, token, 0, head * kOfHead + c));
  });
  const auto same = [](std::uint32_t n, const auto& listens) { listens(n); };
  const LayerNumber attended = projection(mix, kChannels);
  net.connect(input, attended, same);
  const LayerNumber hidden = projection(attended, kHidden);
  const LayerNumber output = projection(hidden, kChannels);
  net.connect(attended, output, same);
  return net.hypergraph();
}

}  // namespace

std::vector<std::string> network_names() { return {"lenet-cifar", "conv64k", "reservoir16k", "transformer"}; }

Hypergraph make_network(const std::string& name, const NetworkOptions& options) {
  if (name == "lenet-cifar") return lenet_cifar(options);
  if (name == "conv64k") return conv64k(options);
  if (name == "reservoir16k") return reservoir16k(options);
  if (name == "transformer") return transformer(options);
  throw UnknownNetwork(name, network_names());
}

}  // namespace ranvier::mapper::hypergraph
