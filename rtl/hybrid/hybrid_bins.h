// SPDX-License-Identifier: Apache-2.0
// Functional bins of rv_hybrid_core: what traffic has to meet, and which tiles.
#pragma once

#include <string>

#include "rtl/hybrid/hybrid_tile.h"
#include "rtl/regression.h"

namespace ranvier::rtl {

/// All of them, none reached.
Bins empty_hybrid_bins();

/// A tile was run.
void count_tile_bins(const HybridTile& tile, const std::string& kind, Bins& bins);

}  // namespace ranvier::rtl
