// SPDX-License-Identifier: Apache-2.0
// What no partition can go below.
#pragma once

#include <cstddef>

#include "mapper/hypergraph/hypergraph.h"

namespace ranvier::mapper::hypergraph {

/// Parts that any partition within the limits has at least: for each resource all demand over the limit, and vertices
/// that each need more than half of it. Shared items count once if any vertex needs them.
std::size_t parts_bound(const PartitionProblem& problem);

/// Connectivity that any partition within the limits has at least, the largest of three; see
/// docs/reference/partition.md for why they hold.
double km1_bound(const PartitionProblem& problem);

}  // namespace ranvier::mapper::hypergraph
