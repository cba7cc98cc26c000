// SPDX-License-Identifier: Apache-2.0
// What a core is loaded with for a tile of a linear stage.
#pragma once

#include "rtl/core_tile.h"
#include "sim/core_model.h"

namespace ranvier::rtl {

/// Weights, thresholds and first potentials of the tile. A head, which has no encoder, gets lo = hi = 0: it never fires.
CoreTile stage_tile(const sim::TileSpec& spec);

}  // namespace ranvier::rtl
