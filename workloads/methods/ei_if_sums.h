// SPDX-License-Identifier: Apache-2.0
// What arrives at a stage of an ei-if network, from its inputs' codes at rest, and the work of it: dense loops in place
// of single spikes, which add up to the same (ei_if_spikes.h runs those).
#pragma once

#include <cstdint>
#include <vector>

#include "workloads/methods/ei_if_form.h"

namespace ranvier::workloads {

/// Linear: sum of W code, no bias. Scores: SQ SK by head. Mix: SA SV. Empty for other kinds.
std::vector<std::int64_t> ei_if_products(const Stage& stage, const std::vector<EiIfTensor>& tensors);

/// One row of a linear stage: total[o] += sum over i of W[i][o] code[i]; |code| < 2^15.
void add_linear_row(const LinearParams& params, const std::int32_t* code, std::int32_t inputs, std::int32_t outputs,
                    std::int64_t* total);

/// Adds that the spikes behind these codes make on the stage's accumulators: a row of weights a spike; for products the
/// sums of the other operand, and one add more for each pair of spikes that meet in a step (SNNMatmul's - q k).
StageWork ei_if_arrival(const Stage& stage, const std::vector<EiIfTensor>& tensors);

/// Sum of |code|: the spikes of a thermometer.
std::int64_t spike_count(const std::vector<std::int32_t>& codes);

}  // namespace ranvier::workloads
