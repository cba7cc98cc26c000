// SPDX-License-Identifier: Apache-2.0
// The multilevel solver on an instance: coarsen, start, refine on the way back, and again within the parts found.
#pragma once

#include <cstdint>

#include "mapper/hypergraph/coarsen.h"
#include "mapper/hypergraph/moves.h"
#include "mapper/hypergraph/partition.h"

namespace ranvier::mapper::hypergraph {

struct SolverOptions {
  Effort effort = Effort::kDefault;
  std::uint64_t seed = 1;
  std::int32_t threads = 1;
  std::size_t most_parts = SIZE_MAX;
  Prices prices;
  bool few_starts = false;
  Steps progress{};
};

/// Parts of the instance with the least (violation, cost) met. `first`: clusters that the first coarsening takes.
Parts solve(const Instance& instance, const Clustering& first, const SolverOptions& options);

/// The same from a start, which is kept where nothing better is found.
Parts improve(const Instance& instance, const Clustering& first, const Parts& start, const SolverOptions& options);

}  // namespace ranvier::mapper::hypergraph
