// SPDX-License-Identifier: Apache-2.0
// Random tiles and events within the limits that a core's description gives.
#pragma once

#include "rtl/adapter/ranvier_core.h"
#include "rtl/core_tile.h"
#include "rtl/stimulus.h"

namespace ranvier::rtl {

CoreTile random_tile_within(const ranvier_core_info& info, Draws& draws);

/// How events of one seed are drawn; chances are of 256.
struct ForeignTraffic {
  std::int32_t most_events = 0;  // before a step
  std::int32_t direct_chance = 0;
  std::int32_t hot_chance = 0;  // token 0, axon 0: a word used again at once
  bool signs_only = false;      // payloads +1 and -1
};
ForeignTraffic foreign_traffic(const ranvier_core_info& info, Draws& draws);

/// An event that keeps all potentials of `state`, [token][neuron], within the core's bits; none where the one drawn and
/// its opposite would not.
bool random_event_within(const ranvier_core_info& info, const CoreTile& tile, const ForeignTraffic& traffic,
                         const std::vector<NeuronState>& state, Draws& draws, CoreEvent& event);

}  // namespace ranvier::rtl
