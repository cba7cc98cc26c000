// SPDX-License-Identifier: Apache-2.0
// Traffic between clusters of tiles: the flows of a problem as one weighted graph.
#pragma once

#include <cstddef>
#include <vector>

#include "mapper/place.h"

namespace ranvier::mapper {

struct ClusterTraffic {
  struct Edge {
    std::size_t from = 0;
    std::size_t to = 0;
    double flits = 0;  // per image
  };
  std::vector<Edge> edges;        // directed, each pair once, by from and to; within no cluster
  std::vector<double> with_host;  // by cluster: flits from and to core 0, per image
};

/// A flow counts once for each cluster that it reaches, as a packet to each.
ClusterTraffic cluster_traffic(const MappingProblem& problem, const std::vector<std::vector<TileId>>& clusters);

}  // namespace ranvier::mapper
