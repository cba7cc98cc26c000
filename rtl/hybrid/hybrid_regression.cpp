// SPDX-License-Identifier: Apache-2.0
#include "rtl/hybrid/hybrid_regression.h"

#include <algorithm>

#include "base/random.h"
#include "rtl/hybrid/hybrid_bins.h"
#include "rtl/hybrid/hybrid_port_bench.h"
#include "rtl/hybrid/hybrid_stimulus.h"
#include "rtl/two_builds.h"

namespace ranvier::rtl {
namespace {

// A seed is a short tile of every kind, then longer ones, where sums have time to grow.
constexpr std::int32_t kShortSteps = 8;
constexpr std::int32_t kLongSteps = 100;

SeedOutcome run_tiles(HybridCorePort& port, std::uint64_t seed, std::int32_t steps, Bins& bins) {
  const std::vector<std::string>& kinds = hybrid_kinds();
  SeedOutcome all;
  all.result.seed = seed;
  std::int32_t done = 0;
  for (std::uint64_t tile = 0; done < steps && !all.mismatch; ++tile) {
    const bool is_short = tile < kinds.size();
    const std::uint64_t kind = is_short ? seed + tile : random_u64(seed, tile, 1);
    HybridTileRun one = run_hybrid_tile(port, random_u64(seed, tile, 0), kinds[kind % kinds.size()],
                                        std::min(steps - done, is_short ? kShortSteps : kLongSteps), bins);
    if (one.mismatch) {
      all.mismatch = std::move(one.mismatch);
      all.mismatch->seed = seed;
      all.mismatch->cycle += all.result.cycles;
      all.mismatch->step += done;
    }
    all.result.cycles += one.cycles;
    all.result.events_in += one.events_in;
    all.result.events_out += one.events_out;
    done += one.steps;
  }
  all.result.passed = !all.mismatch;
  return all;
}

}  // namespace

std::unique_ptr<RegressionCore> make_hybrid_regression(std::uint32_t init) {
  return std::make_unique<TwoBuilds<HybridCorePort>>(init, make_check_hybrid_port, make_fast_hybrid_port(), run_tiles,
                                                     empty_hybrid_bins());
}

}  // namespace ranvier::rtl
