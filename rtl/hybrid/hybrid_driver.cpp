// SPDX-License-Identifier: Apache-2.0
#include "rtl/hybrid/hybrid_driver.h"

#include <stdexcept>

namespace ranvier::rtl {
namespace {

// Longer than any scan: dense products of the largest tile.
constexpr std::int64_t kHangCycles = 64LL * 16 * 600;

std::int32_t word_address(std::int32_t row, std::int32_t word) { return row * 16 + word; }

}  // namespace

HybridDriver::HybridDriver(HybridCorePort& port) : port_(port) { reset(); }

void HybridDriver::reset() {
  port_.in = {};
  port_.in.reset = true;
  port_.cycle();
  port_.cycle();
  port_.in.reset = false;
  port_.cycle();
}

void HybridDriver::write_word(HybridSelect select, std::int32_t address, const HybridWord& word) {
  HybridCorePort::Inputs& in = port_.in;
  in.config_valid = true;
  in.config_write = true;
  in.config_select = select;
  in.config_address = static_cast<std::uint32_t>(address);
  in.config_data = word;
  port_.cycle();
  in.config_valid = false;
  if (!port_.out.config_ready) throw std::logic_error("rv_hybrid_core configured while busy");
}

HybridWord HybridDriver::read_word(HybridSelect select, std::int32_t address) {
  HybridCorePort::Inputs& in = port_.in;
  in.config_valid = true;
  in.config_write = false;
  in.config_select = select;
  in.config_address = static_cast<std::uint32_t>(address);
  port_.cycle();
  in.config_valid = false;
  if (!port_.out.config_ready) throw std::logic_error("rv_hybrid_core read while busy");
  port_.cycle();
  port_.cycle();
  if (!port_.out.config_read_valid) throw std::logic_error("rv_hybrid_core did not answer a read");
  return port_.out.config_read_data;
}

void HybridDriver::load(const HybridTile& tile) {
  tile_ = tile;
  write_word(HybridSelect::kControl, 0, control_word(tile));
  for (std::size_t port = 0; port < 2; ++port) {
    for (std::size_t c = 0; c < tile.axons[port].size(); ++c)
      write_word(HybridSelect::kAxons, static_cast<std::int32_t>(port * 256 + c), axon_word(tile.axons[port][c]));
  }
  for (std::size_t i = 0; i < tile.table.size(); ++i)
    write_word(HybridSelect::kMap, static_cast<std::int32_t>(i), {static_cast<std::uint32_t>(tile.table[i])});
  for (std::int32_t w = 0; w < tile.words(); ++w) {
    if (!tile.theta.empty()) write_word(HybridSelect::kThresholds, w, lanes_word(tile, tile.theta.data(), w, 24, 2));
  }
  const bool by_channel = normalises(tile.map);
  const std::int32_t width = by_channel ? 1 : tile.words();
  for (std::size_t i = 0; i < tile.operands.size(); ++i) {
    const auto at = static_cast<std::int32_t>(i);
    write_word(HybridSelect::kOperands, word_address(at / width, at % width), tile.operands[i]);
  }
  write_state(initial_state(tile));
}

void HybridDriver::clear_overflow() {
  write_word(HybridSelect::kControl, 0, control_word(tile_));
  port_.cycle();  // takes effect
  port_.cycle();  // shows
}

void HybridDriver::write_state(const HybridState& state) {
  const std::int32_t outputs = tile_.outputs(), words = tile_.words(), codes = codes_of(tile_);
  for (std::int32_t t = 0; t < tile_.tokens; ++t) {
    for (std::int32_t w = 0; w < words; ++w) {
      write_word(HybridSelect::kSums, word_address(t, w),
                 lanes_word(tile_, &state.sums[static_cast<std::size_t>(t * outputs)], w, 32));
      write_word(HybridSelect::kCodes, word_address(t, w),
                 lanes_word(tile_, &state.codes[static_cast<std::size_t>(t * outputs)], w, 24));
    }
    if (!state.row_sums.empty()) {
      HybridWord sums{};
      for (std::int32_t d = 0; d < kStatisticsLanes; ++d)
        sums[static_cast<std::size_t>(d)] =
            static_cast<std::uint32_t>(state.row_sums[static_cast<std::size_t>(t * kStatisticsLanes + d)]);
      write_word(HybridSelect::kSums, word_address(t, words), sums);
    }
    for (std::int32_t c = 0; c < codes; ++c) {
      const auto code = static_cast<std::uint32_t>(state.inputs[static_cast<std::size_t>(t * codes + c)]) & 0x1ffu;
      write_word(HybridSelect::kInputs, t * 256 + c, {code});
    }
  }
  for (std::size_t i = 0; i < state.operands.size(); ++i) {
    const auto at = static_cast<std::int32_t>(i);
    write_word(HybridSelect::kOperands, word_address(at / words, at % words), state.operands[i]);
  }
  port_.cycle();  // the last write takes effect
}

HybridState HybridDriver::read_state() {
  HybridState state = initial_state(tile_);
  const std::int32_t outputs = tile_.outputs(), words = tile_.words(), codes = codes_of(tile_);
  for (std::int32_t t = 0; t < tile_.tokens; ++t) {
    for (std::int32_t w = 0; w < words; ++w) {
      const std::int32_t at = word_address(t, w);
      unpack_lanes(tile_, read_word(HybridSelect::kSums, at), w, 32,
                   &state.sums[static_cast<std::size_t>(t * outputs)]);
      unpack_lanes(tile_, read_word(HybridSelect::kCodes, at), w, 24,
                   &state.codes[static_cast<std::size_t>(t * outputs)]);
    }
    if (!state.row_sums.empty()) {
      const HybridWord sums = read_word(HybridSelect::kSums, word_address(t, words));
      for (std::int32_t d = 0; d < kStatisticsLanes; ++d)
        state.row_sums[static_cast<std::size_t>(t * kStatisticsLanes + d)] =
            static_cast<std::int32_t>(sums[static_cast<std::size_t>(d)]);
    }
    for (std::int32_t c = 0; c < codes; ++c) {
      const std::uint32_t raw = read_word(HybridSelect::kInputs, t * 256 + c)[0];
      state.inputs[static_cast<std::size_t>(t * codes + c)] =
          static_cast<std::int16_t>(static_cast<std::int32_t>(raw << 23) >> 23);
    }
  }
  for (std::size_t i = 0; i < state.operands.size(); ++i) {
    const auto at = static_cast<std::int32_t>(i);
    state.operands[i] = read_word(HybridSelect::kOperands, word_address(at / words, at % words));
  }
  return state;
}

void HybridDriver::run_until_idle() {
  for (std::int64_t n = 0; n < kHangCycles;) {
    n += port_.run(kHangCycles);
    if (!port_.out.busy) return;
  }
  throw std::logic_error("rv_hybrid_core does not become idle");
}

void HybridDriver::offer(const HybridEvent& event) {
  HybridCorePort::Inputs& in = port_.in;
  in.event_valid = true;
  in.event_port = event.port;
  in.event_token = event.token;
  in.event_channel = event.channel;
  in.event_payload = event.payload;
}

std::int64_t HybridDriver::send(const HybridEvent& event) {
  offer(event);
  port_.cycle();
  port_.in.event_valid = false;
  if (!port_.out.event_ready) throw std::logic_error("rv_hybrid_core refuses an event while idle");
  const std::uint32_t before = port_.out.busy_cycles;
  run_until_idle();
  return port_.out.busy_cycles - before;
}

std::int64_t HybridDriver::send_train(const std::vector<HybridEvent>& events) {
  port_.cycle();
  const std::uint32_t before = port_.out.busy_cycles;
  for (const HybridEvent& event : events) {
    offer(event);
    for (std::int64_t i = 0;; ++i) {
      port_.cycle();
      if (port_.out.event_ready) break;
      if (i > kHangCycles) throw std::logic_error("rv_hybrid_core does not take an event");
    }
  }
  port_.in.event_valid = false;
  run_until_idle();
  return port_.out.busy_cycles - before;
}

std::int64_t HybridDriver::tick(std::vector<TimedSpike>& out) {
  port_.in.tick_valid = true;
  port_.in.tick_dry = false;
  port_.in.spike_ready = true;
  port_.cycle();
  port_.in.tick_valid = false;
  if (!port_.out.tick_ready) throw std::logic_error("rv_hybrid_core refuses a tick while idle");
  for (std::int64_t cycle = 0; cycle < kHangCycles;) {
    cycle += port_.run(kHangCycles);
    const HybridCorePort::Outputs& o = port_.out;
    if (!o.busy) return cycle - 1;
    if (o.spike_valid) out.push_back({{o.spike_token, tile_.output_at(o.spike_output), o.spike_payload}, cycle});
  }
  throw std::logic_error("rv_hybrid_core does not end its scan");
}

bool HybridDriver::restless() {
  port_.in.tick_valid = true;
  port_.in.tick_dry = true;
  port_.cycle();
  port_.in.tick_valid = false;
  if (!port_.out.tick_ready) throw std::logic_error("rv_hybrid_core refuses a tick while idle");
  run_until_idle();
  return port_.out.restless;
}

}  // namespace ranvier::rtl
