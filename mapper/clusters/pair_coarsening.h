// SPDX-License-Identifier: Apache-2.0
// Coarsening of a placement level: clusters in pairs, so that all coarse clusters are equal and fill equal cells.
#pragma once

#include <vector>

#include "mapper/clusters/level_graph.h"

namespace ranvier::mapper::clusters {

struct Coarsening {
  LevelGraph graph;
  std::vector<Cluster> parent;  // by fine cluster; kNoCluster for those left out
};

/// Heavy-edge pairs in random order; who finds no free neighbour takes a free cluster two edges away, and the rest are
/// paired in order of their numbers. At most one coarse cluster holds a single one. Clusters without neighbours
/// are left out unless `all`. Graph: ClusterGraph or LevelGraph.
template <class Graph>
Coarsening coarsen_in_pairs(const Graph& graph, bool all, std::uint64_t seed);

extern template Coarsening coarsen_in_pairs(const ClusterGraph&, bool, std::uint64_t);
extern template Coarsening coarsen_in_pairs(const LevelGraph&, bool, std::uint64_t);

}  // namespace ranvier::mapper::clusters
