// SPDX-License-Identifier: Apache-2.0
// Incremental remap: gains on skewed rates, stays where nothing is to gain, ignores how clusters are numbered.
#include "mapper/clusters/remap.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "base/random.h"

namespace ranvier::mapper::clusters {
namespace {

constexpr std::uint32_t kSide = 12;
constexpr Mesh kMesh{kSide, kSide};

/// Every cell of the mesh linked to its east and south neighbours, cluster = cell: distance 1 is optimal at any rates.
ClusterGraph grid() {
  std::vector<Edge> edges;
  for (std::uint32_t y = 0; y < kSide; ++y)
    for (std::uint32_t x = 0; x < kSide; ++x) {
      if (x + 1 < kSide) edges.push_back({kMesh.at(x, y), kMesh.at(x + 1, y), 1});
      if (y + 1 < kSide) edges.push_back({kMesh.at(x, y), kMesh.at(x, y + 1), 1});
    }
  return {kMesh.cells(), std::move(edges)};
}

Placement identity() {
  Placement at(kMesh.cells());
  std::iota(at.begin(), at.end(), 0u);
  return at;
}

/// Layers of a row each, all to all, with rates that differ by source in powers of two.
ClusterGraph skewed_layers(std::uint64_t seed) {
  std::vector<Edge> edges;
  for (std::uint32_t layer = 0; layer + 1 < kSide; ++layer)
    for (std::uint32_t a = 0; a < kSide; ++a) {
      const double rate = std::ldexp(1.0, static_cast<int>(random_below(8, seed, kMesh.at(a, layer), 0)));
      for (std::uint32_t b = 0; b < kSide; ++b)
        edges.push_back({kMesh.at(a, layer), kMesh.at(b, layer + 1), rate / kSide});
    }
  return {kMesh.cells(), std::move(edges)};
}

double hops(const ClusterGraph& graph, const Placement& at) {
  double sum = 0;
  for (const Edge& e : graph.edges()) sum += e.weight * kMesh.distance(at[e.source], at[e.target]);
  return sum;
}

TEST(ClusterRemap, AnOptimalPlacementStays) {
  const Remapped result = remap(grid(), kMesh, identity(), {.min_gain = 0});
  EXPECT_FALSE(result.accepted);
  EXPECT_EQ(result.moved_clusters, 0u);
  EXPECT_EQ(result.placement, identity());
  EXPECT_EQ(result.break_even_inferences(), 0);
}

TEST(ClusterRemap, UndoesASwapOfTwoClusters) {
  Placement at = identity();
  std::swap(at[kMesh.at(3, 3)], at[kMesh.at(4, 7)]);
  const Remapped result = remap(grid(), kMesh, at, {.migration_hops = 1, .min_gain = 0});
  EXPECT_TRUE(result.accepted);
  EXPECT_EQ(result.placement, identity());
  EXPECT_EQ(result.moved_clusters, 2u);
  EXPECT_DOUBLE_EQ(result.hops_after, 2.0 * kSide * (kSide - 1));
  EXPECT_DOUBLE_EQ(result.break_even_inferences(), 2 / (result.hops_before - result.hops_after));
}

TEST(ClusterRemap, GainsOnSkewedRatesAndKeepsItsBooks) {
  const ClusterGraph graph = skewed_layers(1);
  const Remapped result = remap(graph, kMesh, identity(), {});
  ASSERT_TRUE(result.accepted);
  EXPECT_GT(result.gain(), 0.1);
  EXPECT_NEAR(result.hops_before, hops(graph, identity()), 1e-9 * result.hops_before);
  EXPECT_NEAR(result.hops_after, hops(graph, result.placement), 1e-9 * result.hops_after);
  EXPECT_EQ(std::set<Cell>(result.placement.begin(), result.placement.end()).size(), kMesh.cells());
}

TEST(ClusterRemap, ADearerMigrationMovesFewer) {
  const ClusterGraph graph = skewed_layers(2);
  std::size_t moved = kMesh.cells() + 1;
  for (const double mu : {0.0, 0.1, 0.5, 2.0}) {
    const double price = migration_price(graph, kMesh, identity(), mu);
    const Remapped result = remap(graph, kMesh, identity(), {.migration_hops = price, .min_gain = 0});
    EXPECT_LE(result.moved_clusters, moved) << mu;
    EXPECT_GE(result.hops_before - result.hops_after, result.migration_hops);
    moved = result.moved_clusters;
  }
  EXPECT_LT(moved, kMesh.cells() / 4);
}

TEST(ClusterRemap, HysteresisKeepsTheIncumbent) {
  const ClusterGraph graph = skewed_layers(3);
  const double gain = remap(graph, kMesh, identity(), {}).gain();
  EXPECT_FALSE(remap(graph, kMesh, identity(), {.min_gain = gain + 0.01}).accepted);
}

TEST(ClusterRemap, TheNumbersOfClustersDoNotMatter) {
  const ClusterGraph graph = skewed_layers(4);
  std::vector<Cluster> label(graph.size());
  std::iota(label.begin(), label.end(), 0u);
  std::reverse(label.begin() + 5, label.end());
  std::vector<Edge> edges;
  for (const Edge& e : graph.edges()) edges.push_back({label[e.source], label[e.target], e.weight});
  std::reverse(edges.begin(), edges.end());
  Placement start(graph.size());
  for (Cluster c = 0; c < graph.size(); ++c) start[label[c]] = c;
  const Remapped a = remap(graph, kMesh, identity(), {.migration_hops = 0.5});
  const Remapped b = remap(ClusterGraph(graph.size(), edges), kMesh, start, {.migration_hops = 0.5});
  ASSERT_TRUE(a.accepted);
  EXPECT_NEAR(a.hops_after, b.hops_after, 1e-9 * a.hops_after);
  for (Cluster c = 0; c < graph.size(); ++c) ASSERT_EQ(a.placement[c], b.placement[label[c]]);
}

// Without limits the heaviest layers are served first: seed 2 at 0.5 made the longest edge three hops longer.
TEST(ClusterRemap, GreatestLatencyAndCongestionAreNotTradedAway) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const ClusterGraph graph = skewed_layers(seed);
    for (const double price : {0.0, 0.5}) {
      const Remapped result = remap(graph, kMesh, identity(), {.migration_hops = price, .min_gain = 0});
      ASSERT_TRUE(result.accepted);
      const Metrics before = measure(graph, kMesh, identity());
      const Metrics after = measure(graph, kMesh, result.placement);
      EXPECT_LE(after.latency_max, before.latency_max) << seed << ", " << price;
      EXPECT_LE(after.congestion_max, before.congestion_max) << seed << ", " << price;
      EXPECT_EQ(result.before.congestion_max, before.congestion_max);
      EXPECT_EQ(result.after.congestion_max, after.congestion_max);
    }
  }
}

TEST(ClusterRemap, RatesThatAreKnownTeachNothing) {
  const ClusterGraph graph = skewed_layers(5);
  ASSERT_TRUE(remap(graph, kMesh, identity(), {}).accepted);  // there is something to gain
  const Remapped same = remap_if_changed(graph, graph, kMesh, identity(), {});
  EXPECT_FALSE(same.accepted);
  EXPECT_EQ(same.placement, identity());
  EXPECT_TRUE(remap_if_changed(skewed_layers(6), graph, kMesh, identity(), {}).accepted);
}

TEST(ClusterRemap, FreeCellsAreTakenAndNothingIsFine) {
  // Two clusters at opposite corners meet.
  const ClusterGraph pair(2, {{0, 1, 4}});
  const Remapped met = remap(pair, kMesh, {0, kMesh.at(11, 11)}, {.min_gain = 0});
  EXPECT_EQ(met.hops_after, 4);
  EXPECT_FALSE(remap(ClusterGraph(0, {}), kMesh, {}, {}).accepted);
  EXPECT_FALSE(remap(ClusterGraph(3, {}), kMesh, {5, 6, 7}, {}).accepted);
}

}  // namespace
}  // namespace ranvier::mapper::clusters
