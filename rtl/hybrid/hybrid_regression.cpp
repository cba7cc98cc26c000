// SPDX-License-Identifier: Apache-2.0
#include "rtl/hybrid/hybrid_regression.h"

#include <algorithm>
#include <chrono>

#include "base/random.h"
#include "rtl/hybrid/hybrid_bins.h"
#include "rtl/hybrid/hybrid_port_bench.h"
#include "rtl/hybrid/hybrid_stimulus.h"

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

class HybridRegression final : public RegressionCore {
 public:
  explicit HybridRegression(std::uint32_t init)
      : init_(init), check_(make_check_hybrid_port(init)), fast_(make_fast_hybrid_port()) {}

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
    const std::unique_ptr<HybridCorePort> port = make_check_hybrid_port(init_);
    port->open_wave(wave);
    Bins ignored;
    run_tiles(*port, seed, steps, ignored);
  }

  Bins bins() const override { return bins_; }
  void write_coverage(const std::filesystem::path& file) override { check_->write_coverage(file); }

 private:
  std::uint32_t init_;
  std::unique_ptr<HybridCorePort> check_, fast_;
  Bins bins_ = empty_hybrid_bins();
};

}  // namespace

std::unique_ptr<RegressionCore> make_hybrid_regression(std::uint32_t init) {
  return std::make_unique<HybridRegression>(init);
}

}  // namespace ranvier::rtl
