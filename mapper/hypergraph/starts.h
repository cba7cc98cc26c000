// SPDX-License-Identifier: Apache-2.0
// First parts of a coarse instance. Parts may exceed limits; repair() follows.
#pragma once

#include <cstdint>
#include <span>

#include "mapper/hypergraph/instance.h"

namespace ranvier::mapper::hypergraph {

/// Parts by counting that every partition needs.
std::size_t fewest_parts(const Instance& instance);

/// One part after another in vertex order; within all limits where each vertex alone is. Uses as many as it takes.
Parts start_in_order(const Instance& instance);

/// One part after another, each grown by the vertex that shares the largest sum of weight / pins with it and fits.
Parts start_by_overlap(const Instance& instance);

/// METIS on the star expansion, a weightless vertex for each net, into `parts` parts.
Parts start_by_metis(const Instance& instance, std::size_t parts, double imbalance, std::uint64_t seed);

/// METIS by recursive bisection of the star expansion, `parts` parts of equal sums of `weight` (by vertex, above 0).
Parts start_by_cuts(const Instance& instance, std::size_t parts, std::span<const double> weight, std::uint64_t seed);

/// Vertices by size to the part where they fit and leave least room; for when parts are few. Apart, pins and limits
/// hold, except in parts that take what fits nowhere.
Parts start_by_best_fit(const Instance& instance, std::size_t parts);

}  // namespace ranvier::mapper::hypergraph
