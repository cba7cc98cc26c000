// SPDX-License-Identifier: Apache-2.0
// Other cuts where the coarsest tiles that fit a core leave gaps, so that the board has too few cores for them.
#pragma once

#include <vector>

#include "chips/chip.h"
#include "mapper/engines.h"
#include "mapper/exact_packing.h"
#include "mapper/stage_cut.h"

namespace ranvier::mapper {

/// Whether the problem's tiles share out the board's cores, constraints aside: by greedy clusters, by counting, or by a
/// search within its tries.
PackingVerdict packs(const MappingProblem& problem);

/// The cuts with `times` as many parts of each stage's outputs, where it has so many, and of the tokens of stages
/// without weights that have not; a stage that such tiles do not fit keeps its cut. Smaller tiles fill cores better,
/// and tiles of one stage on a core share axons.
std::vector<StageCut> finer_cuts(const workloads::Program& program, const chips::CoreKind& core,
                                 const std::vector<StageCut>& cuts, const std::vector<Engine>& engines,
                                 std::int32_t times);

}  // namespace ranvier::mapper
