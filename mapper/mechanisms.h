// SPDX-License-Identifier: Apache-2.0
// Which mechanisms of a chip a program needs, stage by stage, and whether the chip has them.
#pragma once

#include <string>
#include <vector>

#include "chips/chip.h"
#include "mapper/mapping.h"

namespace ranvier::mapper {

/// A mechanism and the stages that need it, ascending.
struct NeededMechanism {
  chips::Mechanism mechanism = chips::Mechanism::kCubaCompartment;
  std::vector<StageId> stages;
};

/// In the order of the enumeration; `engines` by stage. Stages on an offload device ask nothing of the chip.
std::vector<NeededMechanism> needed_mechanisms(const workloads::Program& program, Schedule schedule,
                                               const std::vector<Engine>& engines);

/// Throws DoesNotFit where the chip lacks what is needed. Returns a sentence for each needed mechanism that is an
/// extension of the chip: what was assumed, and for which stages.
std::vector<std::string> check_mechanisms(const workloads::Program& program, const chips::Chip& chip, Schedule schedule,
                                          const std::vector<Engine>& engines);

/// The same sentences for a problem; empty where the chip has all that it needs.
std::vector<std::string> extensions_of(const MappingProblem& problem);

}  // namespace ranvier::mapper
