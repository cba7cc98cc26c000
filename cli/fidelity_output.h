// SPDX-License-Identifier: Apache-2.0
// What `ranvier check fidelity` prints and writes.
#pragma once

#include <string>

#include "sim/fidelity_check.h"

namespace ranvier::cli {

/// What was checked.
struct FidelityJob {
  std::string workload, target, schedule, preset;
  std::size_t images = 0, cores = 0, chips = 0;
};

std::string fidelity_json(const FidelityJob& job, const sim::FidelityCheck& check);
/// Steps and cores beyond `most` of each: those with the largest errors are shown.
std::string fidelity_text(const FidelityJob& job, const sim::FidelityCheck& check, std::size_t most);
/// A row a step.
std::string fidelity_csv(const sim::FidelityCheck& check);

}  // namespace ranvier::cli
