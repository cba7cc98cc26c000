// SPDX-License-Identifier: Apache-2.0
// Tiles and flows as the plain problem of mapper/hypergraph: a vertex a tile, a hyperedge a flow, limits of a core or
// of a chip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mapper/core_load.h"
#include "mapper/hypergraph/partition.h"
#include "mapper/place_rules.h"

namespace ranvier::mapper {

/// Tiles into at most `cores` cores: every limit of the chip's cores, axons and weights as sets where tiles share them.
/// Tiles are vertices in the order of `tiles`; flows from outside have their first listener as source. Pins are not
/// passed on: parts are no cores yet.
hypergraph::PartitionProblem cores_problem(const TileNeeds& needs, const PlaceRules& rules,
                                           const std::vector<TileId>& tiles, std::size_t cores);

/// Clusters, each for one core, into at most `chips` chips of `cores_per_chip`.
hypergraph::PartitionProblem chips_problem(const MappingProblem& problem,
                                           const std::vector<std::vector<TileId>>& clusters, std::size_t chips,
                                           std::size_t cores_per_chip);

}  // namespace ranvier::mapper
