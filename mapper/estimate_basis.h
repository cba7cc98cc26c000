// SPDX-License-Identifier: Apache-2.0
// What of an estimate no placement changes: made once, where many placements are judged.
#pragma once

#include <vector>

#include "base/quantities.h"
#include "mapper/mapping.h"
#include "mapper/step_work.h"

namespace ranvier::mapper {

struct EstimateBasis {
  StepWork work;
  std::vector<double> synops;          // by stage: of the events that arrive
  std::vector<Energy> arrival_energy;  // by stage: of integrating them
  bool many_flows = false;             // unicasts of irregular networks, which load links by pairs of cores
};

EstimateBasis estimate_basis(const MappingProblem& problem);

}  // namespace ranvier::mapper
