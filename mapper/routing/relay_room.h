// SPDX-License-Identifier: Apache-2.0
// Relays that hold whatever comes: waves of levels, and chains that begin anew at their source.
#pragma once

#include <cstddef>

#include "mapper/mapping.h"
#include "mapper/step_work.h"

namespace ranvier::mapper::routing {

/// Relay chips. A relay's buffer loses what it cannot hold; a source's own queue has no end. Sets waves and starts such
/// that in no step a core may get more to pass on than its buffer holds, whatever the timing: a neuron sends one event
/// a step at most, and in staged schedules the tiles of one level send, in each wave a slice of their events. More
/// waves cost synchronisations and ways, cuts cost packets: of the numbers of waves 1, 2, 3, 4, 6, 8, 12... up to 1024
/// or the most events of a tile that is taken with which the level takes least time (cost.h), of equals the least. Cut
/// are, core by core, flows that make the busiest unit or link of the level least busier, then those that cost fewest
/// link cycles for each event that the buffer would not hold. Other schedules have no waves. Tables stay within
/// route_entries: what then still overflows is left for the verifier to find. `work`: step_work() of the problem, where
/// it is at hand. Returns the number of cuts.
std::size_t give_relays_room(const MappingProblem& problem, Mapping& mapping, const StepWork* work = nullptr);

}  // namespace ranvier::mapper::routing
