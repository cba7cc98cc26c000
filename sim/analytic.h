// SPDX-License-Identifier: Apache-2.0
// The closed form: cores compute as ever, but the time of a step comes from a formula and no network runs.
#pragma once

#include "sim/chip_run.h"

namespace ranvier::sim {

/// Step time: farthest delivery in an empty network + max(busiest core, flits of the fullest link, flits of the host
/// link), then the chip's synchronisation.
void run_analytic(ChipRun& run);

}  // namespace ranvier::sim
