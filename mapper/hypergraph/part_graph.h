// SPDX-License-Identifier: Apache-2.0
// Parts as clusters: who sends how much to whom, which is what placement starts from.
#pragma once

#include <vector>

#include "mapper/clusters/cluster_graph.h"
#include "mapper/hypergraph/hypergraph.h"

namespace ranvier::mapper::hypergraph {

/// An edge for each pair of parts with traffic, by source, then target: the weights of the hyperedges whose source is
/// in one and that have listeners in the other. Their sum is the connectivity.
std::vector<clusters::Edge> part_graph(const Hypergraph& graph, const Parts& parts);

}  // namespace ranvier::mapper::hypergraph
