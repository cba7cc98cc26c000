// SPDX-License-Identifier: Apache-2.0
// Fills by hand, with pins, groups and vertices apart; METIS and overlap on two cliques.
#include "mapper/hypergraph/seeds.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mapper/hypergraph/errors.h"
#include "mapper/hypergraph/networks.h"
#include "mapper/hypergraph/verify_parts.h"

namespace ranvier::mapper::hypergraph {
namespace {

Hypergraph graph_of(std::size_t vertices, const std::vector<std::vector<Vertex>>& edges) {
  Hypergraph graph;
  graph.vertices = vertices;
  for (const auto& pins : edges) {
    graph.pins.items.insert(graph.pins.items.end(), pins.begin(), pins.end());
    graph.pins.offset.push_back(graph.pins.items.size());
  }
  graph.weight.assign(edges.size(), 1.0);
  return graph;
}

PartitionProblem problem_of(Hypergraph graph, std::int64_t neurons, std::int64_t axons) {
  PartitionProblem problem;
  problem.graph = std::move(graph);
  problem.summed.push_back({"neurons", neurons, std::vector<std::int64_t>(problem.graph.vertices, 1)});
  problem.shared.push_back(in_axons(problem.graph, axons));
  return problem;
}

/// 0 -> 1 2, 1 -> 3, 2 -> 3, 3 -> 0.
Hypergraph small() { return graph_of(4, {{0, 1, 2}, {1, 3}, {2, 3}, {3, 0}}); }

TEST(FillInOrder, OpensAPartWhenNeuronsOrAxonsRunOut) {
  const auto by_neurons = problem_of(small(), 2, 9);
  EXPECT_EQ(fill_in_order(by_neurons, order_as_given(by_neurons.graph)), (Parts{0, 0, 1, 1}));
  // 0 hears one axon, 1 and 2 share one, 3 hears two.
  const auto by_axons = problem_of(small(), 9, 2);
  EXPECT_EQ(fill_in_order(by_axons, order_as_given(by_axons.graph)), (Parts{0, 0, 0, 1}));
  EXPECT_EQ(fill_in_order(by_axons, std::vector<Vertex>{3, 0, 1, 2}), (Parts{1, 1, 1, 0}));
}

TEST(FillInOrder, KeepsPinsGroupsAndDistances) {
  auto problem = problem_of(small(), 2, 9);
  problem.pinned = {kNoPart, kNoPart, 0, kNoPart};
  EXPECT_EQ(fill_in_order(problem, order_as_given(problem.graph)), (Parts{0, 1, 0, 1}));
  problem.pinned.clear();
  problem.together = {{0, 3}};
  EXPECT_EQ(fill_in_order(problem, order_as_given(problem.graph)), (Parts{0, 1, 1, 0}));
  problem.together.clear();
  problem.apart = {{1, 0}};
  EXPECT_EQ(fill_in_order(problem, order_as_given(problem.graph)), (Parts{0, 1, 1, 2}));
}

TEST(FillInOrder, RefusesAVertexThatFitsNowhere) {
  const auto problem = problem_of(small(), 9, 1);
  try {
    fill_in_order(problem, order_as_given(problem.graph));
    FAIL();
  } catch (const NoPartition& e) {
    EXPECT_EQ(e.resource, "in_axons");
    EXPECT_EQ(e.vertex, 3);
    EXPECT_EQ(e.demand, 2);
    EXPECT_EQ(e.limit, 1);
    EXPECT_STREQ(e.what(), "vertex 4 needs 2 in_axons, a part has 1; raise the limit or split the vertex");
    EXPECT_EQ(e.exit_code, ExitCode::kDoesNotFit);
  }
}

TEST(Seeds, FindTwoCliquesWhoseNumbersInterleave) {
  std::vector<std::vector<Vertex>> edges;
  for (Vertex v = 0; v < 16; ++v) {
    std::vector<Vertex> pins{v};
    for (Vertex u = v % 2; u < 16; u += 2)
      if (u != v) pins.push_back(u);
    edges.push_back(pins);
  }
  const auto problem = problem_of(graph_of(16, edges), 8, 16);
  EXPECT_EQ(connectivity(problem.graph, fill_in_order(problem, order_as_given(problem.graph))), 16);
  EXPECT_EQ(connectivity(problem.graph, fill_in_order(problem, order_by_breadth(problem.graph))), 0);
  EXPECT_EQ(connectivity(problem.graph, fill_by_overlap(problem)), 0);
  auto two = problem;
  two.most_parts = 2;
  EXPECT_EQ(connectivity(problem.graph, fill_with_metis(two, MetisGraph::kStar, 1)), 0);
  EXPECT_EQ(connectivity(problem.graph, fill_with_metis(two, MetisGraph::kEdges, 1)), 0);
}

TEST(OrderByBreadth, HoldsEveryVertexOnceAndUndoesChannelsFirst) {
  const auto problem = problem_of(make_network("lenet-cifar", {NeuronOrder::kChannelsFirst, 1}), 1024, 4096);
  std::vector<Vertex> order = order_by_breadth(problem.graph);
  const Parts parts = fill_in_order(problem, order);
  EXPECT_TRUE(verify_parts(problem, parts).valid());
  EXPECT_EQ(connectivity(problem.graph, parts), 14448);  // 23398 in the given order
  std::sort(order.begin(), order.end());
  EXPECT_EQ(order, order_as_given(problem.graph));
  EXPECT_EQ(order_by_breadth(graph_of(3, {})).size(), 3u);
}

}  // namespace
}  // namespace ranvier::mapper::hypergraph
