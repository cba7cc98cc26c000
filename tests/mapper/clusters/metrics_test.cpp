// SPDX-License-Identifier: Apache-2.0
// Metrics of small placements by hand, and congestion against one that visits every link of every box.
#include "mapper/clusters/metrics.h"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "base/random.h"

namespace ranvier::mapper::clusters {
namespace {

/// O(area) an edge.
LinkLoads naive_loads(const ClusterGraph& graph, Mesh mesh, const Placement& placement) {
  LinkLoads loads{mesh, std::vector<double>(mesh.cells()), std::vector<double>(mesh.cells())};
  for (const Edge& e : graph.edges()) {
    const std::uint32_t ax = mesh.x(placement[e.source]), bx = mesh.x(placement[e.target]);
    const std::uint32_t ay = mesh.y(placement[e.source]), by = mesh.y(placement[e.target]);
    const double rows = std::max(ay, by) - std::min(ay, by) + 1;
    const double columns = std::max(ax, bx) - std::min(ax, bx) + 1;
    for (std::uint32_t y = std::min(ay, by); y <= std::max(ay, by); ++y)
      for (std::uint32_t x = std::min(ax, bx); x <= std::max(ax, bx); ++x) {
        if (x < std::max(ax, bx)) loads.east[mesh.at(x, y)] += e.weight / rows;
        if (y < std::max(ay, by)) loads.south[mesh.at(x, y)] += e.weight / columns;
      }
  }
  return loads;
}

TEST(Metrics, OfTwoEdgesByHand) {
  // 3 x 2: 0 1 2 / 3 . .
  const Mesh mesh{3, 2};
  const ClusterGraph graph(4, {{2, 3, 6}, {0, 1, 2}});
  const Placement placement = {0, 1, 2, 3};
  const Metrics m = measure(graph, mesh, placement);
  EXPECT_DOUBLE_EQ(m.weighted_hops, 6 * 3 + 2 * 1);
  EXPECT_DOUBLE_EQ(m.energy, 6 * (3 * 1.1 + 0.1) + 2 * (1.1 + 0.1));
  EXPECT_DOUBLE_EQ(m.energy_axonflow, 6 * (4 + 0.3) + 2 * (2 + 0.1));
  EXPECT_DOUBLE_EQ(m.latency_mean, ((3 * 1.01 + 0.01) + (1.01 + 0.01)) / 2);
  EXPECT_DOUBLE_EQ(m.latency_mean_weighted, (6 * (3 * 1.01 + 0.01) + 2 * (1.01 + 0.01)) / 8);
  EXPECT_DOUBLE_EQ(m.latency_mean_axonflow, (6 * (4 + 0.03) + 2 * (2 + 0.01)) / 8);
  EXPECT_DOUBLE_EQ(m.latency_max, 3 * 1.01 + 0.01);
  EXPECT_EQ(m.distance_max, 3u);
  // Seven links; 6 in halves over two rows and in thirds over three columns; the first row's first link has 2 more.
  EXPECT_DOUBLE_EQ(m.congestion_mean, 20.0 / 7);
  EXPECT_DOUBLE_EQ(m.congestion_max, 6.0 / 2 + 2);
  const LinkLoads loads = link_loads(graph, mesh, placement);
  EXPECT_DOUBLE_EQ(loads.east[0], 5);
  EXPECT_DOUBLE_EQ(loads.east[1], 3);
  EXPECT_DOUBLE_EQ(loads.south[2], 2);
}

TEST(Metrics, CongestionEqualsTheNaiveOne) {
  for (const Mesh mesh : {Mesh{7, 5}, Mesh{1, 30}, Mesh{30, 1}, Mesh{6, 6}}) {
    const auto n = static_cast<std::uint32_t>(mesh.cells());
    Placement placement(n);
    std::iota(placement.begin(), placement.end(), 0u);
    for (std::uint32_t i = n - 1; i > 0; --i) std::swap(placement[i], placement[random_below(i + 1, 3, i, n)]);
    std::vector<Edge> edges;
    for (std::uint32_t e = 0; e < 200; ++e)
      edges.push_back({random_below(n, 4, e, 0), random_below(n, 4, e, 1), random_unit(4, e, 2)});
    const ClusterGraph graph(n, edges);
    const LinkLoads fast = link_loads(graph, mesh, placement);
    const LinkLoads slow = naive_loads(graph, mesh, placement);
    double most = 0;
    double sum = 0;
    for (std::size_t c = 0; c < n; ++c) {
      EXPECT_NEAR(fast.east[c], slow.east[c], 1e-11);
      EXPECT_NEAR(fast.south[c], slow.south[c], 1e-11);
      most = std::max({most, slow.east[c], slow.south[c]});
      sum += slow.east[c] + slow.south[c];
    }
    const Metrics m = measure(graph, mesh, placement);
    EXPECT_NEAR(m.congestion_max, most, 1e-11);
    EXPECT_NEAR(m.congestion_mean, sum / (2.0 * n - mesh.width - mesh.height), 1e-11);
  }
}

TEST(Metrics, WithoutEdgesAllAreZero) {
  const Metrics m = measure(ClusterGraph(3, {}), {2, 2}, {0, 1, 2});
  EXPECT_EQ(m.energy, 0);
  EXPECT_EQ(m.latency_max, 0);
  EXPECT_EQ(m.congestion_max, 0);
}

TEST(Metrics, SelfLoopsCrossNoLinkButCountTheirWireAndMeshesOfOneCellWork) {
  const Metrics m = measure(ClusterGraph(1, {{0, 0, 5}}), {1, 1}, {0});
  EXPECT_EQ(m.weighted_hops, 0);
  EXPECT_DOUBLE_EQ(m.energy, 0.5);
  EXPECT_DOUBLE_EQ(m.latency_max, 0.01);
  EXPECT_EQ(m.congestion_mean, 0);
}

}  // namespace
}  // namespace ranvier::mapper::clusters
