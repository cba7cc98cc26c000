// SPDX-License-Identifier: Apache-2.0
// Which unit of which core works how long in which step: the rule by which both the analytic estimate and the placement
// count time. An event is integrated in the step in which its source fires; a tile fires in its own.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// Cycles per image, from the problem's event counts and busy cycles.
struct StepWork {
  std::vector<double> fire;                    // by tile: busy cycles less what integrating its events takes
  std::vector<std::vector<double>> integrate;  // by flow, then destination
  std::vector<double> relay;                   // by flow, for each core that passes it on
};
StepWork step_work(const MappingProblem& problem);

/// The steps that a level's tiles take; one for graded events.
struct LevelSteps {
  std::vector<std::size_t> bucket;  // by tile: staged schedules have one a level, the asynchronous one has one
  std::vector<double> steps;        // by bucket
};
LevelSteps level_steps(const MappingProblem& problem, const std::vector<std::int32_t>& level);

/// Cycles of `steps` steps that share `work` cycles: barrier or whole phases, as sim/step_time.h has it.
double synchronised(const chips::Sync& sync, double work, double steps);

/// Cycles from a core's hand-over of a packet to its arrival in an empty network.
double leg_cycles(const chips::Board& board, CoreId from, CoreId to, double flits);

/// Cycles in which the input codes cross the host link, its latency apart.
double host_cycles(const MappingProblem& problem);

}  // namespace ranvier::mapper
