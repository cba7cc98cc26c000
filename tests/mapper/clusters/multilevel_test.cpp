// SPDX-License-Identifier: Apache-2.0
// Multilevel placement: legal on any mesh, deterministic, and near the optimum where it is known.
#include "mapper/clusters/multilevel.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/random_stream.h"
#include "tests/mapper/clusters/placement_fixture.h"

namespace ranvier::mapper::clusters {
namespace {

using fixtures::expect_legal;
using fixtures::random_graph;
using fixtures::weighted_hops;

constexpr MultilevelSchedule kShort{
    .coarsest = 64, .anneal = {2, 500}, .tries_below = 256, .small = {1, 50}, .large = {1, 20}};

// A grid graph whose clusters are numbered at random.
ClusterGraph shuffled_grid(std::uint32_t side, std::uint64_t seed) {
  RandomStream random(seed, 1);
  std::vector<Cluster> name(std::size_t{side} * side);
  for (std::size_t i = 0; i < name.size(); ++i) {
    name[i] = static_cast<Cluster>(i);
    std::swap(name[i], name[random.below(static_cast<std::uint32_t>(i + 1))]);
  }
  std::vector<Edge> edges;
  for (std::uint32_t y = 0; y < side; ++y) {
    for (std::uint32_t x = 0; x < side; ++x) {
      if (x + 1 < side) edges.push_back({name[y * side + x], name[y * side + x + 1], 1});
      if (y + 1 < side) edges.push_back({name[y * side + x], name[(y + 1) * side + x], 1});
    }
  }
  return {name.size(), std::move(edges)};
}

TEST(Multilevel, LegalOnOddMeshesAndWithFewerClustersThanCells) {
  for (const Mesh mesh : {Mesh{31, 31}, Mesh{7, 90}, Mesh{1, 600}, Mesh{600, 1}}) {
    for (const std::size_t clusters : {mesh.cells(), mesh.cells() - 1, mesh.cells() / 3, std::size_t{5}}) {
      SCOPED_TRACE(testing::Message() << mesh.width << "x" << mesh.height << " " << clusters);
      const ClusterGraph graph = random_graph(clusters, 3 * clusters, clusters);
      expect_legal(graph, mesh, place_multilevel(graph, mesh, kShort, 1));
    }
  }
}

TEST(Multilevel, DegenerateGraphs) {
  std::vector<Edge> star;
  for (Cluster c = 1; c < 900; ++c) star.push_back({0, c, 1});
  std::vector<Edge> pairs;  // whose coarse clusters have no neighbours
  for (Cluster c = 0; c < 900; c += 2) pairs.push_back({c, c + 1, 1});
  const Mesh mesh{31, 30};
  for (const ClusterGraph& graph : {ClusterGraph(0, {}), ClusterGraph(1, {}), ClusterGraph(1, {{0, 0, 5}}),
                                    ClusterGraph(2, {{0, 1, 1}}), ClusterGraph(930, {}), ClusterGraph(900, star),
                                    ClusterGraph(900, pairs), ClusterGraph(900, {{0, 899, 0}, {1, 2, 0}})}) {
    SCOPED_TRACE(graph.size());
    expect_legal(graph, mesh, place_multilevel(graph, mesh, kShort, 3));
  }
  EXPECT_THROW(place_multilevel(ClusterGraph(5, {}), Mesh{2, 2}, kShort, 0), std::invalid_argument);
}

TEST(Multilevel, PairsEndSideBySide) {
  std::vector<Edge> pairs;
  for (Cluster c = 0; c < 900; c += 2) pairs.push_back({c, c + 1, 1});
  const ClusterGraph graph(900, pairs);
  const Mesh mesh{30, 30};
  EXPECT_LE(weighted_hops(graph, mesh, place_multilevel(graph, mesh, kShort, 3)), 1.5 * 450);
}

// A path in order of its numbers is as good as can be.
TEST(Multilevel, NeverWorseThanRowMajor) {
  std::vector<Edge> path;
  for (Cluster c = 0; c + 1 < 1000; ++c) path.push_back({c, c + 1, 1});
  const ClusterGraph graph(1000, path);
  EXPECT_EQ(weighted_hops(graph, Mesh{1000, 1}, place_multilevel(graph, Mesh{1000, 1}, kShort, 3)), 999);
}

TEST(Multilevel, SameSeedSamePlacement) {
  const ClusterGraph graph = random_graph(2000, 9000, 2);
  const Mesh mesh{45, 45};
  EXPECT_EQ(place_multilevel(graph, mesh, kShort, 7), place_multilevel(graph, mesh, kShort, 7));
  EXPECT_NE(place_multilevel(graph, mesh, kShort, 7), place_multilevel(graph, mesh, kShort, 8));
}

// The optimum is 1 hop an edge; the numbering of the clusters says nothing.
TEST(Multilevel, GridGraphNearlyRecovered) {
  const ClusterGraph graph = shuffled_grid(32, 5);
  const Mesh mesh{32, 32};
  EXPECT_LE(weighted_hops(graph, mesh, place_multilevel(graph, mesh, 1)), 2 * graph.total_weight());
}

}  // namespace
}  // namespace ranvier::mapper::clusters
