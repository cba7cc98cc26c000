// SPDX-License-Identifier: Apache-2.0
// Placements that were found, routed and estimated; which of them nothing beats, and which is taken.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mapper/estimate_basis.h"
#include "mapper/mapper.h"

namespace ranvier::mapper {

/// Routes, waves, tables and delays of a placement. `work`: step_work() of the problem, where it is at hand. Throws
/// DoesNotFit where a table overflows.
Mapping complete(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                 const std::vector<CoreId>& core_of, const StepWork* work = nullptr);

/// The candidate's figures (cost.h).
MapCandidate judged(const MappingProblem& problem, const EstimateBasis& basis, const Mapping& mapping,
                    std::string partition, std::string start);

/// Those that no other is at least as good as in latency, energy and fullest link; of equals the first. By latency.
std::vector<MapCandidate> pareto_set(const std::vector<MapCandidate>& candidates);

/// The rule of map_with_pareto(): index of the one taken. `curves`: indices of plain row-major, snake and Hilbert,
/// those that could be routed.
struct Choice {
  std::size_t index = 0;
  bool beats_every_curve = false;
};
Choice choose(const std::vector<MapCandidate>& candidates, const std::vector<std::size_t>& curves);

}  // namespace ranvier::mapper
