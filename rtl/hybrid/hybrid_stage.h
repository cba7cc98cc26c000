// SPDX-License-Identifier: Apache-2.0
// What rv_hybrid_core is loaded with for a tile of a program, and which of the tile's events is which of the core's.
#pragma once

#include <optional>
#include <string>

#include "rtl/hybrid/hybrid_tile.h"
#include "sim/core_model.h"

namespace ranvier::rtl {

/// Why rv_hybrid_core cannot run this tile, in one sentence; empty when it can.
std::string why_not_hybrid(const sim::TileSpec& spec);

/// The tile must be one that the core can run.
HybridTile hybrid_tile(const sim::TileSpec& spec);

/// Empty when the event is outside the tile's ranges or the core's port.
std::optional<HybridEvent> local_event(const sim::TileSpec& spec, const HybridTile& tile, const sim::Event& event);

}  // namespace ranvier::rtl
