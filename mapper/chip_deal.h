// SPDX-License-Identifier: Apache-2.0
// Clusters of tiles dealt to the chips of a board: no chip gets more than it has working cores, and clusters with few
// cores to choose from get one first.
#pragma once

#include <cstddef>
#include <vector>

#include "mapper/place.h"
#include "mapper/place_rules.h"

namespace ranvier::mapper {

/// Chips of the board along a snake from chip 0.
std::vector<ChipId> chip_snake(const chips::Board& board);

/// `wanted`: by cluster, the place on the snake where it should go; one that is full passes it on to the next that
/// somebody wants and that has room, then to any that has. Throws ConstraintsConflict where pinned clusters find no
/// cores, or, which the caller prevents, where there are more clusters than working cores.
Clustering deal_to_chips(const chips::Board& board, const PlaceRules& rules, std::vector<std::vector<TileId>> clusters,
                         std::vector<std::size_t> wanted);

/// Clusters spread evenly, in their order, over as many chips at the snake's head as asked for, or more where they have
/// too few working cores.
Clustering deal_evenly(const chips::Board& board, const PlaceRules& rules, std::vector<std::vector<TileId>> clusters,
                       std::size_t chips);

}  // namespace ranvier::mapper
