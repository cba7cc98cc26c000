// SPDX-License-Identifier: Apache-2.0
// Relay buffers that a step would overflow, and chain orders that make the source wait instead.
#pragma once

#include <cstddef>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper::routing {

/// A relay sends over a link that its level's flits keep busy for longer than its source sends: what is too much waits
/// in relay buffers before the link, which lose what they cannot hold. A source's own queue has no end. So where more
/// than relay_buffer_events are to wait, the leg over that link becomes the chain's first, and the cores before it come
/// last, in the order with fewer hops; all later legs then get what the first lets through. Relay chips; returns the
/// number of flows changed. Event counts are the problem's: guesses until a profile replaces them.
std::size_t make_sources_wait(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                              const std::vector<CoreId>& core_of, std::vector<Route>& routes);

}  // namespace ranvier::mapper::routing
