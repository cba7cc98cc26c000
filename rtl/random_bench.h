// SPDX-License-Identifier: Apache-2.0
// Test bench of one seed: random traffic on all ports at once, every handshake compared with the golden model, every
// scan with the cycle contract, all state with the golden state every few ticks.
#pragma once

#include <cstdint>

#include "rtl/regression.h"
#include "rtl/spike_core_port.h"

namespace ranvier::rtl {

/// All functional bins, with 0.
Bins empty_bins();

/// Runs `steps` ticks of `seed` on the core behind `port`, reset first; adds to `bins`.
SeedOutcome run_seed(SpikeCorePort& port, std::uint64_t seed, std::int32_t steps, Bins& bins);

}  // namespace ranvier::rtl
