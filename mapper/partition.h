// SPDX-License-Identifier: Apache-2.0
// Which tiles share a core and which cores share a chip.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/core_load.h"
#include "mapper/mapping.h"
#include "mapper/place.h"
#include "mapper/place_rules.h"
#include "mapper/tiler.h"

namespace ranvier::mapper {

struct PartitionOptions {
  Preset preset = Preset::kCompact;
  bool spread_chips = false;
  std::uint64_t seed = 1;
  bool by_traffic = true;                    // parts to chips (chip_order.h); else along the snake by level
  const MappingProblem* by_pairs = nullptr;  // merged_flows() of the problem, where there are: to cut between chips by
};

/// Part of each tile (the host tile: -1): METIS multi-constraint k-way on traffic, balancing neurons, axons, synapse
/// and state memory and tile count. Balance is approximate; cluster_tiles() repairs.
std::vector<std::int32_t> split_to_parts(const MappingProblem& problem, std::int32_t parts, std::uint64_t seed);

/// Greedy clusters of the given tiles, in their order: a tile joins the cluster with room that it exchanges most events
/// with, among equals the fullest; else it starts one. `one_each`: no sharing. Tiles that constraints put together stay
/// so, those that they keep apart never meet.
std::vector<std::vector<TileId>> cluster_tiles(const TileNeeds& needs, const PlaceRules& rules,
                                               const std::vector<TileId>& tiles, bool one_each);

/// Clusters with chips, exact in every capacity.
/// Throws DoesNotFit with the smallest grid of this chip that has as many cores, ConstraintsConflict.
Clustering partition(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                     const PartitionOptions& options);

}  // namespace ranvier::mapper
