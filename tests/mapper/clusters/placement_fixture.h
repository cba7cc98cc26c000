// SPDX-License-Identifier: Apache-2.0
// Random cluster graphs, and what holds for every placement.
#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/random_stream.h"
#include "mapper/clusters/cluster_graph.h"
#include "mapper/clusters/solvers.h"

namespace ranvier::mapper::clusters::fixtures {

inline void expect_legal(const ClusterGraph& graph, Mesh mesh, const Placement& placement) {
  ASSERT_EQ(placement.size(), graph.size());
  const std::set<Cell> cells(placement.begin(), placement.end());
  EXPECT_EQ(cells.size(), placement.size());
  for (const Cell cell : placement) ASSERT_LT(cell, mesh.cells());
}

inline double weighted_hops(const ClusterGraph& graph, Mesh mesh, const Placement& placement) {
  double sum = 0;
  for (const Edge& e : graph.edges()) sum += e.weight * mesh.distance(placement[e.source], placement[e.target]);
  return sum;
}

inline ClusterGraph random_graph(std::size_t clusters, std::size_t edges, std::uint64_t seed) {
  RandomStream random(seed, 0);
  std::vector<Edge> list;
  for (std::size_t i = 0; i < edges; ++i)
    list.push_back({random.below(static_cast<std::uint32_t>(clusters)),
                    random.below(static_cast<std::uint32_t>(clusters)), random.unit()});
  return {clusters, std::move(list)};
}

}  // namespace ranvier::mapper::clusters::fixtures
