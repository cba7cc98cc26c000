// SPDX-License-Identifier: Apache-2.0
// Which chip of the board holds which part of a network, by the traffic between the parts and with the host.
#pragma once

#include <cstddef>
#include <vector>

#include "chips/chip.h"
#include "mapper/cluster_traffic.h"

namespace ranvier::mapper {

/// By part: a place on the snake (chip_deal.h), each for one part. From the parts in their order along the snake,
/// exchanges and moves within the smallest box of chips around chip 0 that holds them, until none shortens the sum of
/// flits times chips on the way. Beyond kMostOrderedChips parts stay along the snake.
std::vector<std::size_t> order_chips(const chips::Board& board, const ClusterTraffic& between_parts);

inline constexpr std::size_t kMostOrderedChips = 128;

}  // namespace ranvier::mapper
