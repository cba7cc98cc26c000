// SPDX-License-Identifier: Apache-2.0
// The time of a step at `fast`: trains share links, ports and integrating units slice of time by slice of time.
// docs/explanation/network.md section 2 has the rules and what they leave out.
#pragma once

#include <memory>

#include "sim/step_facts.h"

namespace ranvier::sim {

std::unique_ptr<StepTimer> make_train_timing(ChipRun& run);

}  // namespace ranvier::sim
