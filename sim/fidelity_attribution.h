// SPDX-License-Identifier: Apache-2.0
// Why a model was wrong about a step: against `cycle` with fewer and fewer mechanisms its error must fall where one
// that it neglects is taken out.
#pragma once

#include <vector>

#include "sim/fidelity_check.h"

namespace ranvier::sim {

/// Takes the worst step of `fidelity` apart with `rungs`, which climb() made for that step's image.
Attribution attribute(const FidelityCheck& check, Fidelity fidelity, const std::vector<Rung>& rungs,
                      Duration clock_period);

}  // namespace ranvier::sim
