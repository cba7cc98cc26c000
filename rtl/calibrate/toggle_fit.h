// SPDX-License-Identifier: Apache-2.0
// Toggles of each event kind, fitted on some windows and judged on others. Relative figures: a toggle is no energy.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "rtl/calibrate/toggle_windows.h"

namespace ranvier::rtl {

using ToggleCosts = std::array<double, kToggleKinds>;

/// Idle cycles: what was read while the core waited. The rest: least squares of relative errors, none negative.
ToggleCosts fit_toggles(const std::vector<ToggleWindow>& windows);

double predicted(const ToggleCosts& costs, const ToggleWindow& window);

struct ToggleJudgement {
  std::string what;
  std::size_t windows = 0;
  double mean_error = 0, worst_error = 0;  // of a window, relative, without sign
  double total_error = 0;                  // of the sum of all windows, with sign
  double spikes_per_update = 0;
};

ToggleJudgement judge_toggles(const std::string& what, const ToggleCosts& costs,
                              const std::vector<ToggleWindow>& windows);

/// What a kind costs beside a synaptic add.
double relative(const ToggleCosts& costs, ToggleKind kind);

}  // namespace ranvier::rtl
