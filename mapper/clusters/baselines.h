// SPDX-License-Identifier: Apache-2.0
// Placements that others publish or that cost nothing, by name: what ours is measured against.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mapper/clusters/cluster_graph.h"

namespace ranvier::mapper::clusters {

struct Baseline {
  const char* name;
  const char* what;
  std::size_t most_clusters;  // above, it takes minutes
  Placement (*place)(const ClusterGraph& graph, Mesh mesh, std::uint64_t seed);
};

/// random, sequential, row-major, hilbert, hilbert-fd-l1, hilbert-fd-l1sq, hilbert-fd-l2sq, metis, bisection, scotch
/// and annealing.
const std::vector<Baseline>& baselines();

/// nullptr where there is none of this name.
const Baseline* find_baseline(const std::string& name);

/// Recursive bisection of clusters by METIS and of the mesh across its longer side, without regard to where the other
/// half's clusters go. (metis_bisection.cpp)
Placement place_with_metis(const ClusterGraph& graph, Mesh mesh, std::uint64_t seed);

/// Simulated annealing as in textbooks: random swaps of any two cells from a random start, geometric cooling.
/// (plain_annealing.cpp)
Placement place_by_plain_annealing(const ClusterGraph& graph, Mesh mesh, std::uint64_t seed);

}  // namespace ranvier::mapper::clusters
