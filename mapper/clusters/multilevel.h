// SPDX-License-Identifier: Apache-2.0
// Work of multilevel placement, level by level.
#pragma once

#include "mapper/clusters/solvers.h"

namespace ranvier::mapper::clusters {

/// A cooling from `heat`, in mean changes by a swap of neighbours, to 0.
struct Cooling {
  float heat = 0;
  std::int32_t sweeps = 0;
};

/// Sweeps are those of graphs of up to 20 neighbours a cluster; denser ones get fewer, by the root.
struct MultilevelSchedule {
  std::size_t coarsest = 256;  // clusters; a level with no more is annealed from scratch
  Cooling anneal{2, 3000};
  std::size_t tries_below = 4096;  // levels up to this size are solved twice from different pairs, the better is kept
  Cooling small{1.5F, 150};        // of those levels
  Cooling large{1.5F, 80};         // of the levels above
  Cooling in_order{0.5F, 40};      // of row-major, where that is better than all this
};

Placement place_multilevel(const ClusterGraph& graph, Mesh mesh, const MultilevelSchedule& schedule,
                           std::uint64_t seed);

}  // namespace ranvier::mapper::clusters
