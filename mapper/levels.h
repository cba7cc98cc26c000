// SPDX-License-Identifier: Apache-2.0
// When tiles fire: longest-path levels of the tile graph, and the delays that align the inputs of a tile.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// Longest path from the host tile (level 0); an input slice comes before its owner. In temporal programs
/// flows to the own stage or an earlier one do not count. Throws std::logic_error on a cycle.
std::vector<std::int32_t> compute_levels(const MappingProblem& problem);

/// Steps that each flow's events wait so that all inputs of a tile stem from the same step: level(destination) -
/// level(source) - 1, in asynchronous schedules on chips with delays; axonal delay less 1 in temporal programs; else 0.
struct DelayBalance {
  std::vector<std::int32_t> delay;   // by flow
  std::vector<std::size_t> clipped;  // flows that would need more than the chip's limit
};
DelayBalance balance_delays(const MappingProblem& problem, const std::vector<std::int32_t>& level);

/// Splits flows whose destinations need different delays; a no-op where delays are not used.
void split_flows_by_delay(MappingProblem& problem);

/// True where delays are inserted: asynchronous schedule, and a chip that has them.
bool uses_delays(const MappingProblem& problem);

}  // namespace ranvier::mapper
