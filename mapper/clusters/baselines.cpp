// SPDX-License-Identifier: Apache-2.0
// The list of baselines.
#include "mapper/clusters/baselines.h"

#include <limits>

#include "mapper/clusters/solvers.h"

namespace ranvier::mapper::clusters {

namespace {

template <Potential P>
Placement force_directed(const ClusterGraph& graph, Mesh mesh, std::uint64_t) {
  return refine_force_directed(graph, mesh, place_hilbert(graph, mesh), P);
}

}  // namespace

const std::vector<Baseline>& baselines() {
  constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();
  constexpr std::size_t kForces = 100'000;
  static const std::vector<Baseline> kBaselines = {
      {"random", "cells drawn without replacement", kAny, place_randomly},
      {"sequential", "clusters in order along a snake, row by row to and fro", kAny,
       [](const ClusterGraph& g, Mesh m, std::uint64_t) { return place_snake(g, m); }},
      {"row-major", "clusters in order, row by row from the left", kAny,
       [](const ClusterGraph& g, Mesh m, std::uint64_t) { return place_row_major(g, m); }},
      {"hilbert", "clusters in order along a Hilbert curve", kAny,
       [](const ClusterGraph& g, Mesh m, std::uint64_t) { return place_hilbert(g, m); }},
      {"hilbert-fd-l1", "Hilbert, then force-directed swaps (Jin et al., ASPLOS 2023), |dx| + |dy| weighted", kForces,
       force_directed<Potential::kL1>},
      {"hilbert-fd-l1sq", "the same, (|dx| + |dy|)^2 without weights", kForces, force_directed<Potential::kL1Squared>},
      {"hilbert-fd-l2sq", "the same, dx^2 + dy^2 without weights", kForces, force_directed<Potential::kL2Squared>},
      {"metis", "recursive bisection by METIS", kAny, place_with_metis},
      {"bisection", "recursive bisection with terminal propagation (Dunlop and Kernighan, 1985)", kAny,
       place_by_bisection},
      {"scotch", "dual recursive bipartitioning onto the mesh by Scotch", 20'000, place_with_scotch},
      {"annealing", "plain simulated annealing from a random start", kAny, place_by_plain_annealing},
  };
  return kBaselines;
}

const Baseline* find_baseline(const std::string& name) {
  for (const Baseline& b : baselines())
    if (name == b.name) return &b;
  return nullptr;
}

}  // namespace ranvier::mapper::clusters
