// SPDX-License-Identifier: Apache-2.0
// Instances that do not coarsen, such as random networks: solved on their own vertices, from balanced cuts.
#pragma once

#include "mapper/hypergraph/multilevel.h"

namespace ranvier::mapper::hypergraph {

/// Whether nearly all pins are left in the coarsest instance, although it has far fewer vertices: clusters then share
/// few nets, are poor, and save no work. False where vertices are pinned or apart, or pins are too many.
bool coarsens_badly(const Instance& instance, const Instance& coarsest);

/// Recursive cuts by weights that are learned, so that all parts use the same share of their limits (neurons at the
/// edge of a network hear less, and a part can hold more of them), then repair and refinement. May exceed limits.
Parts solve_flat(const Instance& instance, const SolverOptions& options);

}  // namespace ranvier::mapper::hypergraph
