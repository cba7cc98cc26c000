// SPDX-License-Identifier: Apache-2.0
// What can be said of a problem before solving it: whether it is one, which vertices are one, why nothing can fit.
#pragma once

#include <vector>

#include "mapper/hypergraph/partition.h"

namespace ranvier::mapper::hypergraph {

/// Throws std::invalid_argument where lists have wrong lengths, ids are out of range, weights are negative or not
/// finite, demands negative.
void check_problem(const PartitionProblem& problem);

/// Vertices that stay together, or are pinned to the same part and together with others, as one.
struct Groups {
  std::vector<Vertex> of;     // by vertex
  std::vector<Vertex> first;  // by group: its first vertex
  std::size_t count() const { return first.size(); }
};
Groups groups_of(const PartitionProblem& problem);

/// Reasons why no partition exists, by counting; empty: none found, which proves nothing.
std::vector<Excess> proofs_against(const PartitionProblem& problem, const Groups& groups);

}  // namespace ranvier::mapper::hypergraph
