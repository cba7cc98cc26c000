// SPDX-License-Identifier: Apache-2.0
#include "rtl/adapter/foreign_stimulus.h"

#include <algorithm>
#include <array>

namespace ranvier::rtl {
namespace {

/// The edges as often as all in between, small ones more often than large ones, so that seeds stay short.
std::int32_t random_size(Draws& draws, std::int32_t most) {
  switch (draws.between(0, 7)) {
    case 0:
      return 1;
    case 1:
      return most;
    case 2:
      return draws.between(1, most);
    default:
      return draws.between(1, std::max(1, most / 8));
  }
}

/// The largest potential of the core and of the golden model, which has 24 bits.
std::int64_t limit_of(const ranvier_core_info& info) {
  return (std::int64_t{1} << (std::min(info.potential_bits, 24) - 1)) - 1;
}

bool fits(const ranvier_core_info& info, const CoreTile& tile, const std::vector<NeuronState>& state,
          const CoreEvent& event) {
  const std::int64_t limit = limit_of(info);
  const NeuronState* row = state.data() + std::ptrdiff_t{event.token} * tile.neurons;
  auto within = [limit](std::int64_t v) { return v >= -limit && v <= limit; };
  if (event.direct) return within(std::int64_t{row[event.channel].potential} + event.payload);
  const std::int8_t* weight = tile.weight.data() + std::ptrdiff_t{event.channel} * tile.neurons;
  for (std::int32_t n = 0; n < tile.neurons; ++n) {
    if (!within(row[n].potential + std::int64_t{weight[n]} * event.payload)) return false;
  }
  return true;
}

}  // namespace

CoreTile random_tile_within(const ranvier_core_info& info, Draws& draws) {
  constexpr std::array<std::array<std::int32_t, 2>, 8> kBounds{
      {{-1, 1}, {0, 1}, {-1, 0}, {0, 15}, {-8, 7}, {-3, 2}, {-128, 127}, {0, 255}}};
  CoreTile tile;
  tile.neurons = random_size(draws, info.neurons);
  tile.axons = random_size(draws, info.axons);
  tile.tokens = random_size(draws, info.tokens);
  tile.graded = (info.features & RANVIER_CORE_GRADED) != 0 && draws.chance(128);
  const auto& bounds = kBounds[static_cast<std::size_t>(draws.between(0, 7))];
  tile.lo = std::max(bounds[0], -info.span);
  tile.hi = std::min(bounds[1], tile.lo + info.span);
  const std::int32_t widest = (1 << (info.weight_bits - 1)) - 1;
  const bool ties = draws.chance(96);  // few values, so that potentials often equal the threshold or 0
  const std::int32_t weight_most = ties || draws.chance(128) ? std::min(2, widest) : widest;
  // V = threshold / 2 + bias and one fire more must fit the potential.
  const auto threshold_most =
      static_cast<std::int32_t>(std::min<std::int64_t>(info.threshold_max, limit_of(info) / 4)) / 2;
  const std::int32_t half_most = std::min(ties ? 2 : draws.chance(224) ? 2000 : threshold_most, threshold_most);
  for (std::int32_t i = 0; i < tile.axons * tile.neurons; ++i) {
    tile.weight.push_back(static_cast<std::int8_t>(draws.between(-weight_most - 1, weight_most)));
  }
  for (std::int32_t n = 0; n < tile.neurons; ++n) {
    tile.threshold.push_back(draws.chance(8) ? half_most * 2 : 2 * draws.between(1, half_most));
  }
  const auto bias_limit = static_cast<std::int32_t>(limit_of(info) / 4);
  const std::int32_t bias_most = std::min(ties ? 4 : draws.chance(96) ? (1 << 20) : 3000, bias_limit);
  for (std::int32_t t = 0; t < tile.tokens; ++t) {
    for (const std::int32_t threshold : tile.threshold) {
      tile.potential.push_back(threshold / 2 + draws.between(-bias_most, bias_most));
    }
  }
  return tile;
}

ForeignTraffic foreign_traffic(const ranvier_core_info& info, Draws& draws) {
  constexpr std::array<std::int32_t, 4> kEvents{1, 4, 16, 64};
  ForeignTraffic traffic;
  traffic.most_events = kEvents[static_cast<std::size_t>(draws.between(0, 3))];
  traffic.direct_chance = (info.features & RANVIER_CORE_DIRECT) == 0 ? 0 : draws.chance(64) ? 128 : 8;
  traffic.hot_chance = draws.chance(64) ? 200 : 8;
  traffic.signs_only = draws.chance(128);
  return traffic;
}

bool random_event_within(const ranvier_core_info& info, const CoreTile& tile, const ForeignTraffic& traffic,
                         const std::vector<NeuronState>& state, Draws& draws, CoreEvent& event) {
  event = {};
  event.direct = draws.chance(traffic.direct_chance);
  if (!draws.chance(traffic.hot_chance)) {
    event.token = draws.between(0, tile.tokens - 1);
    event.channel = draws.between(0, (event.direct ? tile.neurons : tile.axons) - 1);
  }
  if (event.direct) {
    event.payload = draws.between(-5000, 5000);
  } else if (traffic.signs_only) {
    event.payload = draws.chance(128) ? 1 : -1;
  } else {
    event.payload = draws.chance(8)   ? info.payload_min
                    : draws.chance(8) ? info.payload_max
                                      : draws.between(info.payload_min, info.payload_max);
  }
  if (event.payload == 0) event.payload = 1;
  if (fits(info, tile, state, event)) return true;
  event.payload = event.direct ? -event.payload : std::clamp(-event.payload, info.payload_min, info.payload_max);
  return fits(info, tile, state, event);
}

}  // namespace ranvier::rtl
