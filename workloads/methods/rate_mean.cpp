// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/rate_mean.h"

#include <algorithm>

namespace ranvier::workloads {

std::int64_t largest_mean(const Program& program, StageId id) {
  const Stage& stage = program.stage(id);
  if (stage.kind == StageKind::kInput) return program.input_code_max;
  if (stage.kind != StageKind::kAdd) return std::max(-stage.encoder.lo, stage.encoder.hi);
  std::int64_t largest = 0;
  for (const StageInput& input : stage.inputs) largest += std::abs(input.gain) * largest_mean(program, input.stage);
  return largest;
}

int norm_fraction_bits(const Program& program, const Stage& stage) {
  std::int64_t largest = 0;
  for (const StageInput& input : stage.inputs) largest += std::abs(input.gain) * largest_mean(program, input.stage);
  return norm_fraction_bits(largest);
}

int score_fraction_bits(const Program& program, const Stage& stage) {
  return score_fraction_bits(largest_mean(program, stage.inputs[0].stage) *
                             largest_mean(program, stage.inputs[1].stage) * (stage.in_channels / stage.heads));
}

}  // namespace ranvier::workloads
