// SPDX-License-Identifier: Apache-2.0
#include "rtl/plastic/plastic_driver.h"

#include <stdexcept>

namespace ranvier::rtl {
namespace {

// Longer than any step: every group fires all lanes and learns.
constexpr std::int64_t kHangCycles = std::int64_t{2} * kPlasticNeurons * kPlasticAxons;

}  // namespace

PlasticDriver::PlasticDriver(PlasticCorePort& port) : port_(port) { reset(); }

void PlasticDriver::reset() {
  port_.in = {};
  port_.in.reset = true;
  port_.cycle();
  port_.cycle();
  port_.in.reset = false;
  port_.cycle();
}

void PlasticDriver::write_word(PlasticMemory memory, std::uint32_t address, const PlasticWord& word) {
  PlasticCorePort::Inputs& in = port_.in;
  in.config_valid = true;
  in.config_write = true;
  in.config_select = memory;
  in.config_address = address;
  in.config_data = word;
  port_.cycle();
  in.config_valid = false;
  if (!port_.out.config_ready) throw std::logic_error("rv_plastic_core configured while busy");
}

PlasticWord PlasticDriver::read_word(PlasticMemory memory, std::uint32_t address) {
  PlasticCorePort::Inputs& in = port_.in;
  in.config_valid = true;
  in.config_write = false;
  in.config_select = memory;
  in.config_address = address;
  port_.cycle();
  in.config_valid = false;
  if (!port_.out.config_ready) throw std::logic_error("rv_plastic_core read while busy");
  port_.cycle();
  port_.cycle();
  if (!port_.out.config_read_valid) throw std::logic_error("rv_plastic_core did not answer a read");
  return port_.out.config_read_data;
}

void PlasticDriver::load(const PlasticTile& tile) {
  tile_ = tile;
  write_word(PlasticMemory::kControl, 0, control_word(tile));
  for (std::int32_t g = 0; g < tile.groups(); ++g) {
    write_word(PlasticMemory::kThresholds, static_cast<std::uint32_t>(g), threshold_word(tile, g));
  }
  write_state(initial_state(tile));
}

void PlasticDriver::write_state(const PlasticState& state) {
  for (std::int32_t g = 0; g < tile_.groups(); ++g) {
    write_word(PlasticMemory::kState, static_cast<std::uint32_t>(g), state_word(tile_, state, g));
    for (std::int32_t a = 0; a < tile_.axons; ++a) {
      write_word(PlasticMemory::kWeights, weight_address(a, g), weight_word(tile_, state, a, g));
    }
  }
  for (std::int32_t a = 0; a < tile_.axons; ++a) {
    write_word(PlasticMemory::kPre, static_cast<std::uint32_t>(a), pre_word(state, a));
  }
  port_.cycle();  // the last write takes effect
}

PlasticState PlasticDriver::read_state() {
  PlasticState state = initial_state(tile_);
  for (std::int32_t g = 0; g < tile_.groups(); ++g) {
    unpack_state_word(tile_, read_word(PlasticMemory::kState, static_cast<std::uint32_t>(g)), g, state);
    for (std::int32_t a = 0; a < tile_.axons; ++a) {
      unpack_weight_word(tile_, read_word(PlasticMemory::kWeights, weight_address(a, g)), a, g, state);
    }
  }
  for (std::int32_t a = 0; a < tile_.axons; ++a) {
    const PlasticWord word = read_word(PlasticMemory::kPre, static_cast<std::uint32_t>(a));
    state.pre[static_cast<std::size_t>(a)] = static_cast<std::int32_t>(word[0] & 0xffffu);
  }
  return state;
}

void PlasticDriver::run_until_idle() {
  for (std::int64_t i = 0; i < kHangCycles; ++i) {
    port_.cycle();
    if (!port_.out.busy) return;
  }
  throw std::logic_error("rv_plastic_core does not become idle");
}

std::int64_t PlasticDriver::send(const std::vector<PlasticEvent>& events) {
  PlasticCorePort::Inputs& in = port_.in;
  port_.cycle();
  const std::uint32_t before = port_.out.busy_cycles;
  for (const PlasticEvent& event : events) {
    in.event_valid = true;
    in.event = event;
    for (std::int64_t i = 0;; ++i) {
      port_.cycle();
      if (port_.out.event_ready) break;
      if (i > kHangCycles) throw std::logic_error("rv_plastic_core does not take an event");
    }
  }
  in.event_valid = false;
  run_until_idle();
  return port_.out.busy_cycles - before;
}

std::int64_t PlasticDriver::tick(std::vector<std::int32_t>& spikes) {
  PlasticCorePort::Inputs& in = port_.in;
  spikes.clear();
  in.tick_valid = true;
  in.spike_ready = true;
  port_.cycle();
  in.tick_valid = false;
  if (!port_.out.tick_ready) throw std::logic_error("rv_plastic_core refuses a tick while idle");
  for (std::int64_t cycle = 1; cycle < kHangCycles; ++cycle) {
    port_.cycle();
    if (!port_.out.busy) return cycle - 1;
    if (port_.out.spike_valid) spikes.push_back(port_.out.spike_neuron);
  }
  throw std::logic_error("rv_plastic_core does not end its step");
}

}  // namespace ranvier::rtl
