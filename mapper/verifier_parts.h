// SPDX-License-Identifier: Apache-2.0
// Parts of the verifier, for verifier.cpp only.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "mapper/verifier.h"

namespace ranvier::mapper::verify_parts {

struct Findings {
  explicit Findings(std::size_t most) : limit(most) {}
  void add(Finding finding) {
    if (list.size() < limit) list.push_back(std::move(finding));
  }
  std::size_t limit;
  std::vector<Finding> list;
};

/// Every pair of an event and a tile that needs it is served exactly once, and no other.
void check_flows(const MappingProblem& problem, Findings& out);

/// Chains, table entries, and that link dependencies have no cycle.
void check_routes(const MappingProblem& problem, const Mapping& mapping, Findings& out);

/// One cycle of a directed graph given by successors, in order; empty when there is none.
std::vector<std::size_t> find_cycle(const std::vector<std::set<std::size_t>>& next);

}  // namespace ranvier::mapper::verify_parts
