// SPDX-License-Identifier: Apache-2.0
// Directed tests of rv_spike_core's ports: handshakes, priorities, reset, and the cycle contract.
#include <gmock/gmock.h>

#include "rtl/golden_core.h"
#include "rtl/stimulus.h"
#include "tests/rtl/core_fixture.h"
#include "tests/rtl/event_beside_config.h"

namespace ranvier::rtl {
namespace {

using testing::ElementsAre;

constexpr int kFifoDepth = 16;

TEST_F(SpikeCore, ResetDropsQueuedEventsAndEndsAScan) {
  driver_.load(identity_tile(64, 4, 2, true));
  offer({0, 0, 2});
  for (int i = 0; i < 5; ++i) port_->cycle();
  EXPECT_TRUE(port_->out.busy);
  driver_.reset();
  EXPECT_FALSE(port_->out.busy);
  EXPECT_FALSE(port_->out.spike_valid);
  EXPECT_FALSE(port_->out.overflow);
  EXPECT_EQ(port_->out.busy_cycles, 0u);
}

TEST_F(SpikeCore, FullQueueRefusesAndLosesNothing) {
  driver_.load(identity_tile(256, 1, 1000, true));  // 17 cycles an event
  int taken = 0;
  int refused = 0;
  offer({0, 3, 1});
  while (taken < 40) {
    port_->cycle();
    ++(port_->out.event_ready ? taken : refused);
  }
  port_->in.event_valid = false;
  do port_->cycle();
  while (port_->out.busy);
  EXPECT_GT(refused, 20 * 17);
  EXPECT_EQ(state(0, 3).potential, 500 + 40);
}

TEST_F(SpikeCore, QueueHoldsItsDepthDuringAScan) {
  driver_.load(identity_tile(256, 8, 2, true));
  port_->in.tick_valid = true;
  port_->cycle();
  ASSERT_TRUE(port_->out.tick_ready);
  port_->in.tick_valid = false;
  offer({0, 0, 1});
  int taken = 0;
  for (int i = 0; i < 30; ++i) {
    port_->cycle();
    EXPECT_TRUE(port_->out.scanning);
    if (port_->out.event_ready) ++taken;
  }
  EXPECT_EQ(taken, kFifoDepth);
  port_->in.event_valid = false;
  do port_->cycle();
  while (port_->out.busy);
  EXPECT_EQ(state(0, 0).potential, 1 + kFifoDepth);  // applied after the scan, which saw V at rest
}

TEST_F(SpikeCore, TickWaitsForQueuedEventsAndHoldsNewOnesOff) {
  driver_.load(identity_tile(32, 1, 2, true));  // 3 cycles an event
  offer({0, 0, 2});
  port_->cycle();
  offer({0, 1, 4});
  port_->in.tick_valid = true;
  port_->cycle();
  EXPECT_TRUE(port_->out.event_ready);  // the cycle in which the tick begins to wait
  EXPECT_FALSE(port_->out.tick_ready);
  offer({0, 2, 6});
  int waited = 0;
  do {
    port_->cycle();
    ++waited;
    EXPECT_FALSE(port_->out.event_ready);
  } while (!port_->out.tick_ready);
  EXPECT_LE(waited, 2 * 3 + 1);
  port_->in.tick_valid = false;
  std::vector<CoreSpike> spikes;
  bool third_taken = false;
  do {
    port_->cycle();
    const SpikeCorePort::Outputs& o = port_->out;
    if (o.spike_valid) spikes.push_back({o.spike_token, o.spike_neuron, o.spike_payload});
    if (port_->in.event_valid && o.event_ready) {
      third_taken = true;
      port_->in.event_valid = false;
    }
  } while (port_->out.busy);
  EXPECT_TRUE(third_taken);
  EXPECT_THAT(spikes, ElementsAre(CoreSpike{0, 0, 1}, CoreSpike{0, 1, 2}));
  EXPECT_THAT(tick(), ElementsAre(CoreSpike{0, 2, 3}));
}

TEST_F(SpikeCore, TickIsTakenOnlyWhenTheLastEventHasDrained) {
  driver_.load(identity_tile(1, 1, 2, true));
  offer({0, 0, 2});
  port_->cycle();
  ASSERT_TRUE(port_->out.event_ready);
  port_->in.event_valid = false;
  port_->in.tick_valid = true;
  for (int i = 0; i < 1 + 1 + kDrainCycles; ++i) {  // popped, one word, the drain
    port_->cycle();
    EXPECT_TRUE(port_->out.busy) << i;
    EXPECT_FALSE(port_->out.tick_ready) << i;
  }
  port_->cycle();
  EXPECT_FALSE(port_->out.busy);
  EXPECT_TRUE(port_->out.tick_ready);
  port_->in.tick_valid = false;
  do port_->cycle();
  while (port_->out.busy);
}

TEST_F(SpikeCore, EventInTheCycleOfATickBelongsToTheNextStep) {
  driver_.load(identity_tile(1, 1, 2, true));
  offer({0, 0, 2});
  port_->in.tick_valid = true;
  port_->cycle();
  EXPECT_TRUE(port_->out.event_ready && port_->out.tick_ready);
  port_->in.event_valid = port_->in.tick_valid = false;
  do {
    port_->cycle();
    EXPECT_FALSE(port_->out.spike_valid);
  } while (port_->out.busy);
  EXPECT_THAT(tick(), ElementsAre(CoreSpike{0, 0, 1}));
}

TEST_F(SpikeCore, SpikeStaysUnchangedUntilTaken) {
  driver_.load(identity_tile(2, 1, 2, true));
  driver_.send({0, 0, 6});
  driver_.send({0, 1, 4});
  port_->in.tick_valid = true;
  port_->in.spike_ready = false;
  port_->cycle();
  port_->in.tick_valid = false;
  while (!port_->out.spike_valid) port_->cycle();
  const std::uint32_t stalls = port_->out.stall_cycles;
  for (int i = 0; i < 50; ++i) {
    port_->cycle();
    EXPECT_TRUE(port_->out.spike_valid);
    EXPECT_EQ(port_->out.spike_neuron, 0);
    EXPECT_EQ(port_->out.spike_payload, 3);
  }
  EXPECT_EQ(port_->out.stall_cycles - stalls, 50u);
  port_->in.spike_ready = true;
  port_->cycle();
  port_->cycle();
  EXPECT_EQ(port_->out.spike_neuron, 1);
  EXPECT_EQ(port_->out.spike_payload, 2);
  port_->cycle();
  EXPECT_FALSE(port_->out.spike_valid);
  EXPECT_EQ(port_->out.stall_cycles - stalls, 1u + 50u);  // not the cycles in which an event was taken
}

TEST_F(SpikeCore, ConfigWaitsWhileBusy) {
  driver_.load(identity_tile(256, 1, 2, true));
  offer({0, 0, 2});
  port_->cycle();
  port_->in.event_valid = false;
  port_->cycle();
  port_->in.config_valid = true;
  port_->cycle();
  EXPECT_FALSE(port_->out.config_ready);
  port_->in.config_valid = false;
}

TEST_F(SpikeCore, ConfigWaitsForAnEventOfTheSameCycle) {
  driver_.load(identity_tile(16, 1, 2, true));
  offer({0, 3, 2});
  port_->in.config_select = ConfigSelect::kState;
  port_->in.config_address = 0;
  EXPECT_EQ(read_beside_event(*port_)[3] >> 8, 1u + 2u) << "half the threshold and the event";
}

// The contract of docs/reference/rv-spike-core.md, formula against RTL.
TEST_F(SpikeCore, TrainOfEventsTakesOnePlusGroupsEachAndOneDrain) {
  for (const std::int32_t neurons : {1, 16, 17, 100, 256}) {
    const CoreTile tile = identity_tile(neurons, 2, 2000, true);
    driver_.load(tile);
    const std::int64_t groups = (neurons + 15) / 16;
    EXPECT_EQ(driver_.send({0, 0, 1}), 1 + groups + 1);
    EXPECT_EQ(driver_.send({1, 0, 5, true}), 2 + 1);
    std::vector<CoreEvent> train;
    std::int64_t expected = kDrainCycles;
    for (int i = 0; i < 50; ++i) {
      train.push_back({i % 2, 0, 1, i % 5 == 0});
      expected += event_cycles(tile, train.back());
    }
    EXPECT_EQ(expected, 10 * 2 + 40 * (1 + groups) + 1);
    EXPECT_EQ(driver_.send_train(train), expected);
  }
}

TEST_F(SpikeCore, ScanTakesOnePlusForEachWordOnePlusFiresPlusEvents) {
  driver_.load(identity_tile(40, 2, 2, true));  // 3 words a token
  EXPECT_EQ(driver_.tick(timed_), 1 + 6);
  driver_.send({0, 0, 10});  // word 0: 5 fires
  driver_.send({0, 1, -4});
  driver_.send({1, 39, 2});  // word 5: 1 fire
  timed_.clear();
  EXPECT_EQ(driver_.tick(timed_), 1 + 6 + 5 + 2 + 1 + 1);
  ASSERT_EQ(timed_.size(), 3u);
  EXPECT_EQ(timed_[0].at, 1 + 1 + 5 + 1);
  EXPECT_EQ(timed_[1].at, timed_[0].at + 1);
  EXPECT_EQ(timed_[2].at, 1 + 6 + 5 + 2 + 1 + 1);
}

TEST_F(SpikeCore, ScansOfRandomTilesTakeWhatTheFormulaSays) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Draws draws(seed, 0);
    const CoreTile tile = random_tile(draws);
    Draws traffic_draws(seed, 1);
    const Traffic traffic = random_traffic(traffic_draws);
    driver_.load(tile);
    GoldenCore golden(tile);
    for (int step = 0; step < 3; ++step) {
      for (int i = 0; i < 10; ++i) {
        const CoreEvent event = random_event(tile, traffic, draws);
        golden.apply(event);
        EXPECT_EQ(driver_.send(event), event_cycles(tile, event) + drain_cycles(tile, event)) << "seed " << seed;
      }
      timed_.clear();
      const std::size_t spikes = golden.fire().size();
      EXPECT_EQ(driver_.tick(timed_), golden.scan_cycles()) << "seed " << seed;
      EXPECT_EQ(timed_.size(), spikes) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace ranvier::rtl
