// SPDX-License-Identifier: Apache-2.0
// Relay chains under prices of links: the order of the cores is free, the way between two is XY.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper::routing {

/// The cheapest order found from `chain` on and from nearest (cheapest) first, by turning parts round and moving single
/// cores; never dearer than `chain`. Turning a part costs what its links cost the other way.
std::vector<CoreId> cheaper_chain(const chips::Board& board, CoreId from, const std::vector<CoreId>& chain,
                                  std::span<const std::int64_t> price);

}  // namespace ranvier::mapper::routing
