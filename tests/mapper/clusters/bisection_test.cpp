// SPDX-License-Identifier: Apache-2.0
// Recursive bisection: legal on any mesh, the best in small cases, pulled by terminals, better for propagating them.
#include "mapper/clusters/bisection.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/random_stream.h"
#include "mapper/clusters/errors.h"
#include "mapper/clusters/networks.h"
#include "mapper/clusters/solvers.h"
#include "tests/mapper/clusters/placement_fixture.h"

namespace ranvier::mapper::clusters {
namespace {

using fixtures::expect_legal;
using fixtures::random_graph;
using fixtures::weighted_hops;

// A grid graph whose clusters are numbered at random.
ClusterGraph shuffled_grid(std::uint32_t width, std::uint32_t height, std::uint64_t seed) {
  RandomStream random(seed, 1);
  std::vector<Cluster> name(std::size_t{width} * height);
  for (std::size_t i = 0; i < name.size(); ++i) {
    name[i] = static_cast<Cluster>(i);
    std::swap(name[i], name[random.below(static_cast<std::uint32_t>(i + 1))]);
  }
  std::vector<Edge> edges;
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) {
      if (x + 1 < width) edges.push_back({name[y * width + x], name[y * width + x + 1], 1});
      if (y + 1 < height) edges.push_back({name[y * width + x], name[(y + 1) * width + x], 1});
    }
  }
  return {name.size(), std::move(edges)};
}

Placement without_propagation(const ClusterGraph& graph, Mesh mesh, std::uint64_t seed) {
  return place_by_bisection(graph, mesh, {.terminal_propagation = false, .terminals = {}, .seed = seed});
}

TEST(Bisection, LegalOnOddMeshesAndWithFewerClustersThanCells) {
  for (const Mesh mesh : {Mesh{1, 1}, Mesh{3, 3}, Mesh{31, 31}, Mesh{7, 90}, Mesh{1, 600}, Mesh{600, 1}}) {
    for (const std::size_t clusters : {mesh.cells(), mesh.cells() - 1, mesh.cells() / 3, std::size_t{1}}) {
      SCOPED_TRACE(testing::Message() << mesh.width << "x" << mesh.height << " " << clusters);
      const ClusterGraph graph = random_graph(clusters, 3 * clusters, clusters);
      expect_legal(graph, mesh, place_by_bisection(graph, mesh, 1));
      expect_legal(graph, mesh, without_propagation(graph, mesh, 1));
    }
  }
}

TEST(Bisection, DegenerateGraphs) {
  std::vector<Edge> star;
  for (Cluster c = 1; c < 900; ++c) star.push_back({0, c, 1});
  std::vector<Edge> loops;
  for (Cluster c = 0; c < 900; ++c) loops.push_back({c, c, 1});
  const Mesh mesh{31, 30};
  for (const ClusterGraph& graph :
       {ClusterGraph(0, {}), ClusterGraph(1, {}), ClusterGraph(1, {{0, 0, 5}}), ClusterGraph(2, {{0, 1, 1}}),
        ClusterGraph(930, {}), ClusterGraph(900, star), ClusterGraph(900, loops),
        ClusterGraph(900, {{0, 899, 0}, {1, 2, 0}}), ClusterGraph(900, {{0, 1, 1e-300}, {1, 2, 1e30}})}) {
    SCOPED_TRACE(graph.size());
    expect_legal(graph, mesh, place_by_bisection(graph, mesh, 3));
  }
}

TEST(Bisection, RefusesTooManyClustersAndTerminalsOfNone) {
  EXPECT_THROW(place_by_bisection(ClusterGraph(5, {}), Mesh{2, 2}, 0), MoreClustersThanCells);
  const ClusterGraph graph(2, {{0, 1, 1}});
  for (const Terminal bad : {Terminal{2, 1, 0, 0}, Terminal{0, -1, 0, 0}, Terminal{0, std::nan(""), 0, 0},
                             Terminal{0, std::numeric_limits<double>::infinity(), 0, 0}})
    EXPECT_THROW(place_by_bisection(graph, Mesh{2, 1}, {.terminals = {&bad, 1}}), std::invalid_argument);
}

