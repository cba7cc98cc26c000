// SPDX-License-Identifier: Apache-2.0
// What the spiking forms of GELU, softmax and LayerNorm share: groups on running sums, and the count of their work.
#pragma once

#include <cstdint>
#include <span>

#include "workloads/methods/converted_network.h"
#include "workloads/methods/ugo_groups.h"
#include "workloads/methods/ugo_units.h"

namespace ranvier::workloads {

/// In and out of a function: the design of its unit but for the options' part.
UgoDesign ugo_design(const UgoOptions& options, const UgoNetwork& network, int steps, double in_scale,
                     double out_scale);

/// Steps the groups and counts: every changed input is added to each hidden neuron of its group, and so is the bias;
/// a hidden neuron's event goes to its group's output; potential and memory are read in every step.
std::span<const std::int64_t> step_and_count(UgoGroups& groups, std::span<const std::int32_t> totals,
                                             std::int64_t changed, StageWork& work);

/// floor(value * 2^left).
std::int64_t shifted(std::int64_t value, int left);

}  // namespace ranvier::workloads
