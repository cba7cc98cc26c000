// SPDX-License-Identifier: Apache-2.0
// What no placement can go below.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/clusters/cluster_graph.h"

namespace ranvier::mapper::clusters {

/// How many cells lie at distance 1, 2, ... from the cell in the middle of the mesh; no cell has more within any
/// distance. Without borders these are 4, 8, 12, ...
std::vector<std::uint64_t> largest_shells(Mesh mesh);

/// Shell bound on the sum of w d: each cluster's neighbours, the heaviest first, fill the largest shells; half the sum
/// over all clusters, as every edge counts at both ends.
double shell_bound(const ClusterGraph& graph, Mesh mesh);

}  // namespace ranvier::mapper::clusters
