// SPDX-License-Identifier: Apache-2.0
// Recursive bisection with terminal propagation, with what lies outside of the mesh: other chips, the host.
#pragma once

#include <cstdint>
#include <span>

#include "mapper/clusters/cluster_graph.h"

namespace ranvier::mapper::clusters {

/// Traffic of a cluster with a place that does not move: cell (x, y), inside the mesh or out of it.
struct Terminal {
  Cluster cluster = 0;
  double weight = 0;
  std::int32_t x = 0;
  std::int32_t y = 0;
};

struct BisectionOptions {
  bool terminal_propagation = true;     // false: neighbours in other regions pull at nobody
  std::span<const Terminal> terminals;  // these always do
  std::uint64_t seed = 1;
};

/// Throws MoreClustersThanCells, std::invalid_argument on a terminal of no cluster, or whose weight is negative or not
/// finite.
Placement place_by_bisection(const ClusterGraph& graph, Mesh mesh, const BisectionOptions& options);

}  // namespace ranvier::mapper::clusters
