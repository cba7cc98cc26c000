// SPDX-License-Identifier: Apache-2.0
// A loaded core of the check build, and small tiles for it.
#pragma once

#include <gtest/gtest.h>

#include "rtl/spike_core_driver.h"

namespace ranvier::rtl {

/// One neuron an axon, weight 1 between equal indices: an event's payload goes to neuron `channel`.
inline CoreTile identity_tile(std::int32_t neurons, std::int32_t tokens, std::int32_t threshold, bool graded,
                              std::int32_t lo = -8, std::int32_t hi = 7) {
  CoreTile tile;
  tile.neurons = tile.axons = neurons;
  tile.tokens = tokens;
  tile.graded = graded;
  tile.lo = lo;
  tile.hi = hi;
  tile.weight.assign(static_cast<std::size_t>(neurons) * static_cast<std::size_t>(neurons), 0);
  for (std::int32_t n = 0; n < neurons; ++n)
    tile.weight[static_cast<std::size_t>(n) * (static_cast<std::size_t>(neurons) + 1)] = 1;
  tile.threshold.assign(static_cast<std::size_t>(neurons), threshold);
  tile.potential.assign(static_cast<std::size_t>(neurons) * static_cast<std::size_t>(tokens), threshold / 2);
  return tile;
}

class SpikeCore : public testing::Test {
 protected:
  SpikeCore() : port_(make_check_port(1)), driver_(*port_) {}
  ~SpikeCore() override { EXPECT_FALSE(port_->take_assertion_failure()); }

  std::vector<CoreSpike> tick() {
    timed_.clear();
    driver_.tick(timed_);
    std::vector<CoreSpike> spikes;
    for (const auto& t : timed_) spikes.push_back(t.spike);
    return spikes;
  }
  NeuronState state(std::int32_t token, std::int32_t neuron) {
    return driver_.read_state()[static_cast<std::size_t>(token) * static_cast<std::size_t>(driver_.tile().neurons) +
                                static_cast<std::size_t>(neuron)];
  }
  void offer(const CoreEvent& event) {
    port_->in.event_valid = true;
    port_->in.event_direct = event.direct;
    port_->in.event_token = event.token;
    port_->in.event_channel = event.channel;
    port_->in.event_payload = event.payload;
  }

  std::unique_ptr<SpikeCorePort> port_;
  SpikeCoreDriver driver_;
  std::vector<SpikeCoreDriver::TimedSpike> timed_;
};

inline std::ostream& operator<<(std::ostream& out, const CoreSpike& s) {
  return out << "{token " << s.token << ", neuron " << s.neuron << ", payload " << s.payload << "}";
}
inline std::ostream& operator<<(std::ostream& out, const NeuronState& s) {
  return out << "{V " << s.potential << ", S " << s.code << ", lower " << s.lower << ", upper " << s.upper << "}";
}

}  // namespace ranvier::rtl
