// SPDX-License-Identifier: Apache-2.0
// Placements of cluster graphs: starts, refinements and the published baselines. All are free functions, deterministic
// for their seed at any thread count; clusters without edges take the cells that are left.
#pragma once

#include <cstdint>
#include <span>

#include "mapper/clusters/cluster_graph.h"

namespace ranvier::mapper::clusters {

// Starts. Clusters in order of their numbers, which for layered networks is layer by layer. (starts.cpp)
Placement place_randomly(const ClusterGraph& graph, Mesh mesh, std::uint64_t seed);
Placement place_row_major(const ClusterGraph& graph, Mesh mesh);
Placement place_snake(const ClusterGraph& graph, Mesh mesh);
Placement place_hilbert(const ClusterGraph& graph, Mesh mesh);
/// Bands of `rows` rows, to and fro; in a band column by column, up and down. One row is the snake.
Placement place_in_bands(const ClusterGraph& graph, Mesh mesh, std::uint32_t rows);
/// Numbers of rows whose bands have the least weighted hops, best first; at most `count`.
std::vector<std::uint32_t> best_bands(const ClusterGraph& graph, Mesh mesh, std::int32_t count);

/// Potentials of Jin et al. (ASPLOS 2023); the squared ones ignore weights, as in the authors' published code.
enum class Potential : std::uint8_t { kL1, kL1Squared, kL2Squared };
/// Swaps of neighbouring cells by force, the best 30 % of a pass, until no swap gains. (force_directed.cpp)
Placement refine_force_directed(const ClusterGraph& graph, Mesh mesh, Placement start, Potential potential);

/// Scotch's mapping onto mesh2D (dual recursive bipartitioning), one cluster a cell. (scotch_start.cpp)
Placement place_with_scotch(const ClusterGraph& graph, Mesh mesh, std::uint64_t seed);

/// Recursive bisection with terminal propagation (Dunlop and Kernighan, 1985). Terminals of one's
/// own are set with bisection.h. Throws MoreClustersThanCells. (bisection.cpp)
Placement place_by_bisection(const ClusterGraph& graph, Mesh mesh, std::uint64_t seed);

/// Coarsens clusters in pairs, anneals the coarsest graph, and refines at every level by heat-bath swaps; never worse
/// than row-major. Work of any part is set with multilevel.h. Throws std::invalid_argument where cells are too few.
/// (multilevel.cpp)
Placement place_multilevel(const ClusterGraph& graph, Mesh mesh, std::uint64_t seed);

/// What refinements minimise: sum of w * distance, plus `tail` times the sum of w-free excess over `distance_limit`
/// squared (0: no limit), plus `move_price` for each cluster that is not on its cell of `home`. Limits on congestion:
/// limits.h.
struct Objective {
  double tail = 0;
  std::uint32_t distance_limit = 0;
  double move_price = 0;
  std::span<const Cell> home = {};  // by cluster; empty: no price
};

/// Swaps of each cluster with a cell near the weighted median of its neighbours, in passes, until a pass gains less
/// than 0.01 % or `passes` are done. Never worse than the start. (median_swap.cpp)
Placement refine_by_median_swaps(const ClusterGraph& graph, Mesh mesh, Placement start, const Objective& objective,
                                 std::int32_t passes, std::uint64_t seed);

struct AnnealSchedule {
  std::int64_t moves = 0;    // tried
  double heat = 0.1;         // first temperature, in mean weighted degrees of a cluster with edges
  double cool = 0.005;       // last temperature, in the same unit
  std::uint32_t radius = 8;  // of the first windows
};

/// Annealing with swaps inside a window that shrinks with the acceptance rate, and next to neighbours. Never worse than
/// the start. (anneal.cpp)
Placement anneal(const ClusterGraph& graph, Mesh mesh, Placement start, const Objective& objective,
                 const AnnealSchedule& schedule, std::uint64_t seed);

}  // namespace ranvier::mapper::clusters
