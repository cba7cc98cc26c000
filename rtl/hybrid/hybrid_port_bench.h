// SPDX-License-Identifier: Apache-2.0
// Test bench on the pins of rv_hybrid_core: random traffic on all ports at once, every event out, every answer of the
// config port and every tick's cycles compared with the behavioural core and the cycle contract; codes and potentials
// every few steps. hybrid_bench.h has the one behind the simulator's core interface.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rtl/hybrid/hybrid_port.h"
#include "rtl/regression.h"

namespace ranvier::rtl {

struct HybridTileRun {
  std::int32_t steps = 0;
  std::int64_t cycles = 0;
  std::int64_t events_in = 0;
  std::int64_t events_out = 0;
  std::optional<Mismatch> mismatch;
};

/// A tile of `kind` and its traffic on the core behind `port`, reset first: at most `steps` ticks, fewer where a tick
/// takes long. Adds to `bins`.
HybridTileRun run_hybrid_tile(HybridCorePort& port, std::uint64_t seed, const std::string& kind, std::int32_t steps,
                              Bins& bins);

}  // namespace ranvier::rtl
