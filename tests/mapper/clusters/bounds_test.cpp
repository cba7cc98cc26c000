// SPDX-License-Identifier: Apache-2.0
// The shell bound against every placement of small graphs.
#include "mapper/clusters/bounds.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "base/random.h"
#include "mapper/clusters/metrics.h"

namespace ranvier::mapper::clusters {
namespace {

double optimum(const ClusterGraph& graph, Mesh mesh) {
  Placement cells(mesh.cells());
  std::iota(cells.begin(), cells.end(), 0u);
  double best = std::numeric_limits<double>::infinity();
  do {
    best = std::min(best, measure(graph, mesh, cells).weighted_hops);
  } while (std::next_permutation(cells.begin(), cells.end()));
  return best;
}

TEST(LargestShells, AreThoseAroundTheMiddle) {
  EXPECT_EQ(largest_shells({9, 9}), (std::vector<std::uint64_t>{4, 8, 12, 16, 16, 12, 8, 4}));
  EXPECT_EQ(largest_shells({5, 1}), (std::vector<std::uint64_t>{2, 2}));
  EXPECT_EQ(largest_shells({2, 2}), (std::vector<std::uint64_t>{2, 1}));
  EXPECT_TRUE(largest_shells({1, 1}).empty());
}

/// No cell has more cells within any distance than the shells say.
TEST(LargestShells, AreLargest) {
  for (const Mesh mesh : {Mesh{7, 4}, Mesh{6, 6}, Mesh{1, 9}, Mesh{2, 5}}) {
    const std::vector<std::uint64_t> shells = largest_shells(mesh);
    for (Cell from = 0; from < mesh.cells(); ++from) {
      std::uint64_t most = 0;
      for (std::uint32_t d = 1; d <= mesh.width + mesh.height; ++d) {
        if (d <= shells.size()) most += shells[d - 1];
        std::uint64_t within = 0;
        for (Cell to = 0; to < mesh.cells(); ++to) within += to != from && mesh.distance(from, to) <= d;
        EXPECT_LE(within, most);
      }
    }
  }
}

TEST(ShellBound, IsNeverAboveTheOptimum) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const Mesh mesh = seed % 3 == 0 ? Mesh{7, 1} : seed % 3 == 1 ? Mesh{4, 2} : Mesh{3, 2};
    const auto n = static_cast<std::uint32_t>(mesh.cells());
    std::vector<Edge> edges;
    for (std::uint32_t e = 0; e < 4 + 2 * seed; ++e)
      edges.push_back({random_below(n, seed, e, 0), random_below(n, seed, e, 1), random_unit(seed, e, 2)});
    const ClusterGraph graph(n, edges);
    EXPECT_LE(shell_bound(graph, mesh), optimum(graph, mesh) * (1 + 1e-12));
    EXPECT_GT(shell_bound(graph, mesh), 0);
  }
}

TEST(ShellBound, IsReachedWhereNeighboursFitTheShells) {
  // A ring of four on 2 x 2, and a chain on a row.
  const ClusterGraph ring(4, {{0, 1, 1}, {1, 2, 1}, {2, 3, 1}, {3, 0, 1}});
  EXPECT_DOUBLE_EQ(shell_bound(ring, {2, 2}), 4);
  EXPECT_NEAR(optimum(ring, {2, 2}), 4, 1e-12);
  const ClusterGraph chain(5, {{0, 1, 2}, {1, 2, 3}, {2, 3, 4}, {3, 4, 5}});
  EXPECT_DOUBLE_EQ(shell_bound(chain, {5, 1}), 14);
  // Borders tighten it: a clique of five on a row is at 20, of which 4 + 8 + 12 ... would see 10.
  std::vector<Edge> all;
  for (Cluster a = 0; a < 5; ++a)
    for (Cluster b = a + 1; b < 5; ++b) all.push_back({a, b, 1});
  EXPECT_DOUBLE_EQ(shell_bound(ClusterGraph(5, all), {5, 1}), 5 * (1 + 1 + 2 + 2) / 2.0);
  EXPECT_DOUBLE_EQ(shell_bound(ClusterGraph(5, all), {9, 9}), 10);
}

TEST(ShellBound, IsExactForWeightsThatFloatsHaveNot) {
  EXPECT_DOUBLE_EQ(shell_bound(ClusterGraph(3, {{0, 1, 1.1}, {1, 2, 1.3}}), {3, 3}), 2.4);
  // Both directions, parallel edges and self loops are one neighbour, one neighbour and none.
  const std::vector<Edge> many{{0, 1, 0.1}, {1, 0, 0.2}, {0, 1, 0.3}, {2, 2, 5}, {1, 2, 0.7}};
  EXPECT_DOUBLE_EQ(shell_bound(ClusterGraph(3, many), {3, 1}), 1.3);
}

}  // namespace
}  // namespace ranvier::mapper::clusters
