// SPDX-License-Identifier: Apache-2.0
#include "rtl/plastic/plastic_stimulus.h"

#include <algorithm>

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
      return draws.between(1, most / 8);
  }
}

StdpRule random_rule(Draws& draws) {
  StdpRule rule;
  rule.learn = !draws.chance(24);
  rule.nearest = draws.chance(96);
  rule.pre_decay = draws.between(0, draws.chance(128) ? 5 : 15);
  rule.post_decay = draws.between(0, draws.chance(128) ? 5 : 15);
  rule.pre_bump = draws.chance(64) ? kTraceMax : draws.between(0, draws.chance(128) ? 4096 : kTraceMax);
  rule.post_bump = draws.chance(64) ? kTraceMax : draws.between(0, draws.chance(128) ? 4096 : kTraceMax);
  // Changes from a few 256ths to whole bounds: gain times trace has 24 bits, a weight 16.
  rule.depress_gain = draws.chance(16) ? 255 : draws.between(0, draws.chance(128) ? 8 : 255);
  rule.potentiate_gain = draws.chance(16) ? 255 : draws.between(0, draws.chance(128) ? 8 : 255);
  rule.depress_shift = draws.chance(8) ? 31 : draws.between(0, 16);
  rule.potentiate_shift = draws.chance(8) ? 31 : draws.between(0, 16);
  rule.weight_min = draws.chance(96) ? 0 : draws.chance(64) ? -32768 : -draws.between(0, 32768);
  rule.weight_max = draws.chance(32) ? 0 : draws.chance(96) ? 32767 : draws.between(0, 32767);
  return rule;
}

}  // namespace

PlasticTile random_plastic_tile(Draws& draws) {
  PlasticTile tile;
  tile.neurons = random_size(draws, kPlasticNeurons);
  tile.axons = random_size(draws, kPlasticAxons);
  if (draws.chance(24)) tile.neurons = draws.between(1, kPlasticLanes);  // one state word, used by every event
  tile.subtract = draws.chance(128);
  tile.leaky = draws.chance(160);
  tile.leak = draws.between(0, draws.chance(192) ? 6 : 15);
  tile.rule = random_rule(draws);
  for (std::int32_t i = 0; i < tile.axons * tile.neurons; ++i) {
    tile.weight.push_back(static_cast<std::int16_t>(draws.between(tile.rule.weight_min, tile.rule.weight_max)));
  }
  // Low thresholds make ties and many spikes.
  const std::int32_t threshold_most = draws.chance(96) ? 3 : draws.chance(200) ? 400 : kPlasticPotentialMax;
  for (std::int32_t n = 0; n < tile.neurons; ++n) tile.threshold.push_back(draws.between(0, threshold_most));
  return tile;
}

PlasticTraffic random_plastic_traffic(Draws& draws) {
  constexpr std::array<std::int32_t, 4> kChances{16, 96, 200, 256};
  auto chance = [&] { return kChances[static_cast<std::size_t>(draws.between(0, 3))]; };
  PlasticTraffic traffic;
  traffic.event_chance = chance();
  traffic.ready_chance = chance();
  traffic.direct_chance = draws.chance(64) ? 128 : 8;
  traffic.hot_chance = draws.chance(64) ? 200 : 8;
  traffic.tick_gap = draws.chance(128) ? 400 : 8;
  traffic.direct_most = draws.chance(64) ? kPlasticPotentialMax : draws.chance(128) ? 4 : 500;
  return traffic;
}

PlasticEvent random_plastic_event(const PlasticTile& tile, const PlasticTraffic& traffic, Draws& draws) {
  PlasticEvent event;
  event.direct = draws.chance(traffic.direct_chance);
  if (event.direct) event.payload = draws.between(-traffic.direct_most, traffic.direct_most);
  if (!draws.chance(traffic.hot_chance)) {
    event.channel = draws.between(0, (event.direct ? tile.neurons : tile.axons) - 1);
  }
  return event;
}

}  // namespace ranvier::rtl
