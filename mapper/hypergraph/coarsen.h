// SPDX-License-Identifier: Apache-2.0
// Which vertices to merge: twins of a problem, and clusters of an instance by heavy nets.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/hypergraph/instance.h"

namespace ranvier::mapper::hypergraph {

struct Clustering {
  std::vector<Vertex> of;  // by vertex
  std::size_t count = 0;
};

/// How large a cluster may grow: a share 1 / divisor of every limit.
struct ClusterLimits {
  std::int64_t summed_divisor = 16;
  std::int64_t shared_divisor = 4;
};

/// Vertices of the instance that hear the same hyperedges, or the same twins, or are heard by the same: all channels of
/// one position, all neurons of a dense layer. `group`: vertex of the problem to vertex of the instance.
Clustering twins(const PartitionProblem& problem, const Instance& instance, const std::vector<Vertex>& group,
                 const ClusterLimits& limits);

/// Each vertex joins the neighbouring cluster with the largest sum of weight / (pins - 1), if limits, pins and apart
/// allow. `within`: only vertices of one part are merged; empty: no such rule.
Clustering heavy_clusters(const Instance& instance, const Parts& within, const ClusterLimits& limits,
                          std::uint64_t seed);

/// Clusters from leaders, numbered in the order of their first vertices.
Clustering numbered(const std::vector<Vertex>& leader);

}  // namespace ranvier::mapper::hypergraph
