// SPDX-License-Identifier: Apache-2.0
// Routes: in which order a relay multicast visits its destination cores, or to which cores unicasts go.
#pragma once

#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// Router that a tile's packets enter the mesh at: its core's, or core 0's for tiles on no core.
CoreId entry_core(const std::vector<CoreId>& core_of, TileId tile);

/// Distinct cores that the flow must reach over the mesh, ascending; core 0 where it goes from a core to the device.
std::vector<CoreId> destination_cores(const Flow& flow, const std::vector<CoreId>& core_of);

/// Nearest neighbour first; ties to the lower core number. Sorts `cores` in place.
void order_by_nearest(const chips::Board& board, CoreId from, std::vector<CoreId>& cores);

/// order_by_nearest, then 2-opt on the open chain until no reversal shortens it (chains up to 64 cores).
std::vector<CoreId> shortest_chain(const chips::Board& board, CoreId from, std::vector<CoreId> cores);

std::int64_t chain_hops(const chips::Board& board, CoreId from, const std::vector<CoreId>& chain);

/// Routes of all flows. Where a core's table would hold more than its route_entries, flows that it relays end there
/// instead; throws DoesNotFit when that is not enough. On unicast chips a chain is the set of destination cores,
/// ascending, and route_entries limits out axons: neurons (contexts of kLif stages, channels else) times their
/// destination cores. On tree chips too, with its tree; routing/tables.h holds it against route_entries.
std::vector<Route> make_routes(const MappingProblem& problem, const std::vector<CoreId>& core_of);

}  // namespace ranvier::mapper
