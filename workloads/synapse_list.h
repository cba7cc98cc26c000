// SPDX-License-Identifier: Apache-2.0
// Synapses of a stage from a list in any order, as importers collect them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "workloads/sparse_synapses.h"

namespace ranvier::workloads {

struct ListedSynapse {
  std::int32_t source = 0;
  std::int32_t target = 0;
  std::int32_t weight = 0;
};

struct SynapsesOfList {
  std::shared_ptr<const SparseSynapses> synapses;
  std::int64_t clipped = 0;  // weights cut to the range
};

/// Weights of equal pairs add up, and are cut to -most..most (at most 127); sums of 0 are no synapses.
SynapsesOfList synapses_of_list(std::vector<ListedSynapse> list, std::int32_t sources, std::int32_t targets,
                                std::int32_t most, int threads = 0);

/// All synapses, by source, then target.
std::vector<ListedSynapse> list_synapses(const SparseSynapses& synapses);

}  // namespace ranvier::workloads
