// SPDX-License-Identifier: Apache-2.0
// Keeps a run's slices of core work within a bound, whole steps at a time.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sim/run_result.h"

namespace ranvier::sim {

/// Where `activities` are more than `most`: keeps those of the first steps, up to half of `most`, then of the slowest
/// others, as many whole steps as there is room for; order stays. Returns how many it removed. `steps`: durations, by
/// number of the step, of the image that all activities belong to.
std::size_t thin_out(std::vector<Activity>& activities, std::span<const StepResult> steps, std::size_t most);

}  // namespace ranvier::sim
