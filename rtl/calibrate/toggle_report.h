// SPDX-License-Identifier: Apache-2.0
// What the toggles of a sort of tile were fitted on and judged on, and how far off they were.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "rtl/calibrate/toggle_fit.h"

namespace ranvier::rtl {

struct ToggleReport {
  std::string work;  // of which tiles
  std::vector<std::string> fitted_on;
  ToggleCosts costs{};
  ToggleJudgement fitted;
  std::vector<ToggleJudgement> judged;  // one without windows: the traffic was too short for any
};

/// Windows of layer number `layer`.
using LayerWindows = std::function<std::vector<ToggleWindow>(std::size_t layer, const WindowOptions&)>;

/// Fitted on the first half of `layers` and the first how.images images, with thresholds as they are and of 0.7; judged
/// on the other layers and as many other images, with thresholds as they are, of half and of twice as much. A single
/// layer is judged on its other images.
ToggleReport fit_and_judge(const std::string& work, const std::vector<std::string>& layers, const LayerWindows& windows,
                           WindowOptions how);

}  // namespace ranvier::rtl
