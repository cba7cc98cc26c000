// SPDX-License-Identifier: Apache-2.0
// What no mapping of these tiles can go below: to be read beside what a mapping costs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// A resource of all cores together. Axons and weights that tiles can share are counted once for the whole board.
struct ResourceBound {
  std::string resource;
  std::int64_t needed = 0;     // by all tiles
  std::int64_t available = 0;  // a core
  std::int64_t cores = 0;      // at least
};

/// Units as in Metrics (cost.h): per image.
struct Bounds {
  std::int64_t cores = 0;                // at least
  std::string cores_resource;            // that says so; empty without tiles
  std::vector<ResourceBound> resources;  // those with a limit, the one that asks for most cores first
  double connectivity = 0;   // each flow: its destinations and its source fill at least so many cores, less one
  double tree_hops = 0;      // a link for each further router
  double weighted_hops = 0;  // further cores no nearer than the shells of 4, 8, 12, ... routers around the source
};

Bounds lower_bounds(const MappingProblem& problem);

/// Sum of the distances to the `cores` nearest other cores on an endless mesh: first those of the same router, then
/// shells of 4 d routers at distance d.
std::int64_t shell_distance(std::int64_t cores, std::int64_t cores_per_router);

}  // namespace ranvier::mapper
