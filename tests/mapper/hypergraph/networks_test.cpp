// SPDX-License-Identifier: Apache-2.0
// Neuron-level networks: sizes by hand, and the figures of fills that do not depend on any solver.
#include "mapper/hypergraph/networks.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mapper/hypergraph/errors.h"
#include "mapper/hypergraph/layered_network.h"
#include "mapper/hypergraph/seeds.h"

namespace ranvier::mapper::hypergraph {
namespace {

std::vector<Vertex> pins_of(const Hypergraph& graph, std::size_t e) {
  const auto pins = graph.pins[e];
  return {pins.begin(), pins.end()};
}

double sequential_connectivity(const Hypergraph& graph) {
  PartitionProblem problem;
  problem.graph = graph;
  problem.summed.push_back({"neurons", 1024, std::vector<std::int64_t>(graph.vertices, 1)});
  problem.shared.push_back(in_axons(graph, 4096));
  return connectivity(graph, fill_in_order(problem, order_as_given(graph)));
}

TEST(LayeredNetwork, ConvolvesWithPaddingAndStride) {
  LayeredNetwork net(NeuronOrder::kChannelsLast);
  // 3 positions, 1 channel, kernel 3 x 3, padding 1, stride 2: outputs at inputs 0 and 2 of both axes.
  net.convolution(net.add_layer({3, 3, 1}), 3, 2, 1, 1);
  const Hypergraph graph = net.hypergraph();
  ASSERT_EQ(graph.pins.size(), 9u);
  EXPECT_EQ(pins_of(graph, 0), (std::vector<Vertex>{0, 9}));
  EXPECT_EQ(pins_of(graph, 1), (std::vector<Vertex>{1, 9, 10}));
  EXPECT_EQ(pins_of(graph, 4), (std::vector<Vertex>{4, 9, 10, 11, 12}));
  EXPECT_EQ(pins_of(graph, 8), (std::vector<Vertex>{8, 12}));
}

TEST(LayeredNetwork, PoolsChannelsOnTheirOwnAndDropsTheRest) {
  LayeredNetwork net(NeuronOrder::kChannelsFirst);
  net.pool(net.add_layer({2, 3, 2}), 2);
  const Hypergraph graph = net.hypergraph();
  // Channel 0 is neurons 0 to 5; column 2 fills no window.
  ASSERT_EQ(graph.pins.size(), 8u);
  EXPECT_EQ(pins_of(graph, 0), (std::vector<Vertex>{0, 12}));
  EXPECT_EQ(pins_of(graph, 2), (std::vector<Vertex>{3, 12}));
  EXPECT_EQ(pins_of(graph, 4), (std::vector<Vertex>{6, 13}));
  EXPECT_EQ(graph.vertices, 14u);
}

TEST(Networks, LenetHasItsNeuronsAndSynapses) {
  const Hypergraph graph = make_network("lenet-cifar", {});
  EXPECT_EQ(graph.vertices, 11166u);
  EXPECT_EQ(graph.pins.size(), 11156u);  // the 10 outputs send nothing
  const std::size_t synapses = 4704 * 75 + 4704 + 1600 * 150 + 1600 + 400 * 120 + 120 * 84 + 84 * 10;
  EXPECT_EQ(graph.pins.items.size(), synapses + 11156);
  EXPECT_EQ(sequential_connectivity(graph), 12495);
  EXPECT_EQ(sequential_connectivity(make_network("lenet-cifar", {NeuronOrder::kChannelsFirst, 1})), 23398);
}

TEST(Networks, ConvLosesSevenfoldByOrder) {
  const Hypergraph graph = make_network("conv64k", {});
  EXPECT_EQ(graph.vertices, 88266u);
  EXPECT_EQ(graph.pins.items.size(), 6558272u);
  EXPECT_EQ(sequential_connectivity(graph), 116168);
  EXPECT_EQ(sequential_connectivity(make_network("conv64k", {NeuronOrder::kChannelsFirst, 1})), 837436);
}

TEST(Networks, ReservoirHasDistinctListenersAndFollowsItsSeed) {
  const Hypergraph graph = make_network("reservoir16k", {});
  ASSERT_EQ(graph.pins.size(), 16384u);
  for (std::size_t e = 0; e < graph.pins.size(); ++e) {
    const auto pins = graph.pins[e];
    ASSERT_EQ(pins.size(), 45u);
    ASSERT_TRUE(std::adjacent_find(pins.begin() + 1, pins.end(), std::greater_equal<>()) == pins.end());
    ASSERT_TRUE(std::find(pins.begin() + 1, pins.end(), pins[0]) == pins.end());
  }
  EXPECT_EQ(make_network("reservoir16k", {}).pins.items, graph.pins.items);
  EXPECT_NE(make_network("reservoir16k", {NeuronOrder::kChannelsLast, 2}).pins.items, graph.pins.items);
}

TEST(Networks, TransformerIsTheSameInBothOrders) {
  const Hypergraph last = make_network("transformer", {});
  const Hypergraph first = make_network("transformer", {NeuronOrder::kChannelsFirst, 1});
  const std::size_t map = 64 * 64;
  EXPECT_EQ(last.vertices, map * 7 + 4 * map + 4 * map);  // x q k v mix attended output, scores, hidden
  // x to q, k, v and the sum; q and k to 64 scores each, v to 64 tokens; scores to 16 channels; then three projections.
  const std::size_t synapses =
      map * 64 * 3 + map + 3 * map * 64 + 4 * map * 16 + map * 64 + map * 256 + map + 4 * map * 64;
  EXPECT_EQ(last.pins.items.size(), synapses + last.pins.size());
  EXPECT_EQ(last.pins.size(), last.vertices - map);
  const auto sizes = [](const Hypergraph& graph) {
    std::vector<std::size_t> result;
    for (std::size_t e = 0; e < graph.pins.size(); ++e) result.push_back(graph.pins[e].size());
    std::sort(result.begin(), result.end());
    return result;
  };
  EXPECT_EQ(sizes(last), sizes(first));
}

TEST(Networks, RefusesOthersByName) {
  try {
    make_network("lenet-cifa", {});
    FAIL();
  } catch (const UnknownNetwork& e) {
    EXPECT_EQ(e.network, "lenet-cifa");
    EXPECT_NE(std::string(e.what()).find("lenet-cifar"), std::string::npos);
  }
}

}  // namespace
}  // namespace ranvier::mapper::hypergraph
