// SPDX-License-Identifier: Apache-2.0
// rv_plastic_core, directed: handshakes, queue, order of events and ticks, config port, reset.
#include <algorithm>

#include "plastic_fixture.h"
#include "tests/rtl/event_beside_config.h"

namespace ranvier::rtl {
namespace {

class PlasticPorts : public PlasticCore {
 protected:
  void offer(const PlasticEvent& event) {
    port_->in.event_valid = true;
    port_->in.event = event;
  }
  /// Until idle; returns the spikes that left.
  Spikes run_until_idle() {
    Spikes spikes;
    do {
      port_->cycle();
      if (port_->out.spike_valid && port_->in.spike_ready) spikes.push_back(port_->out.spike_neuron);
      if (port_->out.event_ready) port_->in.event_valid = false;
    } while (port_->out.busy || port_->in.event_valid);
    return spikes;
  }
};

TEST_F(PlasticPorts, ADirectEventChangesOneNeuronAndNoTrace) {
  const PlasticTile tile = small_tile(20, 3);
  driver_.load(tile);
  driver_.send({direct(17, -4)});
  PlasticState expected = initial_state(tile);
  expected.potential[17] = -4;
  EXPECT_EQ(driver_.read_state(), expected);
}

TEST_F(PlasticPorts, SpikesLeaveInOrderOfNeuron) {
  driver_.load(small_tile(256, 1));
  std::vector<PlasticEvent> events;
  Spikes expected;
  for (std::int32_t n = 255; n >= 0; n -= 3) {
    events.push_back(direct(n, 11));
    expected.push_back(n);
  }
  std::reverse(expected.begin(), expected.end());
  driver_.send(events);
  EXPECT_EQ(tick(), expected);
}

TEST_F(PlasticPorts, LanesWithoutANeuronNeverFireAndNeverLearn) {
  PlasticTile tile = small_tile(17, 1);
  tile.threshold.assign(17, 0);
  driver_.load(tile);
  driver_.send({spike(0)});
  Spikes all;
  for (std::int32_t n = 0; n < 17; ++n) all.push_back(n);
  EXPECT_EQ(tick(), all);
  for (const auto& [memory, address] :
       {std::pair{PlasticMemory::kState, 1u}, std::pair{PlasticMemory::kWeights, weight_address(0, 1)}}) {
    port_->in.config_valid = true;
    port_->in.config_write = false;
    port_->in.config_select = memory;
    port_->in.config_address = address;
    port_->cycle();
    ASSERT_TRUE(port_->out.config_ready);
    port_->in.config_valid = false;
    port_->cycle();
    port_->cycle();
    ASSERT_TRUE(port_->out.config_read_valid);
    PlasticWord word = port_->out.config_read_data;
    EXPECT_NE(word[0] | word[1], 0u) << "neuron 16";
    if (memory == PlasticMemory::kState) {
      EXPECT_EQ(word[1] >> 8, 0u);
    } else {
      EXPECT_EQ(word[0] >> 16, 0u);
      EXPECT_EQ(word[1], 0u);
    }
    EXPECT_TRUE(std::all_of(word.begin() + 2, word.end(), [](std::uint32_t bits) { return bits == 0; }));
  }
}

TEST_F(PlasticPorts, FullQueueRefusesAndLosesNothing) {
  PlasticTile tile = small_tile(256, 1);  // 17 cycles a spike
  tile.rule.pre_bump = 1;
  driver_.load(tile);
  int taken = 0, refused = 0;
  offer(spike(0));
  while (taken < 40) {
    port_->cycle();
    ++(port_->out.event_ready ? taken : refused);
  }
  port_->in.event_valid = false;
  run_until_idle();
  EXPECT_GT(refused, 20 * 17);
  EXPECT_EQ(driver_.read_state().pre, std::vector<std::int32_t>{40});
}

TEST_F(PlasticPorts, TickWaitsForQueuedEventsAndHoldsNewOnesOff) {
  driver_.load(small_tile(32, 1));  // 3 cycles a spike
  offer(direct(0, 11));
  port_->cycle();
  offer(spike(0));
  port_->in.tick_valid = true;
  port_->cycle();
  EXPECT_TRUE(port_->out.event_ready);  // the cycle in which the tick begins to wait
  EXPECT_FALSE(port_->out.tick_ready);
  offer(direct(2, 11));
  int waited = 0;
  do {
    port_->cycle();
    EXPECT_FALSE(port_->out.event_ready);
  } while (!port_->out.tick_ready && ++waited < 100);
  EXPECT_LE(waited, 2 + 3 + 1);
  port_->in.tick_valid = false;
  EXPECT_EQ(run_until_idle(), Spikes{0});
  EXPECT_EQ(tick(), Spikes{2});
}

TEST_F(PlasticPorts, EventInTheCycleOfATickBelongsToTheNextStep) {
  driver_.load(small_tile(1, 1));
  offer(direct(0, 11));
  port_->in.tick_valid = true;
  port_->cycle();
  EXPECT_TRUE(port_->out.event_ready && port_->out.tick_ready);
  port_->in.event_valid = port_->in.tick_valid = false;
  EXPECT_EQ(run_until_idle(), Spikes{});
  EXPECT_EQ(tick(), Spikes{0});
}

TEST_F(PlasticPorts, SpikeStaysUnchangedUntilTaken) {
  driver_.load(small_tile(3, 1));
  driver_.send({direct(0, 11), direct(2, 11)});
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
  }
  EXPECT_EQ(port_->out.stall_cycles - stalls, 50u);
  port_->in.spike_ready = true;
  EXPECT_EQ(run_until_idle(), (Spikes{0, 2}));
  EXPECT_EQ(port_->out.stall_cycles - stalls, 1u + 50u);  // not the cycles in which a spike was taken
}

TEST_F(PlasticPorts, ConfigWaitsWhileBusy) {
  driver_.load(small_tile(256, 1));
  offer(spike(0));
  port_->cycle();
  port_->in.event_valid = false;
  port_->in.config_valid = true;
  port_->in.config_write = false;
  int waited = 0;
  for (port_->cycle(); !port_->out.config_ready && waited < 100; port_->cycle()) ++waited;
  EXPECT_GE(waited, 17);
  EXPECT_LT(waited, 100);
  EXPECT_FALSE(port_->out.busy);
  port_->in.config_valid = false;
}

TEST_F(PlasticPorts, ConfigWaitsForAnEventOfTheSameCycle) {
  driver_.load(small_tile(3, 2));
  port_->in.event = spike(1);
  port_->in.config_select = PlasticMemory::kPre;
  port_->in.config_address = 0;
  EXPECT_EQ(read_beside_event(*port_)[0], 0u) << "the trace of axon 0, not of the event's";
  port_->in.event = spike(1);
  port_->in.config_address = 1;
  EXPECT_EQ(read_beside_event(*port_)[0], 2048u) << "1024 an event";
}

TEST_F(PlasticPorts, ResetDropsQueuedEventsAndEndsAStep) {
  PlasticTile tile = small_tile(64, 200);
  driver_.load(tile);
  driver_.send({direct(0, 11)});
  port_->in.tick_valid = true;
  port_->cycle();
  port_->in.tick_valid = false;
  offer(spike(7));
  for (int i = 0; i < 5; ++i) port_->cycle();
  EXPECT_TRUE(port_->out.scanning);
  driver_.reset();
  EXPECT_FALSE(port_->out.busy);
  EXPECT_FALSE(port_->out.scanning);
  EXPECT_FALSE(port_->out.spike_valid);
  EXPECT_FALSE(port_->out.saturated);
  EXPECT_EQ(port_->out.busy_cycles, 0u);
  driver_.load(tile);
  EXPECT_EQ(tick(), Spikes{});
  EXPECT_EQ(driver_.read_state(), initial_state(tile)) << "nothing of the queue is left";
}

}  // namespace
}  // namespace ranvier::rtl
