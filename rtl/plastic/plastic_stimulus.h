// SPDX-License-Identifier: Apache-2.0
// Random tiles and events for rv_plastic_core.
#pragma once

#include "rtl/plastic/plastic_tile.h"
#include "rtl/stimulus.h"

namespace ranvier::rtl {

PlasticTile random_plastic_tile(Draws& draws);

/// How the ports of one seed behave; chances are of 256.
struct PlasticTraffic {
  std::int32_t event_chance = 0;  // a new event is offered in a cycle without one
  std::int32_t ready_chance = 0;  // the spike port is ready in a cycle
  std::int32_t direct_chance = 0;
  std::int32_t hot_chance = 0;   // an event goes to axon 0: its words are used again at once
  std::int32_t tick_gap = 0;     // most cycles between two ticks
  std::int32_t direct_most = 0;  // payload
};
PlasticTraffic random_plastic_traffic(Draws& draws);
PlasticEvent random_plastic_event(const PlasticTile& tile, const PlasticTraffic& traffic, Draws& draws);

}  // namespace ranvier::rtl