// Columns are cut first; then the light edge decides which of each pair is above.
TEST(Bisection, NeighboursInTheOtherHalfPull) {
  const Mesh mesh{2, 2};
  double without = 0;
  for (const Cluster end : {2U, 3U}) {
    const ClusterGraph graph(4, {{0, 1, 10}, {2, 3, 10}, {0, end, 1}});
    EXPECT_EQ(weighted_hops(graph, mesh, place_by_bisection(graph, mesh, 1)), 21);
    without += weighted_hops(graph, mesh, without_propagation(graph, mesh, 1));
  }
  EXPECT_GT(without, 2 * 21);  // one of the two has to be wrong
}

TEST(Bisection, TerminalsTurnAPath) {
  const ClusterGraph graph(4, {{0, 1, 1}, {1, 2, 1}, {2, 3, 1}});
  for (const Mesh mesh : {Mesh{4, 1}, Mesh{1, 4}}) {
    const Terminal before{3, 1, -1, -1};
    const Terminal behind{3, 1, 9, 9};
    EXPECT_EQ(place_by_bisection(graph, mesh, {.terminals = {&before, 1}}), (Placement{3, 2, 1, 0}));
    EXPECT_EQ(place_by_bisection(graph, mesh, {.terminals = {&behind, 1}}), (Placement{0, 1, 2, 3}));
  }
}

// Without edges a cluster goes to the free cell that its terminal is nearest to; ones far out are no trouble.
TEST(Bisection, TerminalsAloneDecide) {
  const ClusterGraph graph(3, {});
  const std::vector<Terminal> terminals{{0, 1, 3, 2}, {1, 2, INT32_MIN, INT32_MAX}, {2, 4, INT32_MAX, INT32_MIN}};
  EXPECT_EQ(place_by_bisection(graph, Mesh{4, 4}, {.terminals = terminals}), (Placement{11, 12, 3}));
  const Terminal inside{0, 1, 2, 1};
  EXPECT_EQ(place_by_bisection(ClusterGraph(1, {}), Mesh{5, 3}, {.terminals = {&inside, 1}}), Placement{1 * 5 + 2});
}

TEST(Bisection, SameSeedSamePlacement) {
  const ClusterGraph graph = random_graph(2000, 9000, 2);
  const Mesh mesh{45, 45};
  EXPECT_EQ(place_by_bisection(graph, mesh, 7), place_by_bisection(graph, mesh, 7));
  EXPECT_NE(place_by_bisection(graph, mesh, 7), place_by_bisection(graph, mesh, 8));
}

// The optimum is 1 hop an edge; the numbering of the clusters says nothing.
TEST(Bisection, PropagationPaysOnGrids) {
  for (const auto& [width, height] : {std::pair{16U, 16U}, std::pair{32U, 32U}, std::pair{24U, 10U}}) {
    const ClusterGraph graph = shuffled_grid(width, height, 5);
    const Mesh mesh{width, height};
    const double hops = weighted_hops(graph, mesh, place_by_bisection(graph, mesh, 1));
    EXPECT_LE(hops, 2 * graph.total_weight());
    EXPECT_LT(hops, 0.8 * weighted_hops(graph, mesh, without_propagation(graph, mesh, 1)));
  }
}

TEST(Bisection, PropagationPaysOnPublishedNetworks) {
  for (const char* name : {"dnn_16", "cnn_16", "cnn_32", "alexnet", "mobilenet_v1"}) {
    SCOPED_TRACE(name);
    Network network = make_network(name);
    const ClusterGraph graph(network.clusters, std::move(network.edges));
    const Mesh mesh = square_mesh(graph.size());
    const double hops = weighted_hops(graph, mesh, place_by_bisection(graph, mesh, 1));
    EXPECT_LT(hops, weighted_hops(graph, mesh, without_propagation(graph, mesh, 1)));
    EXPECT_LT(hops, weighted_hops(graph, mesh, place_with_scotch(graph, mesh, 1)));
  }
}

}  // namespace
}  // namespace ranvier::mapper::clusters
