// SPDX-License-Identifier: Apache-2.0
// What it costs to put a running board from one mapping to another.
#pragma once

#include <cstdint>

#include "base/quantities.h"
#include "mapper/mapping.h"

namespace ranvier::mapper {

/// Once, not per image.
struct Migration {
  std::int64_t moved_tiles = 0;
  std::int64_t table_entries = 0;  // routing entries written anew
  Bytes bytes;                     // weights and state of the moved tiles, and the entries
  Energy energy;
  Duration time;
};

inline constexpr std::int64_t kTableEntryBytes = 8;  // assumed: a key or axon number, and where it goes

/// Everything comes from the host, as when the board was loaded: over the host link into the router of core 0, then
/// XY. Energy is that of the flits on links and routers, time that of the host link, which is the narrowest.
/// Left out, since no chip file says it: what writing the memories costs.
Migration migration(const MappingProblem& problem, const Mapping& before, const Mapping& after);

/// Images after which a saving has paid for a cost; infinity where nothing is saved, 0 where nothing is to be paid.
double break_even(double cost, double saved_per_image);

}  // namespace ranvier::mapper
