// SPDX-License-Identifier: Apache-2.0
// Fast and check build of rv_spike_core side by side: every output equal in every cycle. With a gate netlist in place
// of the check build (scripts/rtl/gates.py) this is the equivalence of netlist and RTL on one stimulus set.
#include <gtest/gtest.h>

#include "rtl/random_bench.h"
#include "rtl/spike_core_port.h"

namespace ranvier::rtl {
namespace {

/// Two models on the same pins. What they show before the first reset means nothing, and data pins only with their
/// valid.
class TwinPort final : public SpikeCorePort {
 public:
  void cycle() override {
    fast_->in = check_->in = in;
    fast_->cycle();
    check_->cycle();
    if (was_reset_) compare();
    was_reset_ = was_reset_ || in.reset;
    out = check_->out;
    ++cycles_;
  }
  void open_wave(const std::filesystem::path&) override {}
  void write_coverage(const std::filesystem::path&) override {}
  bool take_assertion_failure() override { return check_->take_assertion_failure(); }
  std::int64_t differences() const { return differences_; }
  std::int64_t compared() const { return compared_; }

 private:
  void compare() {
    const Outputs &a = fast_->out, &b = check_->out;
    bool same = a.event_ready == b.event_ready && a.tick_ready == b.tick_ready && a.spike_valid == b.spike_valid &&
                a.config_ready == b.config_ready && a.config_read_valid == b.config_read_valid && a.busy == b.busy &&
                a.scanning == b.scanning && a.overflow == b.overflow && a.saturated == b.saturated &&
                a.busy_cycles == b.busy_cycles && a.stall_cycles == b.stall_cycles;
    if (a.spike_valid) {
      same = same && a.spike_token == b.spike_token && a.spike_neuron == b.spike_neuron &&
             a.spike_payload == b.spike_payload;
    }
    if (a.config_read_valid) same = same && a.config_read_data == b.config_read_data;
    ++compared_;
    if (same) return;
    if (differences_++ == 0) ADD_FAILURE() << "outputs differ first in cycle " << cycles_;
  }

  std::unique_ptr<SpikeCorePort> fast_ = make_fast_port();
  std::unique_ptr<SpikeCorePort> check_ = make_check_port(7);
  bool was_reset_ = false;
  std::int64_t differences_ = 0, compared_ = 0;
};

TEST(SpikeLockstep, BothBuildsShowTheSameInEveryCycle) {
  TwinPort port;
  Bins bins;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const SeedOutcome outcome = run_seed(port, seed, 20, bins);
    EXPECT_TRUE(outcome.result.passed) << (outcome.mismatch ? outcome.mismatch->message() : "");
  }
  EXPECT_EQ(port.differences(), 0);
  EXPECT_GT(port.compared(), 50'000);
}

}  // namespace
}  // namespace ranvier::rtl
