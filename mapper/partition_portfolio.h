// SPDX-License-Identifier: Apache-2.0
// Several ways to share tiles out among cores and chips; which is best shows when they are placed.
#pragma once

#include <string>
#include <vector>

#include "mapper/hypergraph/partition.h"
#include "mapper/partition.h"

namespace ranvier::mapper {

struct NamedClustering {
  std::string name;
  Clustering clustering;
};

struct PortfolioPartitionOptions {
  PartitionOptions partition{};
  bool others = true;  // false: the first alone
  hypergraph::Effort effort = hypergraph::Effort::kFast;
  std::int32_t threads = 1;
};

/// First the greedy one (partition.h), which always is; then those that differ from all before: the same along the
/// snake of chips instead of by traffic; `connectivity`, own multilevel partitioning of the flows, cores first, then
/// chips by exactly what a chip holds; `metis`, tiles to cores by METIS with exact repair, where tiles share cores. The
/// last two have their chips laid out by traffic (chip_order.h), and are left out where tiles hear thousands of axons
/// apart.
std::vector<NamedClustering> partitions(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                                        const PortfolioPartitionOptions& options);

}  // namespace ranvier::mapper
