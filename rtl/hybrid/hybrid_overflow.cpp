// SPDX-License-Identifier: Apache-2.0
#include "rtl/hybrid/hybrid_overflow.h"

#include <fmt/format.h>

namespace ranvier::rtl {
namespace {

constexpr std::int32_t kEvents = 6;
constexpr std::int32_t kNearTheEnd = 2000;
constexpr std::int32_t kPayloadBits = 24, kCodeBits = 9, kSumBits = 32, kMappedBits = 16;

bool leaves(std::int64_t value, std::int32_t bits) {
  const std::int64_t most = std::int64_t{1} << (bits - 1);
  return value < -most || value >= most;
}

std::size_t at(std::int32_t i) { return static_cast<std::size_t>(i); }

std::int32_t lane_of_word(const HybridWord& word, std::int32_t lane) {
  std::uint32_t raw = 0;
  for (std::int32_t bit = 0; bit < kCodeBits; ++bit) {
    const std::int32_t from = lane * kCodeBits + bit;
    raw |= (word[at(from / 32)] >> (from % 32) & 1u) << bit;
  }
  return static_cast<std::int32_t>(raw << (32 - kCodeBits)) >> (32 - kCodeBits);
}

std::int32_t random_code(Draws& draws) { return draws.between(kHybridPayloadMin, kHybridPayloadMax); }

/// Just within `bits`; `beyond`: just outside.
std::int32_t near_the_end(Draws& draws, std::int32_t bits, bool beyond) {
  const std::int64_t off = draws.between(0, draws.chance(128) ? 20 : kNearTheEnd), end = std::int64_t{1} << (bits - 1);
  const std::int64_t least = beyond ? end + off : end - 1 - off;
  return static_cast<std::int32_t>(draws.chance(128) ? least : -1 - least);
}

/// Looked up in the table; `beyond`: out of its range, but with an index whose low bits are those of an entry, so that
/// nothing is looked up that was not loaded.
std::int32_t near_the_table(const HybridTile& tile, Draws& draws, bool beyond) {
  const std::int32_t index = draws.between(0, static_cast<std::int32_t>(tile.table.size()) - 1);
  const std::int32_t ranges = draws.between(1, draws.chance(128) ? 1 : 1 << 20);
  return tile.first_code + index + (beyond ? kHybridLimits.table * (draws.chance(128) ? ranges : -ranges) : 0);
}

/// Sums at the ends of `bits`; of fewer than 32, one may be beyond.
HybridState extreme_state(const HybridTile& tile, Draws& draws, std::int32_t bits) {
  HybridState state = initial_state(tile);
  const auto extreme = [&](bool beyond) {
    return tile.map == HybridMap::kTable ? near_the_table(tile, draws, beyond) : near_the_end(draws, bits, beyond);
  };
  for (std::int32_t& sum : state.sums) sum = extreme(false);
  if ((bits < kSumBits || tile.map == HybridMap::kTable) && draws.chance(128))
    state.sums[at(draws.between(0, static_cast<std::int32_t>(state.sums.size()) - 1))] = extreme(true);
  for (std::int16_t& code : state.inputs) code = static_cast<std::int16_t>(random_code(draws));
  for (std::size_t i = 0; i < state.operands.size(); ++i) {
    const auto word = static_cast<std::int32_t>(i) % tile.words();
    std::vector<std::int32_t> codes(at(tile.outputs()));
    for (std::int32_t& code : codes) code = random_code(draws);
    state.operands[i] = lanes_word(tile, codes.data(), word, kCodeBits);
  }
  return state;
}

HybridEvent extreme_event(const HybridTile& tile, Draws& draws) {
  HybridEvent e;
  e.token = draws.between(0, tile.tokens - 1);
  const bool elements = tile.events == HybridEvents::kElements;
  if (elements || draws.chance(64)) {
    e.port = elements ? draws.between(0, static_cast<std::int32_t>(tile.gain.size()) - 1) : kDirectPort;
    const std::int32_t output = draws.between(0, tile.outputs() - 1);
    e.channel = elements ? output : tile.lane_of(output);
    const std::int32_t most = draws.chance(128) ? 1000 : (1 << (kPayloadBits - 1)) - 1;
    e.payload = draws.between(-most - 1, most);
    return e;
  }
  e.port = tile.events == HybridEvents::kProduct ? draws.between(0, 1) : 0;
  if (e.port == 1) e.token = draws.between(0, tile.keys - 1);
  e.channel = draws.between(0, static_cast<std::int32_t>(tile.axons[e.port].size()) - 1);
  e.payload = random_code(draws);
  return e;
}

/// An element event, or a partial sum.
bool element_leaves(const HybridTile& tile, const HybridState& state, const HybridEvent& e) {
  const bool direct = e.port == kDirectPort;
  const std::int64_t gain = direct ? 1 : tile.gain[at(e.port)];
  const std::int64_t product = gain * e.payload;
  const std::int32_t output = direct ? tile.output_at(e.channel) : e.channel;
  const std::int64_t kept = static_cast<std::int32_t>(static_cast<std::uint32_t>(product) << 8) >> 8;
  return leaves(product, kPayloadBits) || leaves(kept + state.sums[at(e.token * tile.outputs() + output)], kSumBits);
}

bool row_leaves(const HybridTile& tile, const HybridState& state, const HybridEvent& e) {
  const AxonEntry& axon = tile.axons[0][at(e.channel)];
  if (tile.keeps() && leaves(e.payload + state.inputs[at(e.token * codes_of(tile) + axon.code)], kCodeBits))
    return true;
  if (tile.dense) return false;
  const auto& operands = tile.events == HybridEvents::kProduct ? state.operands : tile.operands;
  for (std::int32_t value = 0; value < tile.values; ++value) {
    const std::int32_t lane = axon.output + value;
    const std::int32_t weight =
        lane_of_word(operands[at(axon.row * tile.words() + lane / kHybridLanes)], lane % kHybridLanes);
    const std::int64_t sum = state.sums[at(e.token * tile.outputs() + tile.output_at(lane))];
    if (leaves(sum + std::int64_t{e.payload} * weight, kSumBits)) return true;
  }
  return false;
}

bool column_leaves(const HybridTile& tile, const HybridState& state, const HybridEvent& e) {
  const AxonEntry& axon = tile.axons[1][at(e.channel)];
  const std::int32_t key = e.token;
  const std::int32_t row = axon.row + (tile.key_to_row ? key : 0), code = axon.code + (tile.key_to_row ? key : 0);
  const std::int32_t lane = axon.output + (tile.key_to_row ? 0 : key);
  const HybridWord& word = state.operands[at(row * tile.words() + lane / kHybridLanes)];
  if (leaves(e.payload + lane_of_word(word, lane % kHybridLanes), kCodeBits)) return true;
  for (std::int32_t token = 0; token < tile.tokens && !tile.dense; ++token) {
    const std::int64_t factor = state.inputs[at(token * codes_of(tile) + code)];
    if (leaves(state.sums[at(token * tile.outputs() + tile.output_at(lane))] + e.payload * factor, kSumBits))
      return true;
  }
  return false;
}

bool event_leaves(const HybridTile& tile, const HybridState& state, const HybridEvent& e) {
  if (tile.events == HybridEvents::kElements || e.port == kDirectPort) return element_leaves(tile, state, e);
  return e.port == 1 ? column_leaves(tile, state, e) : row_leaves(tile, state, e);
}

/// Of a tick that is not dense.
bool tick_leaves(const HybridTile& tile, const HybridState& state) {
  for (std::size_t i = 0; i < state.sums.size(); ++i) {
    const std::int64_t x = state.sums[i];
    switch (tile.map) {
      case HybridMap::kTable:
        if (x - tile.first_code < 0 || x - tile.first_code > 511) return true;
        break;
      case HybridMap::kLayerNorm:
      case HybridMap::kAffine:
      case HybridMap::kStatistics:
      case HybridMap::kCutNorm:
        if (leaves(x, kMappedBits)) return true;
        break;
      case HybridMap::kSoftmax:
        break;
      case HybridMap::kNone:
        if (tile.encoder == HybridEncoder::kDifference && leaves(x, kPayloadBits)) return true;
        if (tile.encoder == HybridEncoder::kStBif) {
          const std::int64_t theta = tile.theta[i % tile.theta.size()];
          if (leaves(x + theta / 2 - theta * state.codes[i], kSumBits)) return true;
        }
        break;
    }
  }
  return false;
}

}  // namespace

std::string overflow_difference(HybridDriver& driver, Draws& draws, Bins& bins) {
  const HybridTile tile = driver.tile();
  HybridState state;
  const auto restart = [&](std::int32_t bits) {
    state = extreme_state(tile, draws, bits);
    driver.write_state(state);
    driver.clear_overflow();
    return !driver.overflow();
  };
  for (std::int32_t i = 0; i < kEvents; ++i) {
    if (!restart(kSumBits)) return "high after the control word was written";
    const HybridEvent e = extreme_event(tile, draws);
    const bool expected = event_leaves(tile, state, e);
    driver.send(e);
    if (driver.overflow() != expected)
      return fmt::format("{} after event (port {}, token {}, channel {}, payload {})",
                         driver.overflow() ? "high" : "low", e.port, e.token, e.channel, e.payload);
    ++bins[expected ? "an event's value leaves its width" : "an event's value stays within its width"];
  }
  if (tile.dense) return {};
  const bool mapped = normalises(tile.map) || tile.map == HybridMap::kStatistics;
  const bool differs = tile.encoder == HybridEncoder::kDifference;
  if (!restart(mapped ? kMappedBits : differs ? kPayloadBits : kSumBits))
    return "high after the control word was written";
  const bool expected = tick_leaves(tile, state);
  std::vector<HybridDriver::TimedSpike> ignored;
  driver.tick(ignored);
  if (driver.overflow() != expected) return driver.overflow() ? "high after a tick" : "low after a tick";
  ++bins[expected ? "a tick's value leaves its width" : "a tick's values stay within their widths"];
  return {};
}

}  // namespace ranvier::rtl
