// SPDX-License-Identifier: Apache-2.0
// Relay buffers that a step would overflow, and chains that make the source wait instead.
#pragma once

#include <cstddef>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper::routing {

/// The solver fills this share of relay_buffer_events at most, by its count, since work within a step is uneven; the
/// verifier, by its own, refuses what is beyond all of it.
constexpr double kRelayShare = 0.5;

/// What comes to a relay comes as fast as its source sends, and as the links on the way let through what is passed on
/// there with it. It leaves in order, as fast as the relay's unit and the slowest of the next legs let it, which all
/// traffic of the level uses. What comes faster than it goes waits in relay buffers, which lose what they cannot hold;
/// a source's own queue has no end. So where too much would wait in a core, the source of a flow waits instead: it
/// sends another packet for the chain behind that core (Route::starts), or the leg over which it is passed on comes
/// first in the chain. Of the flows that leave most there and both ways those are taken, one after the other, that make
/// the level's fullest link least fuller, then that cost fewest link cycles for each event that waits no more. Counted
/// as if every value were sent, so that no input sends more. Relay chips, graded schedule; returns the number of
/// changes. Tables stay within route_entries.
std::size_t make_sources_wait(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                              const std::vector<CoreId>& core_of, std::vector<Route>& routes);

}  // namespace ranvier::mapper::routing
