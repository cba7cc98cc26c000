// SPDX-License-Identifier: Apache-2.0
#include "rtl/stimulus.h"

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

}  // namespace

std::uint64_t Draws::bits() { return random_u64(seed_, stream_, count_++); }

std::int32_t Draws::between(std::int32_t least, std::int32_t most) {
  const auto width = static_cast<std::uint64_t>(most - least) + 1;
  return least + static_cast<std::int32_t>(((bits() >> 32) * width) >> 32);
}

CoreTile random_tile(Draws& draws) {
  constexpr std::array<std::array<std::int32_t, 2>, 8> kBounds{
      {{-1, 1}, {0, 1}, {-1, 0}, {0, 15}, {-8, 7}, {-3, 2}, {-128, 127}, {0, 255}}};
  CoreTile tile;
  tile.neurons = random_size(draws, kCoreLimits.neurons);
  tile.axons = random_size(draws, kCoreLimits.axons);
  tile.tokens = random_size(draws, kCoreLimits.tokens);
  if (draws.chance(24)) {  // one state word: read and written by every event and scan
    tile.neurons = draws.between(1, kCoreLimits.lanes);
    tile.tokens = 1;
  }
  tile.graded = draws.chance(128);
  const auto& bounds = kBounds[static_cast<std::size_t>(draws.between(0, 7))];
  tile.lo = bounds[0];
  tile.hi = bounds[1];
  // Small weights and thresholds make ties; large ones use all bits.
  const std::int32_t weight_most = draws.chance(128) ? 127 : 2;
  const std::int32_t half_threshold_most = draws.chance(96) ? 2 : draws.chance(224) ? 2000 : kThresholdMax / 2;
  for (std::int32_t i = 0; i < tile.axons * tile.neurons; ++i) {
    tile.weight.push_back(static_cast<std::int8_t>(draws.between(-weight_most - 1, weight_most)));
  }
  for (std::int32_t n = 0; n < tile.neurons; ++n) {
    tile.threshold.push_back(draws.chance(8) ? half_threshold_most * 2 : 2 * draws.between(1, half_threshold_most));
  }
  const std::int32_t bias_most = draws.chance(64) ? (1 << 20) : draws.chance(128) ? 3000 : 4;
  for (std::int32_t t = 0; t < tile.tokens; ++t) {
    for (const std::int32_t threshold : tile.threshold) {
      tile.potential.push_back(threshold / 2 + draws.between(-bias_most, bias_most));
    }
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
    event.token = draws.between(0, tile.tokens - 1);
    event.channel = draws.between(0, (event.direct ? tile.neurons : tile.axons) - 1);
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
