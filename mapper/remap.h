// SPDX-License-Identifier: Apache-2.0
// Uses what a simulation measured to move tiles. A proposal only: the caller simulates it and accepts it if it gains.
#pragma once

#include <cstdint>

#include "mapper/cost.h"
#include "mapper/mapping.h"
#include "mapper/place.h"

namespace ranvier::mapper {

struct RemapOptions {
  std::uint64_t seed = 1;
  std::int32_t iteration = 0;   // picks the neighbourhood: see propose_remap
  std::int64_t max_moves = 64;  // tiles that may end on another core
  std::int64_t tries = 20000;
  PlaceWeights weights{.migration = 0.001};
};

/// The problem with the measured counts in place of the estimated ones.
MappingProblem with_profile(const MappingProblem& problem, const Profile& profile);

/// A legal mapping that costs less by the measured counts, or the given one when none is found or the estimate expects
/// time and energy together to get worse. Neighbourhood by
/// iteration modulo 4: tiles of the busiest cores, ends of the fullest links, any swap of cores, any move of a tile.
Mapping propose_remap(const MappingProblem& problem, const Mapping& mapping, const Profile& profile,
                      const RemapOptions& options = {});

/// What the analytic model expects of `after` by the measured counts. Relative: 0.02 is two per cent less than before.
struct PredictedGain {
  double step_time = 0;
  double energy = 0;
  double max_link_load = 0;
  double tree_hops = 0;
  std::int64_t moved_tiles = 0;
  Bytes migrated;  // weights and state of the moved tiles
};
PredictedGain predict_gain(const MappingProblem& problem, const Mapping& before, const Mapping& after,
                           const Profile& profile);

}  // namespace ranvier::mapper
