// SPDX-License-Identifier: Apache-2.0
// Cycle contract of rv_hybrid_core, as docs/reference/rv-hybrid-core.md states it: what the RTL takes, by formula.
#pragma once

#include <cstdint>

#include "rtl/hybrid/hybrid_tile.h"

namespace ranvier::rtl {

/// A train of events takes the sum of event_cycles() and this once: decode of its first event, drain of its last.
inline constexpr std::int64_t kTrainCycles = 2;

/// Occupancy of the core by one event of a train.
std::int64_t event_cycles(const HybridTile& tile, const HybridEvent& event);

/// A tick that sends `events`, every one taken at once.
std::int64_t tick_cycles(const HybridTile& tile, std::int64_t events);

}  // namespace ranvier::rtl
