// SPDX-License-Identifier: Apache-2.0
// Incremental remap of a placed cluster graph whose rates have changed: few moves, each worth its migration.
#pragma once

#include <cstddef>
#include <cstdint>

#include "mapper/clusters/cluster_graph.h"
#include "mapper/clusters/metrics.h"
#include "mapper/clusters/portfolio.h"

namespace ranvier::mapper::clusters {

struct RemapOptions {
  double migration_hops = 0;      // weighted hops that moving a cluster costs, once
  double horizon_inferences = 1;  // over which that is spread; the edges' weights are per inference
  double min_gain = 0.02;         // hysteresis: gain of weighted hops, migration taken off, below which nothing moves
  Effort effort = Effort::kFast;  // at most the work of placing anew with it
  std::uint64_t seed = 1;
};

/// Hops are weighted and per inference.
struct Remapped {
  Placement placement;
  Metrics before, after;  // of the start and of `placement`
  bool accepted = false;  // false: the start is kept
  double hops_before = 0;
  double hops_after = 0;  // of `placement`
  std::size_t moved_clusters = 0;
  double migration_hops = 0;  // of all moved clusters, once
  double gain() const { return hops_before > 0 ? 1 - hops_after / hops_before : 0; }
  /// Inferences after which the moves have paid for themselves; 0 where nothing moved.
  double break_even_inferences() const { return moved_clusters == 0 ? 0 : migration_hops / (hops_before - hops_after); }
};

/// Annealings of swaps from the start, cool, warm and hot, with the migration in the objective (the trade of
/// repartitioning with migration cost, Catalyurek et al., IPDPS 2007); some moves try to go home, and what pays no
/// better elsewhere is sent home at the end. As many moves as the annealings of place_clusters(). Clusters are
/// told apart by where they are, so their numbers do not matter. Never worse than the start, migration counted, and
/// greatest latency and greatest congestion, with the new rates, are not above the start's (congestion: or the heaviest
/// edge, alone on a link).
Remapped remap(const ClusterGraph& graph, Mesh mesh, const Placement& start, const RemapOptions& options);

/// The same, but where the rates are those that the start was made for, nothing was learned and nothing moves.
Remapped remap_if_changed(const ClusterGraph& before, const ClusterGraph& graph, Mesh mesh, const Placement& start,
                          const RemapOptions& options);

/// The penalty of the published measurements: mu times half the mean cluster's weighted hops (a hop is at two
/// clusters, so the mean is twice the sum over the clusters).
double migration_price(const ClusterGraph& graph, Mesh mesh, const Placement& placement, double mu);

}  // namespace ranvier::mapper::clusters
