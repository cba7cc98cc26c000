// SPDX-License-Identifier: Apache-2.0
// A mapping without a search: one tile a core, in order. Networks that come with their mapping, and baselines.
#pragma once

#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// All cores: routers from west to east, in each column from north to south, the cores of a router one after the other.
std::vector<CoreId> cores_by_column(const chips::Board& board);

/// Tile 1 on the first of cores_by_column(), tile 2 on the second, and so on; shortest routes. Limits of cores are not
/// looked at: verify() says what they do not hold. Throws DoesNotFit when the board has fewer cores than tiles.
Mapping map_by_column(const MappingProblem& problem);

}  // namespace ranvier::mapper
