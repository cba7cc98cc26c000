// SPDX-License-Identifier: Apache-2.0
// Partitions without refinement, which others are compared with: fills in an order or by overlap, and METIS on graphs
// that stand for the hypergraph. All are deterministic for their seed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapper/hypergraph/hypergraph.h"

namespace ranvier::mapper::hypergraph {

/// Vertices as numbered.
std::vector<Vertex> order_as_given(const Hypergraph& graph);

/// Vertices by breadth-first search over hyperedges (Cuthill and McKee, 1969), for numbers that say nothing of who is
/// near: from a vertex far out, those with few pins first. Vertices with far more pins than most, which see everything,
/// come after all that is reached without them.
std::vector<Vertex> order_by_breadth(const Hypergraph& graph);

/// Fills one part after another with the vertices in this order: a vertex that does not fit opens the next part, and
/// no part is opened again (Jin et al., ASPLOS 2023; the partitioner `sequential` of AxonFlow). Vertices of `together`
/// go with the first of them; pinned vertices are in their parts from the start. Uses as many parts as it takes, also
/// more than `most_parts`. Throws NoPartition where a vertex fits no empty part.
Parts fill_in_order(const PartitionProblem& problem, std::span<const Vertex> order);

/// Grows one part after another by the vertex that shares most with it (the overlap of hyperedges of AxonFlow, Ronzani
/// and Silvano, 2026).
Parts fill_by_overlap(const PartitionProblem& problem);

/// METIS k-way into `most_parts`, or where that is not given into 3 % more than counting asks for, with a constraint a
/// summed resource. It knows nothing of shared resources, `together` and `apart`, so check what comes back.
enum class MetisGraph : std::uint8_t {
  kStar,  // a weightless vertex for every hyperedge
  kEdges  // source to each listener
};
Parts fill_with_metis(const PartitionProblem& problem, MetisGraph graph, std::uint64_t seed);

}  // namespace ranvier::mapper::hypergraph
