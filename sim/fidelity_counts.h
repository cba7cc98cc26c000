// SPDX-License-Identifier: Apache-2.0
// What three runs of one mapping must agree on to the last digit: events, synaptic operations, packets, flits by link,
// and every entry of the energy ledger that does not go by time.
#pragma once

#include <vector>

#include "sim/fidelity_check.h"

namespace ranvier::sim {

/// True for what follows from time and not from counts.
inline bool goes_by_time(Component c) { return c == Component::kStatic || c == Component::kDeviceStatic; }

std::vector<CountComparison> compare_counts(const ByFidelity<RunResult>& runs);

}  // namespace ranvier::sim
