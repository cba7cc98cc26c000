// SPDX-License-Identifier: Apache-2.0
// What must hold for any board, whoever made it. Shares no code with the loader or the schema.
#pragma once

#include <string>
#include <vector>

#include "chips/chip.h"

namespace ranvier::chips {

/// One line for each thing that does not hold: core, chip and coordinate names round-trip; each link has a reverse;
/// every dimension-order route ends at its core inside the mesh; capacities are positive, costs not negative; a step
/// takes time; every number has a source. Routes are walked between all pairs of up to 256 cores, evenly spread,
/// corners included. Does not check that numbers are true, nor that any network fits.
std::vector<std::string> self_check(const Board& board);

}  // namespace ranvier::chips
