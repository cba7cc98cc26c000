// SPDX-License-Identifier: Apache-2.0
#include "rtl/stimulus.h"

#include <algorithm>
#include <array>

#include "base/random.h"

namespace ranvier::rtl {
namespace {

/// A size: the edges as often as all in between, small ones more often than large ones, so that seeds stay short.
std::int32_t random_size(Draws& draws, std::int32_t most) {
  switch (draws.between(0, 7)) {
    case 0:
      return 1;
    case 1:
      return most;
    case 2:
      return draws.between(1, most);
    default:
      return draws.between(1, most / 8);
  }
}

/// Registers, thresholds, biases and first membranes of a kind other than ST-BIF; some values at their ends.
void draw_membranes(CoreTile& tile, Draws& draws) {
  NeuronRegisters& r = tile.registers;
  const auto decay = [&] {
    return draws.chance(64) ? 4096 : draws.chance(64) ? 0 : draws.chance(32) ? 4095 : draws.between(0, 4096);
  };
  r.current_decay = decay();
  r.voltage_decay = decay();
  r.refractory = draws.chance(160) ? 0 : draws.chance(16) ? 255 : draws.between(1, 5);
  r.subtract = draws.chance(128);
  const bool large = draws.chance(40);  // reaches the bounds of 32 bits
  r.shift = large ? draws.between(16, 31) : draws.between(0, 8);
  const std::int32_t most = large ? (1 << 30) : 1 << (6 + r.shift);
  for (std::int32_t n = 0; n < tile.neurons; ++n) {
    tile.threshold.push_back(draws.chance(16) ? 0 : draws.between(1, draws.chance(64) ? 40 : most));
    tile.bias.push_back(large ? draws.between(-most, most) : draws.chance(64) ? draws.between(-300, 300) : 0);
  }
  const auto contexts = static_cast<std::size_t>(tile.tokens) * static_cast<std::size_t>(tile.neurons);
  tile.potential.assign(contexts, 0);
  for (std::size_t i = 0; i < contexts; ++i)
    tile.membrane.push_back(large ? draws.between(-0x7fffffff / 2, 0x7fffffff / 2) : draws.between(-50, 50));
}

void draw_bursts(CoreTile& tile, Draws& draws) {
  NeuronRegisters& r = tile.registers;
  r.classic = draws.chance(64);
  r.pair = draws.chance(128);
  r.burst = draws.between(0, 4);
  r.halves = draws.between(0, 2);
  const std::int32_t half_most = draws.chance(96) ? 3 : draws.chance(200) ? 2000 : kThresholdMax / 2;
  const bool biased = draws.chance(128);
  for (std::int32_t n = 0; n < tile.neurons; ++n) {
    tile.threshold.push_back(2 * draws.between(1, half_most));
    tile.bias.push_back(biased ? draws.between(-3 * half_most, 3 * half_most) : 0);
  }
  tile.potential.assign(static_cast<std::size_t>(tile.tokens) * static_cast<std::size_t>(tile.neurons), 0);
}

/// Lists in place of rows: neighbouring entries of a list reach different words. Some axons share a list, some have
/// none.
void draw_lists(CoreTile& tile, Draws& draws, std::int32_t weight_most) {
  const CoreLimits& c = tile.limits;
  const std::int32_t rows = draws.chance(64) ? c.axons * c.neurons / c.lanes : draws.between(1, c.axons);
  const std::int32_t axons = draws.chance(32) ? c.sources : draws.between(1, 4 * tile.axons);
  const std::int32_t words = tile.words();
  const std::int32_t entries = draws.chance(64) ? c.list_entries : draws.between(1, c.list_entries / 8);
  const std::int32_t first_word = draws.between(0, words - 1);
  for (std::int32_t e = 0; e < entries; ++e) {
    const std::int32_t word = words == 1 ? 0 : (first_word + e + (draws.chance(128) && words > 2 ? e : 0)) % words;
    tile.entries.push_back({word / tile.groups(), word % tile.groups(), draws.between(0, (rows - 1) / 2)});
    if (e > 0 && words > 1) {  // the rule of neighbours
      const ListEntry& before = tile.entries[static_cast<std::size_t>(e) - 1];
      ListEntry& entry = tile.entries.back();
      if (before.token == entry.token && before.group == entry.group) {
        const std::int32_t other = (word + 1) % words;
        entry.token = other / tile.groups();
        entry.group = other % tile.groups();
      }
    }
  }
  for (std::int32_t a = 0; a < std::min(axons, c.sources); ++a) {
    AxonList list;
    list.base = draws.between(0, rows / 2);
    list.first = draws.between(0, entries - 1);
    list.count = words == 1 ? draws.between(0, 1) : std::min(entries - list.first, draws.between(0, 24));
    tile.lists.push_back(list);
  }
  tile.axons = 0;
  tile.weight.clear();
  const std::int32_t used =
      tile.neurons % c.lanes == 0 ? c.lanes : tile.neurons % c.lanes;  // lanes without a neuron: 0
  for (std::int32_t i = 0; i < rows * c.lanes; ++i)
    tile.word_weight.push_back(
        static_cast<std::int16_t>(i % c.lanes < used ? draws.between(-weight_most - 1, weight_most) : 0));
}

}  // namespace

std::uint64_t Draws::bits() { return random_u64(seed_, stream_, count_++); }

std::int32_t Draws::between(std::int32_t least, std::int32_t most) {
  const auto width = static_cast<std::uint64_t>(most - least) + 1;
  return least + static_cast<std::int32_t>(((bits() >> 32) * width) >> 32);
}

CoreTile random_tile(Draws& draws, const CoreLimits& limits) {
  constexpr std::array<std::array<std::int32_t, 2>, 8> kBounds{
      {{-1, 1}, {0, 1}, {-1, 0}, {0, 15}, {-8, 7}, {-3, 2}, {-128, 127}, {0, 255}}};
  CoreTile tile;
  tile.limits = limits;
  tile.neurons = random_size(draws, limits.neurons);
  tile.axons = random_size(draws, limits.axons);
  tile.tokens = random_size(draws, limits.tokens);
  if (draws.chance(24)) {  // one state word: read and written by every event and scan
    tile.neurons = draws.between(1, limits.lanes);
    tile.tokens = 1;
  }
  tile.kind = draws.chance(128) ? CoreNeuron::kStBif : static_cast<CoreNeuron>(draws.between(1, 3));
  tile.graded = draws.chance(128);
  const auto& bounds = kBounds[static_cast<std::size_t>(draws.between(0, 7))];
  if (tile.kind == CoreNeuron::kStBif) {
    tile.lo = bounds[0];
    tile.hi = bounds[1];
  }
  // Small weights and thresholds make ties; large ones use all bits.
  const bool wide = draws.chance(128);
  if (draws.chance(80)) {
    draw_lists(tile, draws, wide ? (1 << (limits.weight_bits - 1)) - 1 : 2);
  } else {
    const std::int32_t weight_most = wide ? 127 : 2;
    for (std::int32_t i = 0; i < tile.axons * tile.neurons; ++i)
      tile.weight.push_back(static_cast<std::int8_t>(draws.between(-weight_most - 1, weight_most)));
  }
  if (tile.kind == CoreNeuron::kBurst) {
    draw_bursts(tile, draws);
  } else if (tile.kind != CoreNeuron::kStBif) {
    draw_membranes(tile, draws);
  } else {
    const std::int32_t half_threshold_most = draws.chance(96) ? 2 : draws.chance(224) ? 2000 : kThresholdMax / 2;
    for (std::int32_t n = 0; n < tile.neurons; ++n)
      tile.threshold.push_back(draws.chance(8) ? half_threshold_most * 2 : 2 * draws.between(1, half_threshold_most));
    const std::int32_t bias_most = draws.chance(64) ? (1 << 20) : draws.chance(128) ? 3000 : 4;
    for (std::int32_t t = 0; t < tile.tokens; ++t)
      for (const std::int32_t threshold : tile.threshold)
        tile.potential.push_back(threshold / 2 + draws.between(-bias_most, bias_most));
  }
  return tile;
}

Traffic random_traffic(Draws& draws) {
  constexpr std::array<std::int32_t, 4> kChances{16, 96, 200, 256};
  auto chance = [&] { return kChances[static_cast<std::size_t>(draws.between(0, 3))]; };
  Traffic traffic;
  traffic.event_chance = chance();
  traffic.ready_chance = chance();
  traffic.direct_chance = draws.chance(64) ? 128 : 8;
  traffic.hot_chance = draws.chance(64) ? 200 : 8;
  traffic.tick_gap = draws.chance(128) ? 400 : 8;
  traffic.signs_only = draws.chance(80);
  return traffic;
}

CoreEvent random_event(const CoreTile& tile, const Traffic& traffic, Draws& draws) {
  CoreEvent event;
  event.direct = draws.chance(traffic.direct_chance);
  if (!draws.chance(traffic.hot_chance)) {
    if (tile.listed() && !event.direct) {
      event = listed_event(tile, draws.between(0, static_cast<std::int32_t>(tile.lists.size()) - 1), 0);
    } else {
      event.token = draws.between(0, tile.tokens - 1);
      event.channel = draws.between(0, (event.direct ? tile.neurons : tile.axons) - 1);
    }
  }
  if (event.direct) {
    // Rarely out of range on purpose: the overflow flag must rise.
    event.payload = draws.chance(2) ? draws.between(kPotentialMin, kPotentialMax) : draws.between(-5000, 5000);
  } else if (traffic.signs_only) {
    event.payload = draws.chance(128) ? 1 : -1;
  } else {
    event.payload = draws.chance(8)   ? kPayloadMin
                    : draws.chance(8) ? kPayloadMax
                                      : draws.between(kPayloadMin, kPayloadMax);
  }
  return event;
}

}  // namespace ranvier::rtl
