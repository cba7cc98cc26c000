// SPDX-License-Identifier: Apache-2.0
// Starts of a placement: clusters along a curve of each chip, or as a solver of bare cluster graphs puts them on it.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/cluster_traffic.h"
#include "mapper/curves.h"
#include "mapper/place.h"
#include "mapper/place_rules.h"

namespace ranvier::mapper {

/// Clusters in their order along the curve of their chip, pinned ones apart. By tile, as all starts.
std::vector<CoreId> curve_start(const MappingProblem& problem, const PlaceRules& rules, const Clustering& clustering,
                                Curve curve);

enum class StartSolver : std::uint8_t { kScotch, kMultilevel, kBisection, kAnneal };
const char* name_of(StartSolver solver);

/// Each chip by the solver. Bisection has the traffic with other chips and the host as terminals where they are, or in
/// the middle of a chip that is not placed yet; all chips twice. Others see one chip alone: median swaps, then turned
/// and mirrored as that traffic pulls it least far. Pinned clusters go to their cores, those on dead ones to the
/// nearest that is free.
std::vector<CoreId> solver_start(const MappingProblem& problem, const PlaceRules& rules, const Clustering& clustering,
                                 const ClusterTraffic& traffic, StartSolver solver, std::uint64_t seed);

}  // namespace ranvier::mapper
