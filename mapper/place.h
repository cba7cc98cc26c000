// SPDX-License-Identifier: Apache-2.0
// Refinement of a placement of tile clusters on the mesh: incremental swaps and moves.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "mapper/core_load.h"
#include "mapper/mapping.h"
#include "mapper/step_work.h"

namespace ranvier::mapper {

/// Prices of the objective; all terms are in cycles of one image.
struct PlaceWeights {
  double time = 20.0;      // a cycle of a step's time: busiest unit or fullest link, rounded as the chip keeps step
  double hop = 1.0;        // a flit over a link
  double crossing = 1.0;   // a flit over a chip edge, times the edge's cycles per flit
  double load = 1.0;       // squared link load of a level over the level's compute time
  double busy = 1.0;       // squared core busy time of a level over the level's compute time
  double migration = 0.0;  // a byte of weights or state moved off its core (remap)
};

struct PlaceOptions {
  PlaceWeights weights{};
  std::int64_t moves = 0;  // tried per start; 0: 200 a used core, 20 000 at least, 60 000 at most
};

/// Clusters of tiles that share a core, in the order in which the curves visit them, each with the chip it should be
/// on.
struct Clustering {
  std::vector<std::vector<TileId>> clusters;
  std::vector<ChipId> chip;      // by cluster
  std::vector<CoreId> pinned{};  // by cluster: core that constraints need it to begin on; empty: there are none
};

/// A start and what moves made of it; not worse by the cost than the start.
struct Refinement {
  std::vector<CoreId> core_of;
  double cost = 0;
};

/// `moves` threshold-accepting swaps of cores and moves of tiles. `needs` and `work`: of the problem. `stream` tells
/// apart those that refine with one seed.
Refinement refine_placement(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                            const std::shared_ptr<const TileNeeds>& needs, const PlaceWeights& weights,
                            const std::vector<CoreId>& start, std::int64_t moves, std::uint64_t seed,
                            std::uint64_t stream, const std::shared_ptr<const StepWork>& work = nullptr);

/// Moves of a refinement where the options give none, by cores in use.
std::int64_t default_moves(std::size_t cores);

}  // namespace ranvier::mapper
