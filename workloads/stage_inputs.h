// SPDX-License-Identifier: Apache-2.0
// Several inputs of a stage with sparse synapses, and inputs that close a cycle: populations that feed each other and
// themselves.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "workloads/program.h"

namespace ranvier::workloads {

/// Sources of a stage with sparse synapses are the units of its inputs, one input behind the other: where those of
/// inputs[port] begin. Stages with another form of synapses have one input, and 0.
inline std::int32_t first_source(const Program& program, const Stage& stage, std::size_t port) {
  std::int32_t first = 0;
  for (std::size_t p = 0; p < port; ++p) first += program.stage(stage.inputs[p].stage).channels;
  return first;
}

/// True for an input from the stage itself or from a later one. Temporal programs only: a spike arrives at least a step
/// after it was fired, so such an input is well defined, and says nothing about the order of stages.
inline bool feeds_back(StageId consumer, const StageInput& input) { return input.stage.value() >= consumer.value(); }

/// Steps from a spike of `stage` to its arrival: the host's arrive in their own step.
inline std::int32_t arrival_delay(const Stage& stage) {
  return stage.kind == StageKind::kInput ? 0 : stage.cuba.axon_delay_steps;
}

/// Longest of the delays of all inputs.
inline std::int32_t longest_arrival_delay(const Program& program, const Stage& stage) {
  std::int32_t longest = 0;
  for (const StageInput& input : stage.inputs) longest = std::max(longest, arrival_delay(program.stage(input.stage)));
  return longest;
}

}  // namespace ranvier::workloads
