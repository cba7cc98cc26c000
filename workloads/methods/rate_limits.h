// SPDX-License-Identifier: Apache-2.0
// Widths of the rate executor: what has to hold of a program, and for how many steps nothing can overflow.
#pragma once

#include <cstdint>

#include "workloads/program.h"

namespace ranvier::workloads {

/// |W| of every neuron, and unit * E of every pair, stays within this.
inline constexpr std::int64_t kResidualMost = (std::int64_t{1} << 30) - 1;

/// Throws NotARateProgram unless run_rate can execute it: every encoder of this family with a legal number of levels
/// and positive even thresholds, tables as long as their input's means, weights and biases as long as their stages.
void check_rate_program(const Program& program);

/// Most steps in which no residual of the program can leave kResidualMost, whatever the input.
std::int64_t most_rate_steps(const Program& program);
/// Throws TooManyRateSteps.
void check_rate_steps(const Program& program, std::int64_t steps);

/// Words of state that a site's neurons read to fire: V and, where the rule looks at it, what was emitted so far.
std::int64_t words_read_to_fire(const Encoder& encoder);

}  // namespace ranvier::workloads
