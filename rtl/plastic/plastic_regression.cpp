// SPDX-License-Identifier: Apache-2.0
// rv_plastic_core in the regression: its random bench on the fast and the check build.
#include <chrono>

#include "rtl/plastic/plastic_bench.h"

namespace ranvier::rtl {
namespace {

class PlasticRegression final : public RegressionCore {
 public:
  explicit PlasticRegression(std::uint32_t init)
      : init_(init), check_(make_check_plastic_port(init)), fast_(make_fast_plastic_port()) {}

  SeedOutcome run(std::uint64_t seed, std::int32_t steps) override {
    Bins same;
    const auto start = std::chrono::steady_clock::now();
    SeedOutcome of_fast = run_plastic_seed(*fast_, seed, steps, same);
    const std::chrono::duration<double> fast_time = std::chrono::steady_clock::now() - start;
    SeedOutcome outcome = run_plastic_seed(*check_, seed, steps, bins_);
    if (!outcome.mismatch) outcome.take_fast(of_fast);
    outcome.result.passed = !outcome.mismatch;
    outcome.result.fast_cycles = of_fast.result.cycles;
    outcome.result.fast_s = fast_time.count();
    return outcome;
  }

  void run_with_wave(std::uint64_t seed, std::int32_t steps, const std::filesystem::path& wave) override {
    const std::unique_ptr<PlasticCorePort> port = make_check_plastic_port(init_);
    port->open_wave(wave);
    Bins ignored;
    run_plastic_seed(*port, seed, steps, ignored);
  }

  Bins bins() const override { return bins_; }
  void write_coverage(const std::filesystem::path& file) override { check_->write_coverage(file); }

 private:
  std::uint32_t init_;
  std::unique_ptr<PlasticCorePort> check_, fast_;
  Bins bins_ = empty_plastic_bins();
};

}  // namespace

std::unique_ptr<RegressionCore> make_plastic_regression(std::uint32_t init) {
  return std::make_unique<PlasticRegression>(init);
}

}  // namespace ranvier::rtl
