// SPDX-License-Identifier: Apache-2.0
// Method `spikezip` (SpikeZIP-TF, You et al., ICML 2024): ST-BIF encoders, sum semantics, exact at rest. The integer
// program under one of its three schedules.
#pragma once

#include <memory>

#include "workloads/methods/converted_network.h"
#include "workloads/program.h"

namespace ranvier::workloads {

/// `steps` 0: until at rest; else stopped there. Under staged schedules the head speaks last, so logits of earlier
/// steps hold its bias alone.
std::unique_ptr<ConvertedNetwork> spikezip_network(Program program, Schedule schedule, int steps = 0);

}  // namespace ranvier::workloads
