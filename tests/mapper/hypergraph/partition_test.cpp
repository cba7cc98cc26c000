// SPDX-License-Identifier: Apache-2.0
// Partitions of small and random problems: valid by an independent count, as good as brute force, the same for any
// number of threads.
#include "mapper/hypergraph/partition.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "mapper/hypergraph/networks.h"

namespace ranvier::mapper::hypergraph {
namespace {

PartitionProblem neurons_only(Hypergraph graph, std::int64_t limit) {
  PartitionProblem problem;
  problem.summed.push_back({"neurons", limit, std::vector<std::int64_t>(graph.vertices, 1)});
  problem.graph = std::move(graph);
  return problem;
}

/// Two triangles and a bridge.
Hypergraph two_triangles() { return {6, {{0, 3, 6, 8}, {0, 1, 2, 3, 4, 5, 2, 3}}, {5, 5, 1}}; }

TEST(Partition, CutsTheBridge) {
  const PartitionResult result = partition(neurons_only(two_triangles(), 3), {});
  EXPECT_TRUE(result.valid());
  EXPECT_EQ(result.parts_used, 2u);
  EXPECT_DOUBLE_EQ(result.connectivity, 1);
}

TEST(Partition, PutsAllInOnePartThatIsLargeEnough) {
  const PartitionResult result = partition(neurons_only(two_triangles(), 6), {});
  EXPECT_EQ(result.parts, Parts(6, 0));
  EXPECT_EQ(result.connectivity, 0);
}

TEST(Partition, NothingIsAPartitionOfNothing) {
  EXPECT_TRUE(partition({}, {}).valid());
  EXPECT_TRUE(partition({}, {}).parts.empty());
}

TEST(Partition, ProvesThatAVertexIsTooLarge) {
  PartitionProblem problem = neurons_only(two_triangles(), 3);
  problem.summed[0].demand[4] = 7;
  const PartitionResult result = partition(problem, {});
  ASSERT_EQ(result.excess.size(), 1u);
  EXPECT_EQ(result.excess[0].obstacle, Obstacle::kVertexTooLarge);
  EXPECT_EQ(result.excess[0].vertex, 4u);
  EXPECT_EQ(result.excess[0].needed, 7);
  EXPECT_EQ(result.excess[0].text(), "vertex 4 and what must be with it need 7 of 3 neurons");
}

TEST(Partition, ProvesThatPartsAreTooFew) {
  PartitionProblem problem = neurons_only(two_triangles(), 2);
  problem.most_parts = 2;
  const PartitionResult result = partition(problem, {});
  ASSERT_EQ(result.excess.size(), 1u);
  EXPECT_EQ(result.excess[0].obstacle, Obstacle::kTooFewParts);
  EXPECT_EQ(result.excess[0].needed, 3);
  EXPECT_TRUE(result.excess[0].proven());
}

TEST(Partition, ProvesContradictions) {
  PartitionProblem problem = neurons_only(two_triangles(), 3);
  problem.together = {{0, 1}, {1, 2}};
  problem.apart = {{0, 2}};
  EXPECT_EQ(partition(problem, {}).excess.at(0).obstacle, Obstacle::kContradiction);
  problem.together.clear();
  problem.pinned = {7, kNoPart, 7, kNoPart, kNoPart, kNoPart};
  EXPECT_EQ(partition(problem, {}).excess.at(0).obstacle, Obstacle::kContradiction);
}

TEST(Partition, KeepsPinsTogetherAndApart) {
  PartitionProblem problem = neurons_only(two_triangles(), 3);
  problem.pinned = {9, kNoPart, kNoPart, 4, kNoPart, kNoPart};
  problem.together = {{2, 5}};
  problem.apart = {{1, 2}};
  const PartitionResult result = partition(problem, {});
  EXPECT_TRUE(result.valid());
  EXPECT_EQ(result.parts[0], 9u);
  EXPECT_EQ(result.parts[3], 4u);
  EXPECT_EQ(result.parts[2], result.parts[5]);
  EXPECT_NE(result.parts[1], result.parts[2]);
}

TEST(Refine, MovesOnlyWhatPays) {
  const PartitionProblem problem = neurons_only(two_triangles(), 4);
  const Parts start{0, 0, 1, 1, 1, 7};  // vertices 2 and 5 are in the wrong parts
  EXPECT_DOUBLE_EQ(connectivity(problem.graph, start), 10);
  const PartitionResult free = refine(problem, start, {});
  EXPECT_DOUBLE_EQ(free.connectivity, 1);
  EXPECT_EQ(free.parts, (Parts{0, 0, 0, 1, 1, 1}));
  const PartitionResult dear = refine(problem, start, {}, {9, 9, 9, 9, 9, 9});
  EXPECT_EQ(dear.parts, start);  // 5 saved each, less 1 for the bridge
  const PartitionResult one = refine(problem, start, {}, {9, 9, 9, 9, 9, 2});
  EXPECT_EQ(one.parts, (Parts{0, 0, 1, 1, 1, 1}));
}

TEST(Refine, RepairsAStartThatDoesNotFit) {
  const PartitionProblem problem = neurons_only(two_triangles(), 3);
  const PartitionResult result = refine(problem, Parts(6, 0), {});
  EXPECT_TRUE(result.valid());
  EXPECT_EQ(result.parts_used, 2u);
}

TEST(Partition, RefusesWhatIsNoProblem) {
  PartitionProblem problem = neurons_only(two_triangles(), 3);
  EXPECT_THROW(refine(problem, Parts(5, 0), {}), std::invalid_argument);
  problem.graph.weight[1] = -1;
  EXPECT_THROW(partition(problem, {}), std::invalid_argument);
}

TEST(Partition, APriceOfPartsJoinsWhatNothingConnects) {
  PartitionProblem problem = neurons_only({4, {{0}, {}}, {}}, 2);
  EXPECT_EQ(partition(problem, {Effort::kDefault, 1, 1, 1.0}).parts_used, 2u);
}

/// Nets without neighbourhood: clusters do not shrink their pins, so the cuts are flat.
Hypergraph random_nets(std::uint32_t vertices) {
  Hypergraph graph;
  graph.vertices = vertices;
  std::uint32_t draw = 1;
  for (std::uint32_t e = 0; e < vertices; ++e) {
    graph.pins.items.push_back(e);
    for (int i = 0; i < 6; ++i) graph.pins.items.push_back((draw = draw * 1664525 + 1013904223) % vertices);
    graph.pins.offset.push_back(graph.pins.items.size());
    graph.weight.push_back(1);
  }
  return graph;
}

TEST(Partition, WhatTakesNothingOfItsLimitsIsOnePart) {
  PartitionProblem problem = neurons_only(random_nets(6000), 10);
  problem.summed[0].demand.assign(6000, 0);
  const PartitionResult result = partition(problem, {.effort = Effort::kFast});
  EXPECT_TRUE(result.valid());
  EXPECT_EQ(result.parts_used, 1u);
}

TEST(Partition, TellsHowFarItIsAndDoesTheSame) {
  const PartitionProblem problem = neurons_only(make_network("lenet-cifar", {}), 1024);
  std::vector<std::int64_t> done;
  std::int64_t total = 0;
  PartitionOptions options{.effort = Effort::kFast, .threads = 2};
  const Parts silent = partition(problem, options).parts;
  options.progress = [&](std::int64_t at, std::int64_t of) {
    done.push_back(at);
    total = of;
  };
  EXPECT_EQ(partition(problem, options).parts, silent);
  ASSERT_GT(done.size(), 2u);
  for (std::size_t i = 0; i < done.size(); ++i) EXPECT_EQ(done[i], static_cast<std::int64_t>(i));
  EXPECT_EQ(done.back(), total);
}

TEST(Partition, LenetIsAsGoodAsTheStateOfTheArt) {
  const Hypergraph graph = make_network("lenet-cifar", {});
  PartitionProblem problem = neurons_only(graph, 1024);
  problem.shared.push_back(in_axons(graph, 4096));
  const PartitionResult result = partition(problem, {});
  EXPECT_TRUE(result.valid());
  EXPECT_EQ(result.connectivity, connectivity(graph, result.parts));
  EXPECT_LT(result.connectivity, 4300);  // in order of the neurons: 12,495
}

}  // namespace
}  // namespace ranvier::mapper::hypergraph
