// SPDX-License-Identifier: Apache-2.0
#include "rtl/spike_regression.h"

#include <chrono>

#include "rtl/random_bench.h"
#include "rtl/spike_core_port.h"

namespace ranvier::rtl {
namespace {

class SpikeRegression final : public RegressionCore {
 public:
  explicit SpikeRegression(std::uint32_t init) : init_(init), check_(make_check_port(init)), fast_(make_fast_port()) {}

  SeedOutcome run(std::uint64_t seed, std::int32_t steps) override {
    Bins same;
    const auto start = std::chrono::steady_clock::now();
    SeedOutcome of_fast = run_seed(*fast_, seed, steps, same);
    const std::chrono::duration<double> fast_time = std::chrono::steady_clock::now() - start;
    SeedOutcome outcome = run_seed(*check_, seed, steps, bins_);
    if (!outcome.mismatch) outcome.mismatch = of_fast.mismatch;
    outcome.result.passed = !outcome.mismatch;
    outcome.result.fast_cycles = of_fast.result.cycles;
    outcome.result.fast_s = fast_time.count();
    return outcome;
  }

  void run_with_wave(std::uint64_t seed, std::int32_t steps, const std::filesystem::path& wave) override {
    const std::unique_ptr<SpikeCorePort> port = make_check_port(init_);
    port->open_wave(wave);
    Bins ignored;
    run_seed(*port, seed, steps, ignored);
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
