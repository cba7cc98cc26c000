// SPDX-License-Identifier: Apache-2.0
// METIS without its complaints: on graphs where it would print on standard output that a side is empty, it only
// bisects.
#pragma once

#include <metis.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ranvier::mapper::hypergraph {

/// As METIS takes it: neighbours by vertex, both directions; weights of a vertex side by side, one a constraint.
struct MetisInput {
  std::vector<idx_t> first{0}, neighbour, edge_weight, vertex_weight;
  idx_t constraints = 1;
  std::size_t vertices() const { return first.size() - 1; }
};

/// Whether each part would hold three of the heaviest vertices, by every constraint. Otherwise METIS may leave a side
/// without vertices while it cuts on, which it reports on standard output.
bool is_even(const MetisInput& graph, std::size_t parts);

/// Recursive bisection: each cut is a call of METIS of its own, for two sides, and what is empty is not cut further.
/// `imbalance` of one cut.
std::vector<idx_t> cut_in_halves(const MetisInput& graph, std::size_t parts, double imbalance, std::uint64_t seed);

/// METIS k-way where the graph is even, otherwise cut_in_halves(). `imbalance` by constraint.
std::vector<idx_t> cut_k_way(MetisInput graph, std::size_t parts, std::vector<real_t> imbalance, std::uint64_t seed);

}  // namespace ranvier::mapper::hypergraph
