// SPDX-License-Identifier: Apache-2.0
// Refinements of a state: they move vertices, never break a limit that holds, and never raise the cost of a valid
// state, except for repair(), which trades connectivity for validity.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/hypergraph/state.h"

namespace ranvier::mapper::hypergraph {

/// What is minimised, in fixed point: connectivity, parts in use, vertices away from home.
struct Prices {
  std::int64_t part = 0;
  const Parts* home = nullptr;                      // by vertex
  const std::vector<std::int64_t>* move = nullptr;  // by vertex: of being away from home; null: free

  std::int64_t away(Vertex v, Part p) const { return move != nullptr && (*home)[v] != p ? (*move)[v] : 0; }
};

std::int64_t cost(const State& state, const Prices& prices);

/// Every vertex in random order to the part where it gains most, again and again, until a sweep gains less than a
/// thousandth or `sweeps` are done.
void sweep(State& state, const Prices& prices, std::int32_t sweeps, std::uint64_t seed);

/// Threshold-accepting moves of vertices to parts that their nets reach, `moves` tried, from `hot` (in units of the
/// mean weight of a vertex's net) down to nothing; ends at the best state met.
void anneal(State& state, const Prices& prices, std::int64_t moves, double hot, std::uint64_t seed);

/// Moves vertices out of parts over their limits, each move lowering the sum of all violations, the cheapest for what
/// it lowers first (Maas et al., unconstrained refinement). Returns whether none is left.
bool repair(State& state, const Prices& prices);

/// Empties parts where that lowers the cost, the smallest first.
void dissolve_parts(State& state, const Prices& prices);

}  // namespace ranvier::mapper::hypergraph
