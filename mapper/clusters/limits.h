// SPDX-License-Identifier: Apache-2.0
// Bringing a placement below a greatest distance and a greatest congestion.
#pragma once

#include <cstdint>

#include "mapper/clusters/cluster_graph.h"
#include "mapper/clusters/metrics.h"
#include "mapper/clusters/solvers.h"

namespace ranvier::mapper::clusters {

/// What a hop above the limit costs, squared: two mean weights of an edge.
double tail_price(const ClusterGraph& graph);

/// Whether greatest distance and greatest congestion are not above the limits.
bool keeps(const Metrics& metrics, const Metrics& limits);

/// Load of the fullest link in the bounding box of an edge from `a` to `b`; 0 within a cell.
double fullest_link(const LinkLoads& loads, Cell a, Cell b);

/// Short annealings in which a distance above `limits.distance_max` costs more and more, and so does every edge over a
/// link with more than `limits.congestion_max`. Stops as soon as both hold, or after a fixed number of tries: the last
/// placement then still misses one. `moves`: its price of moving and its homes count, if any.
Placement within_limits(const ClusterGraph& graph, Mesh mesh, Placement start, const Metrics& limits,
                        const AnnealSchedule& schedule, std::uint64_t seed, const Objective& moves = {});

}  // namespace ranvier::mapper::clusters
