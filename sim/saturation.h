// SPDX-License-Identifier: Apache-2.0
// How much of a link's capacity the routers of a board can use before queues grow: measured, not assumed.
#pragma once

#include "chips/chip.h"

namespace ranvier::sim {

/// Share of its cycles in which the fullest link is busy when every core of an 8 x 8 mesh of the board's routers offers
/// a flit a cycle to cores drawn at random: 1 000 cycles to fill, 2 000 measured. What a link carries beyond this share
/// it carries only for patterns kinder than uniform traffic. Throws NetworkParameterError.
double saturation_share(const chips::Board& board);

}  // namespace ranvier::sim
