// SPDX-License-Identifier: Apache-2.0
// Test bench of rv_hybrid_core: a random tile and traffic of one seed, in lock-step with the behavioural core of the
// simulator; every event out, every code, the wish to fire again and all cycles are compared.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "rtl/hybrid/hybrid_port.h"

namespace ranvier::rtl {

struct HybridSeedResult {
  std::uint64_t seed = 0;
  std::string kind;      // of the tile
  std::string mismatch;  // first one: step, token, output, expected, got; empty: passed
  std::int64_t cycles = 0;
  std::int64_t events_in = 0;
  std::int64_t events_out = 0;
};

/// Runs `steps` ticks on the core behind `port`. `kind`: of hybrid_kinds(); empty: the seed's choice.
HybridSeedResult run_hybrid_seed(std::unique_ptr<HybridCorePort> port, std::uint64_t seed, std::int32_t steps,
                                 const std::string& kind = {});

}  // namespace ranvier::rtl
