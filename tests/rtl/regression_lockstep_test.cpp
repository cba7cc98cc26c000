// SPDX-License-Identifier: Apache-2.0
// Fast and check build of rv_spike_core side by side: every output equal in every cycle. With a gate netlist in place
// of the check build (scripts/rtl/gates.py) this is the equivalence of netlist and RTL on one stimulus set.
#include <gtest/gtest.h>

#include "rtl/random_bench.h"
#include "rtl/spike_core_driver.h"
#include "rtl/stimulus.h"

namespace ranvier::rtl {
namespace {

/// Data pins mean something only with their valid.
bool same(const SpikeCorePort::Outputs& a, const SpikeCorePort::Outputs& b) {
  bool equal = a.event_ready == b.event_ready && a.tick_ready == b.tick_ready && a.spike_valid == b.spike_valid &&
               a.config_ready == b.config_ready && a.config_read_valid == b.config_read_valid && a.busy == b.busy &&
               a.scanning == b.scanning && a.overflow == b.overflow && a.saturated == b.saturated &&
               a.busy_cycles == b.busy_cycles && a.stall_cycles == b.stall_cycles;
  if (a.spike_valid) {
    equal = equal && a.spike_token == b.spike_token && a.spike_neuron == b.spike_neuron &&
            a.spike_payload == b.spike_payload;
  }
  if (a.config_read_valid) equal = equal && a.config_read_data == b.config_read_data;
  return equal;
}

/// Two models on the same pins. What they show before the first reset means nothing.
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
    ++compared_;
    if (same(fast_->out, check_->out)) return;
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

/// The fast build leaves out evaluations in run(); cycle() evaluates every half of a cycle.
TEST(SpikeLockstep, ManyCyclesAreThatManyCycles) {
  const auto once = make_fast_port(), each = make_fast_port();
  SpikeCoreDriver once_driver(*once), each_driver(*each);
  std::int64_t cycles = 0, stalled = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Draws draws(seed, 0);
    const CoreTile tile = random_tile(draws);
    const Traffic traffic = random_traffic(draws);
    once_driver.load(tile);
    each_driver.load(tile);
    for (int i = 0; i < 300; ++i) {
      const CoreEvent event = random_event(tile, traffic, draws);
      SpikeCorePort::Inputs& in = once->in;
      in.event_valid = draws.between(0, 3) == 0;
      in.event_direct = event.direct;
      in.event_token = event.token;
      in.event_channel = event.channel;
      in.event_payload = event.payload;
      in.tick_valid = draws.between(0, 7) == 0;
      in.spike_ready = draws.between(0, 2) != 0;
      each->in = in;
      const std::int64_t limit = draws.between(1, 60);
      const std::int64_t n = once->run(limit);
      ASSERT_EQ(n, each->SpikeCorePort::run(limit));
      ASSERT_TRUE(same(once->out, each->out)) << "seed " << seed << ", run " << i;
      cycles += n;
      stalled += once->out.spike_valid && !in.spike_ready ? 1 : 0;
    }
    once->in.event_valid = once->in.tick_valid = each->in.event_valid = each->in.tick_valid = false;
    once->in.spike_ready = each->in.spike_ready = true;
    while (once->out.busy) {
      ASSERT_EQ(once->run(1000), each->SpikeCorePort::run(1000));
      ASSERT_TRUE(same(once->out, each->out));
    }
    EXPECT_EQ(once_driver.read_state(), each_driver.read_state());
  }
  EXPECT_EQ(once->cycles(), each->cycles());
  EXPECT_GT(cycles, 5'000);
  EXPECT_GT(stalled, 50);
}

}  // namespace
}  // namespace ranvier::rtl
