// SPDX-License-Identifier: Apache-2.0
// Chooses a cut and a token mode for every stage of a program.
#pragma once

#include <vector>

#include "chips/chip.h"
#include "mapper/engines.h"
#include "mapper/stage_cut.h"
#include "mapper/tiler.h"
#include "workloads/program.h"

namespace ranvier::mapper {

/// By stage; stages on no core (the host's and a device's) stay whole. Throws DoesNotFit and BadTokenMode.
std::vector<StageCut> choose_cuts(const workloads::Program& program, const chips::Board& board, Schedule schedule,
                                  const TilingOptions& options, const std::vector<Engine>& engines);

}  // namespace ranvier::mapper
