// SPDX-License-Identifier: Apache-2.0
#include "rtl/spike_regression.h"

#include <algorithm>

#include "base/random.h"
#include "rtl/random_bench.h"
#include "rtl/spike_core_port.h"
#include "rtl/two_builds.h"

namespace ranvier::rtl {
namespace {

// A seed is several tiles in a row, so that few seeds meet all kinds of neurons: four short ones, then longer ones,
// where sums have time to grow.
constexpr std::int32_t kShortTiles = 4;
constexpr std::int32_t kShortSteps = 25;
constexpr std::int32_t kLongSteps = 100;

SeedOutcome run_tiles(SpikeCorePort& port, std::uint64_t seed, std::int32_t steps, Bins& bins) {
  SeedOutcome all;
  all.result.seed = seed;
  std::int32_t done = 0;
  for (std::uint64_t tile = 0; done < steps && !all.mismatch; ++tile) {
    const std::int32_t here = std::min(steps - done, tile < kShortTiles ? kShortSteps : kLongSteps);
    SeedOutcome one = run_seed(port, tile == 0 ? seed : random_u64(seed, tile, 0), here, bins);
    if (one.mismatch) {
      all.mismatch = std::move(one.mismatch);
      all.mismatch->seed = seed;
      all.mismatch->cycle += all.result.cycles;
      all.mismatch->step += done;
    }
    all.result.cycles += one.result.cycles;
    all.result.events_in += one.result.events_in;
    all.result.events_out += one.result.events_out;
    done += here;
  }
  all.result.passed = !all.mismatch;
  return all;
}

}  // namespace

std::unique_ptr<RegressionCore> make_spike_regression(std::uint32_t init) {
  return std::make_unique<TwoBuilds<SpikeCorePort>>(init, make_check_port, make_fast_port(), run_tiles, empty_bins());
}

}  // namespace ranvier::rtl
