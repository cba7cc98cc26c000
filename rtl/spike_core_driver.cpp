// SPDX-License-Identifier: Apache-2.0
#include "rtl/spike_core_driver.h"

#include <stdexcept>

namespace ranvier::rtl {
namespace {

// Longest legal scan: every word fires kSpanMax times and emits all lanes; a handshake never waits longer than that.
constexpr std::int64_t kHangCycles =
    std::int64_t{kCoreLimits.tokens} * kCoreLimits.neurons / kCoreLimits.lanes * (2 + kSpanMax + kCoreLimits.lanes) +
    1000;

}  // namespace

SpikeCoreDriver::SpikeCoreDriver(SpikeCorePort& port) : port_(port) { reset(); }

void SpikeCoreDriver::reset() {
  port_.in = {};
  port_.in.reset = true;
  port_.cycle();
  port_.cycle();
  port_.in.reset = false;
  port_.cycle();
}

void SpikeCoreDriver::write_word(ConfigSelect select, std::uint32_t address, const ConfigWord& word) {
  SpikeCorePort::Inputs& in = port_.in;
  in.config_valid = true;
  in.config_write = true;
  in.config_select = select;
  in.config_address = address;
  in.config_data = word;
  port_.cycle();
  in.config_valid = false;
  if (!port_.out.config_ready) throw std::logic_error("rv_spike_core configured while busy");
}

ConfigWord SpikeCoreDriver::read_state_word(std::uint32_t address) {
  SpikeCorePort::Inputs& in = port_.in;
  in.config_valid = true;
  in.config_write = false;
  in.config_select = ConfigSelect::kState;
  in.config_address = address;
  port_.cycle();
  in.config_valid = false;
  if (!port_.out.config_ready) throw std::logic_error("rv_spike_core read while busy");
  port_.cycle();
  port_.cycle();
  if (!port_.out.config_read_valid) throw std::logic_error("rv_spike_core did not answer a read");
  return port_.out.config_read_data;
}

void SpikeCoreDriver::load(const CoreTile& tile) {
  tile_ = tile;
  write_word(ConfigSelect::kControl, 0, control_word(tile));
  for (std::int32_t g = 0; g < tile.groups(); ++g) {
    write_word(ConfigSelect::kThresholds, word_address(0, g), threshold_word(tile, g));
    for (std::int32_t a = 0; a < tile.axons; ++a) {
      write_word(ConfigSelect::kSynapses, word_address(a, g), synapse_word(tile, a, g));
    }
  }
  write_state(initial_state(tile));
}

void SpikeCoreDriver::clear_overflow() {
  write_word(ConfigSelect::kControl, 0, control_word(tile_));
  port_.cycle();  // takes effect
  port_.cycle();  // shows
}

void SpikeCoreDriver::write_state(const std::vector<NeuronState>& state) {
  for (std::int32_t t = 0; t < tile_.tokens; ++t) {
    for (std::int32_t g = 0; g < tile_.groups(); ++g) {
      write_word(ConfigSelect::kState, word_address(t, g), state_word(tile_, state, t, g));
    }
  }
  port_.cycle();  // the last write takes effect
}

std::vector<NeuronState> SpikeCoreDriver::read_state() {
  std::vector<NeuronState> state(static_cast<std::size_t>(tile_.tokens) * static_cast<std::size_t>(tile_.neurons));
  for (std::int32_t t = 0; t < tile_.tokens; ++t) {
    for (std::int32_t g = 0; g < tile_.groups(); ++g) {
      unpack_state_word(tile_, read_state_word(word_address(t, g)), t, g, state);
    }
  }
  return state;
}

void SpikeCoreDriver::run_until_idle() {
  for (std::int64_t i = 0; i < kHangCycles; ++i) {
    port_.cycle();
    if (!port_.out.busy) return;
  }
  throw std::logic_error("rv_spike_core does not become idle");
}

std::int64_t SpikeCoreDriver::send(const CoreEvent& event) {
  SpikeCorePort::Inputs& in = port_.in;
  in.event_valid = true;
  in.event_direct = event.direct;
  in.event_token = event.token;
  in.event_channel = event.channel;
  in.event_payload = event.payload;
  port_.cycle();
  in.event_valid = false;
  if (!port_.out.event_ready) throw std::logic_error("rv_spike_core refuses an event while idle");
  const std::uint32_t before = port_.out.busy_cycles;
  run_until_idle();
  return port_.out.busy_cycles - before;
}

std::int64_t SpikeCoreDriver::send_train(const std::vector<CoreEvent>& events) {
  SpikeCorePort::Inputs& in = port_.in;
  port_.cycle();
  const std::uint32_t before = port_.out.busy_cycles;
  for (const CoreEvent& event : events) {
    in.event_valid = true;
    in.event_direct = event.direct;
    in.event_token = event.token;
    in.event_channel = event.channel;
    in.event_payload = event.payload;
    for (std::int64_t i = 0;; ++i) {
      port_.cycle();
      if (port_.out.event_ready) break;
      if (i > kHangCycles) throw std::logic_error("rv_spike_core does not take an event");
    }
  }
  in.event_valid = false;
  run_until_idle();
  return port_.out.busy_cycles - before;
}

std::int64_t SpikeCoreDriver::tick(std::vector<TimedSpike>& out) {
  SpikeCorePort::Inputs& in = port_.in;
  in.tick_valid = true;
  in.spike_ready = true;
  port_.cycle();
  in.tick_valid = false;
  if (!port_.out.tick_ready) throw std::logic_error("rv_spike_core refuses a tick while idle");
  for (std::int64_t cycle = 1; cycle < kHangCycles; ++cycle) {
    port_.cycle();
    const SpikeCorePort::Outputs& o = port_.out;
    if (!o.busy) return cycle - 1;
    if (o.spike_valid) out.push_back({{o.spike_token, o.spike_neuron, o.spike_payload}, cycle});
  }
  throw std::logic_error("rv_spike_core does not end its scan");
}

}  // namespace ranvier::rtl
