// SPDX-License-Identifier: Apache-2.0
// Starts of a partition that need no refinement: fills in an order or by overlap, and METIS on graphs that stand for
// the hypergraph. All are deterministic for their seed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapper/hypergraph/hypergraph.h"

namespace ranvier::mapper::hypergraph {

/// Vertices as numbered.
std::vector<Vertex> order_as_given(const Hypergraph& graph);

/// Fills one part after another with the vertices in this order: a vertex that does not fit opens the next part, and
/// no part is opened again (Jin et al., ASPLOS 2023; the partitioner `sequential` of AxonFlow). Vertices of `together`
/// go with the first of them; pinned vertices are in their parts from the start. Uses as many parts as it takes, also
/// more than `most_parts`. Throws NoPartition where a vertex fits no empty part.
Parts fill_in_order(const PartitionProblem& problem, std::span<const Vertex> order);

}  // namespace ranvier::mapper::hypergraph
