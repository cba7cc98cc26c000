// SPDX-License-Identifier: Apache-2.0
// From a mapping problem to a legal mapping: partition, cluster, place, route, schedule.
#pragma once

#include <cstdint>

#include "mapper/mapping.h"
#include "mapper/place.h"
#include "mapper/tiler.h"

namespace ranvier::mapper {

struct MapOptions {
  Preset preset = Preset::kCompact;  // kCompact: tiles share cores; kLatency: a core a tile while there are cores
  std::uint64_t seed = 1;
  bool spread_chips = false;  // use every chip of the board, even if fewer would do
  PlaceOptions place{};
  std::int32_t threads = 1;  // starts of the placement run in parallel; the result does not depend on it
};

/// Throws DoesNotFit when the tiles need more cores, or a core more route entries, than there are.
Mapping map_program(const MappingProblem& problem, const MapOptions& options = {});

}  // namespace ranvier::mapper
