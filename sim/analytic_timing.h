// SPDX-License-Identifier: Apache-2.0
// The time of a step in closed form, from its trains (step_facts.h).
#pragma once

#include <memory>

#include "sim/step_facts.h"

namespace ranvier::sim {

std::unique_ptr<StepTimer> make_analytic_timing(ChipRun& run);

}  // namespace ranvier::sim
