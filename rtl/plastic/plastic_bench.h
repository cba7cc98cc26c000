// SPDX-License-Identifier: Apache-2.0
// Test bench of rv_plastic_core: random traffic on all ports at once, every handshake compared with the golden model,
// every step with the cycle contract, all weights, potentials and traces every few steps.
#pragma once

#include <cstdint>
#include <memory>

#include "rtl/plastic/plastic_core_port.h"
#include "rtl/regression.h"

namespace ranvier::rtl {

Bins empty_plastic_bins();

/// Runs `steps` ticks of `seed` on the core behind `port`, reset first; adds to `bins`.
SeedOutcome run_plastic_seed(PlasticCorePort& port, std::uint64_t seed, std::int32_t steps, Bins& bins);

/// The core in `ranvier rtl test`.
std::unique_ptr<RegressionCore> make_plastic_regression(std::uint32_t init);

}  // namespace ranvier::rtl
