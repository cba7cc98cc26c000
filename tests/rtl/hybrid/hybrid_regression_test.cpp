// SPDX-License-Identifier: Apache-2.0
// The random bench on the pins of rv_hybrid_core: short seeds on both builds, what a seed is, and faults at the pins.
#include "rtl/hybrid/hybrid_regression.h"

#include <gmock/gmock.h>

#include "base/random.h"
#include "rtl/hybrid/hybrid_port_bench.h"
#include "rtl/hybrid/hybrid_stimulus.h"

namespace ranvier::rtl {
namespace {

TEST(HybridRegression, ShortSeeds) {
  const std::unique_ptr<RegressionCore> core = make_hybrid_regression(1);
  for (std::uint64_t i = 0; i < 10; ++i) {
    const SeedOutcome outcome = core->run(random_u64(1, i, 0) >> 11, 120);
    ASSERT_FALSE(outcome.mismatch) << outcome.mismatch->message();
    EXPECT_TRUE(outcome.result.passed);
    EXPECT_GT(outcome.result.events_out, 0);
    EXPECT_EQ(outcome.result.cycles, outcome.result.fast_cycles);
  }
  for (const std::string& kind : hybrid_kinds()) EXPECT_GE(core->bins().at("tile: " + kind), 10) << kind;
}

TEST(HybridRegression, ASeedIsTheSameRunAfterOthers) {
  const std::unique_ptr<RegressionCore> first = make_hybrid_regression(1), second = make_hybrid_regression(2);
  second->run(99, 40);
  const SeedOutcome x = first->run(5, 60), y = second->run(5, 60);
  EXPECT_FALSE(x.mismatch || y.mismatch);
  EXPECT_EQ(x.result.cycles, y.result.cycles);
  EXPECT_EQ(x.result.events_in, y.result.events_in);
  EXPECT_EQ(x.result.events_out, y.result.events_out);
}

/// A core with one fault at its pins: what a broken RTL would look like to the bench.
class FaultyHybridPort final : public HybridCorePort {
 public:
  enum class Fault { kPayload, kLostEvent, kRestless, kConfigWord, kConfigWhileBusy, kOverflow, kStalls, kBusyCycle };
  explicit FaultyHybridPort(Fault fault) : core_(make_fast_hybrid_port()), fault_(fault) {}

  void cycle() override {
    core_->in = in;
    core_->cycle();
    finish(1);
  }
  std::int64_t run(std::int64_t limit) override {
    core_->in = in;
    const std::int64_t n = core_->run(limit);
    finish(n);
    return n;
  }
  void open_wave(const std::filesystem::path&) override {}
  void write_coverage(const std::filesystem::path&) override {}
  bool take_assertion_failure() override { return false; }

 private:
  void finish(std::int64_t cycles) {
    cycles_ += cycles;
    out = core_->out;
    if (fault_ == Fault::kPayload) out.spike_payload += 1;
    if (fault_ == Fault::kLostEvent) out.spike_valid = false;
    if (fault_ == Fault::kRestless) out.restless = false;
    if (fault_ == Fault::kConfigWord) out.config_read_data[0] ^= 1u;
    if (fault_ == Fault::kConfigWhileBusy) out.config_ready = true;
    if (fault_ == Fault::kOverflow) out.overflow = false;
    if (fault_ == Fault::kStalls) out.stall_cycles = 0;
    if (fault_ == Fault::kBusyCycle) out.busy_cycles += out.busy_cycles / 256;
  }

  std::unique_ptr<HybridCorePort> core_;
  Fault fault_;
};

class HybridFaults : public testing::TestWithParam<FaultyHybridPort::Fault> {};

TEST_P(HybridFaults, AreFoundAndTold) {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    FaultyHybridPort port(GetParam());
    Bins bins;
    const HybridTileRun run = run_hybrid_tile(port, seed, seed % 2 == 0 ? "linear" : "add", 30, bins);
    if (!run.mismatch) continue;
    ++found;
    EXPECT_NE(run.mismatch->expected, run.mismatch->got);
    EXPECT_THAT(run.mismatch->message(), testing::HasSubstr("of a tile '"));
  }
  EXPECT_GT(found, 0);
}

INSTANTIATE_TEST_SUITE_P(Pins, HybridFaults,
                         testing::Values(FaultyHybridPort::Fault::kPayload, FaultyHybridPort::Fault::kLostEvent,
                                         FaultyHybridPort::Fault::kRestless, FaultyHybridPort::Fault::kConfigWord,
                                         FaultyHybridPort::Fault::kConfigWhileBusy, FaultyHybridPort::Fault::kOverflow,
                                         FaultyHybridPort::Fault::kStalls, FaultyHybridPort::Fault::kBusyCycle));

}  // namespace
}  // namespace ranvier::rtl
