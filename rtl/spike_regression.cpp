// SPDX-License-Identifier: Apache-2.0
#include "rtl/spike_regression.h"

#include <algorithm>
#include <chrono>

#include "base/random.h"
#include "rtl/random_bench.h"
#include "rtl/spike_core_port.h"

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

class SpikeRegression final : public RegressionCore {
 public:
  explicit SpikeRegression(std::uint32_t init) : init_(init), check_(make_check_port(init)), fast_(make_fast_port()) {}

  SeedOutcome run(std::uint64_t seed, std::int32_t steps) override {
    Bins same;
    const auto start = std::chrono::steady_clock::now();
    SeedOutcome of_fast = run_tiles(*fast_, seed, steps, same);
    const std::chrono::duration<double> fast_time = std::chrono::steady_clock::now() - start;
    SeedOutcome outcome = run_tiles(*check_, seed, steps, bins_);
    if (!outcome.mismatch) outcome.take_fast(of_fast);
    outcome.result.passed = !outcome.mismatch;
    outcome.result.fast_cycles = of_fast.result.cycles;
    outcome.result.fast_s = fast_time.count();
    return outcome;
  }

  void run_with_wave(std::uint64_t seed, std::int32_t steps, const std::filesystem::path& wave) override {
    const std::unique_ptr<SpikeCorePort> port = make_check_port(init_);
    port->open_wave(wave);
    Bins ignored;
    run_tiles(*port, seed, steps, ignored);
  }

  Bins bins() const override { return bins_; }
  void write_coverage(const std::filesystem::path& file) override { check_->write_coverage(file); }

 private:
  std::uint32_t init_;
  std::unique_ptr<SpikeCorePort> check_, fast_;
  Bins bins_ = empty_bins();
};

}  // namespace

std::unique_ptr<RegressionCore> make_spike_regression(std::uint32_t init) {
  return std::make_unique<SpikeRegression>(init);
}

}  // namespace ranvier::rtl
