// SPDX-License-Identifier: Apache-2.0
// Fewer flows to place by, where unicasts make it exact.
#pragma once

#include <cstddef>
#include <optional>

#include "mapper/mapping.h"

namespace ranvier::mapper {

constexpr std::size_t kManyFlowsOfATile = 16;

/// On unicast chips with many flows a tile (a neuron of an irregular network is one): the problem with one flow for
/// each pair of tiles, which carries the events of all that go that way. Hops, links and receiving cost the same, since
/// each destination is sent its own packets; who sends a tile a packet twice is charged twice. Empty where there is
/// nothing to merge.
std::optional<MappingProblem> merged_flows(const MappingProblem& problem);

}  // namespace ranvier::mapper
