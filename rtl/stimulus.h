// SPDX-License-Identifier: Apache-2.0
// Constrained-random tiles and traffic for rv_spike_core: everything a seed decides.
#pragma once

#include <cstdint>

#include "rtl/core_tile.h"

namespace ranvier::rtl {

/// Draws in a row from one seed and stream.
class Draws {
 public:
  Draws(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}
  std::uint64_t bits();
  std::int32_t between(std::int32_t least, std::int32_t most);  // both included
  bool chance(std::int32_t in_256) { return static_cast<std::int32_t>(bits() >> 56) < in_256; }

 private:
  std::uint64_t seed_, stream_, count_ = 0;
};

/// How the ports of one seed behave; chances are of 256.
struct Traffic {
  std::int32_t event_chance = 0;  // a new event is offered in a cycle without one
  std::int32_t ready_chance = 0;  // the spike port is ready in a cycle
  std::int32_t direct_chance = 0;
  std::int32_t hot_chance = 0;  // an event goes to token 0, axon 0: words used again at once
  std::int32_t tick_gap = 0;    // most cycles between two ticks
  bool signs_only = false;      // payloads +1 and -1
};

/// A tile of any kind of neuron, with rows of weights or synapse lists, that fits a core of these parameters.
CoreTile random_tile(Draws& draws, const CoreLimits& limits = kCoreLimits);
Traffic random_traffic(Draws& draws);
CoreEvent random_event(const CoreTile& tile, const Traffic& traffic, Draws& draws);

}  // namespace ranvier::rtl
