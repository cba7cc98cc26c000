// SPDX-License-Identifier: Apache-2.0
// A core of the regression from its port and bench: every seed runs on the fast and on the check build.
#pragma once

#include <chrono>
#include <utility>

#include "rtl/regression.h"

namespace ranvier::rtl {

template <class Port>
class TwoBuilds final : public RegressionCore {
 public:
  using MakeCheck = std::unique_ptr<Port> (*)(std::uint32_t init);
  using Run = SeedOutcome (*)(Port& port, std::uint64_t seed, std::int32_t steps, Bins& bins);

  /// Registers of check builds start with values drawn from `init`; `bins`: all that there are, at 0.
  TwoBuilds(std::uint32_t init, MakeCheck make_check, std::unique_ptr<Port> fast, Run run, Bins bins)
      : init_(init),
        make_check_(make_check),
        run_(run),
        check_(make_check(init)),
        fast_(std::move(fast)),
        bins_(std::move(bins)) {}

  SeedOutcome run(std::uint64_t seed, std::int32_t steps) override {
    Bins same;
    const auto start = std::chrono::steady_clock::now();
    const SeedOutcome of_fast = run_(*fast_, seed, steps, same);
    const std::chrono::duration<double> fast_time = std::chrono::steady_clock::now() - start;
    SeedOutcome outcome = run_(*check_, seed, steps, bins_);
    if (!outcome.mismatch && of_fast.mismatch) {
      outcome.mismatch = of_fast.mismatch;
      outcome.mismatch->fast_only = true;
    }
    outcome.result.passed = !outcome.mismatch;
    outcome.result.fast_cycles = of_fast.result.cycles;
    outcome.result.fast_s = fast_time.count();
    return outcome;
  }

  void run_with_wave(std::uint64_t seed, std::int32_t steps, const std::filesystem::path& wave) override {
    const std::unique_ptr<Port> port = make_check_(init_);
    port->open_wave(wave);
    Bins ignored;
    run_(*port, seed, steps, ignored);
  }

  Bins bins() const override { return bins_; }
  void write_coverage(const std::filesystem::path& file) override { check_->write_coverage(file); }

 private:
  std::uint32_t init_;
  MakeCheck make_check_;
  Run run_;
  std::unique_ptr<Port> check_, fast_;
  Bins bins_;
};

}  // namespace ranvier::rtl
