// SPDX-License-Identifier: Apache-2.0
// Windows of recorded traffic on the check build of rv_hybrid_core, as toggle_windows() has them of rv_spike_core.
#pragma once

#include <vector>

#include "rtl/calibrate/toggle_windows.h"

namespace ranvier::rtl {

/// What a tile does, in a word: tiles of one sort share their costs.
std::string hybrid_work(const sim::TileSpec& spec);

/// Throws std::logic_error where what the RTL sends is not what the behavioural core does.
std::vector<ToggleWindow> hybrid_toggle_windows(const RecordedHybridTile& recorded, const WindowOptions& options);

}  // namespace ranvier::rtl
