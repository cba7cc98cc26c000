// SPDX-License-Identifier: Apache-2.0
// The chip step by step, for `analytic` and `fast`: within a step nothing that a core computes depends on when an event
// arrives, so all tiles fire first, their events are handed over as trains, and then the step is timed as a whole.
// Cores compute on what they are sent, as they do under `cycle`; threads share tiles and change no result.
#pragma once

#include "sim/chip_run.h"

namespace ranvier::sim {

/// Runs all images of `run` at Fidelity::kAnalytic or kFast.
void run_steps(ChipRun& run, const SimOptions& options);

}  // namespace ranvier::sim
