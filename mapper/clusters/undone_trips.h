// SPDX-License-Identifier: Apache-2.0
// A remap that breaks a limit, with as few of its trips taken back as bring it below.
#pragma once

#include "mapper/clusters/cluster_graph.h"
#include "mapper/clusters/metrics.h"

namespace ranvier::mapper::clusters {

/// `at`, some of its clusters back on their cells of `home`, so that `limits` are kept; `home` keeps them. Clusters
/// that changed places with each other, in pairs or around a ring, go back together, the trip first that loses the
/// fewest weighted hops of those with an edge over a limit. Every cluster has a cell of its own in `home` and in `at`.
Placement without_worst_trips(const ClusterGraph& graph, Mesh mesh, const Placement& home, Placement at,
                              const Metrics& limits);

}  // namespace ranvier::mapper::clusters
