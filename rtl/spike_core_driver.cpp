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

void SpikeCoreDriver::load(const CoreTile& tile) {
  tile_ = tile;
  write_word(ConfigSelect::kControl, 0, control_word(tile));
  for (std::uint32_t r = 1; r <= 3; ++r) write_word(ConfigSelect::kControl, r, register_word(tile, r));
  for (std::int32_t g = 0; g < tile.groups(); ++g) {
    write_word(ConfigSelect::kThresholds, word_address(0, g, tile.limits), threshold_word(tile, g));
    write_word(ConfigSelect::kBiases, word_address(0, g, tile.limits), bias_word(tile, g));
    for (std::int32_t a = 0; a < tile.axons; ++a) {
      write_word(ConfigSelect::kSynapses, word_address(a, g, tile.limits), synapse_word(tile, a, g));
    }
  }
  const auto rows = static_cast<std::int32_t>(tile.word_weight.size()) / tile.limits.lanes;
  for (std::int32_t w = 0; w < rows; ++w)
    write_word(ConfigSelect::kSynapses, static_cast<std::uint32_t>(w), listed_weights(tile, w));
  for (std::size_t a = 0; a < tile.lists.size(); ++a)
    write_word(ConfigSelect::kAxonTable, static_cast<std::uint32_t>(a), axon_word(tile, static_cast<std::int32_t>(a)));
  for (std::size_t e = 0; e < tile.entries.size(); ++e)
    write_word(ConfigSelect::kLists, static_cast<std::uint32_t>(e), entry_word(tile, static_cast<std::int32_t>(e)));
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
      write_word(ConfigSelect::kState, word_address(t, g, tile_.limits), state_word(tile_, state, t, g));
      for (int half = 0; half < 2 && tile_.kind != CoreNeuron::kStBif; ++half) {
        write_word(ConfigSelect::kDynamics, dynamics_address(tile_, t, g, half),
                   dynamics_word(tile_, state, t, g, half));
      }
    }
  }
  port_.cycle();  // the last write takes effect
}

std::vector<NeuronState> SpikeCoreDriver::read_state() {
  std::vector<NeuronState> state(static_cast<std::size_t>(tile_.tokens) * static_cast<std::size_t>(tile_.neurons));
  read_words(
      ConfigSelect::kState, [&](std::int32_t t, std::int32_t g) { return word_address(t, g, tile_.limits); },
      [&](std::int32_t t, std::int32_t g, const ConfigWord& w) { unpack_state_word(tile_, w, t, g, state); });
  for (int half = 0; half < 2 && tile_.kind != CoreNeuron::kStBif; ++half) {
    read_words(
        ConfigSelect::kDynamics, [&](std::int32_t t, std::int32_t g) { return dynamics_address(tile_, t, g, half); },
        [&](std::int32_t t, std::int32_t g, const ConfigWord& w) {
          unpack_dynamics_word(tile_, w, t, g, half, state);
        });
  }
  return state;
}

template <class Address, class Take>
void SpikeCoreDriver::read_words(ConfigSelect select, Address address, Take take) {
  SpikeCorePort::Inputs& in = port_.in;
  const std::int32_t groups = tile_.groups();
  const std::int32_t words = tile_.words();
  in.config_write = false;
  in.config_select = select;
  std::int32_t taken = 0;
  for (std::int32_t i = 0; taken < words; ++i) {
    in.config_valid = i < words;
    if (i < words) in.config_address = address(i / groups, i % groups);
    port_.cycle();
    if (in.config_valid && !port_.out.config_ready) throw std::logic_error("rv_spike_core read while busy");
    if (i >= words + 2) throw std::logic_error("rv_spike_core did not answer a read");
    if (!port_.out.config_read_valid) continue;
    take(taken / groups, taken % groups, port_.out.config_read_data);
    ++taken;
  }
  in.config_valid = false;
}

void SpikeCoreDriver::run_until_idle() {
  for (std::int64_t n = 0; n < kHangCycles;) {
    n += port_.run(kHangCycles);
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
  for (std::int64_t cycle = 0; cycle < kHangCycles;) {
    cycle += port_.run(kHangCycles);
    const SpikeCorePort::Outputs& o = port_.out;
    if (!o.busy) return cycle - 1;
    if (o.spike_valid) out.push_back({{o.spike_token, o.spike_neuron, o.spike_payload}, cycle});
  }
  throw std::logic_error("rv_spike_core does not end its scan");
}

}  // namespace ranvier::rtl
