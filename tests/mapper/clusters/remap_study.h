// SPDX-License-Identifier: Apache-2.0
// Feedback on published networks: a placement made for equal rates, then log-normal rates of the sources become known.
// Incremental remap against placing anew, with the same effort.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "mapper/clusters/networks.h"
#include "mapper/clusters/portfolio.h"
#include "mapper/clusters/remap.h"

namespace ranvier::mapper::clusters {

/// Rates by source: exp(sigma z), z normal (Box and Muller), divided by its mean exp(sigma^2 / 2).
inline ClusterGraph with_rates(const Network& network, double sigma, std::uint64_t seed) {
  std::vector<Edge> edges = network.edges;
  for (Edge& e : edges) {
    const double radius = std::sqrt(-2 * std::log(1 - random_unit(seed, e.source, 0)));
    const double z = radius * std::cos(2 * std::numbers::pi * random_unit(seed, e.source, 1));
    e.weight = std::exp(sigma * z - sigma * sigma / 2);
  }
  return {network.clusters, std::move(edges)};
}

inline double hops_of(const ClusterGraph& graph, Mesh mesh, const Placement& at) {
  double sum = 0;
  for (const Edge& e : graph.edges()) sum += e.weight * mesh.distance(at[e.source], at[e.target]);
  return sum;
}

inline void expect_remap_beats_anew(const std::string& name, Effort effort, const std::vector<double>& mus) {
  const Network network = make_network(name);
  PlaceOptions how;
  how.effort = effort;
  const Mesh mesh = square_mesh(network.clusters);
  const ClusterGraph equal = with_rates(network, 0, 1);
  const Placement start = place_clusters(equal, mesh, how).cells;
  EXPECT_FALSE(remap_if_changed(equal, with_rates(network, 0, 7), mesh, start, {.effort = effort}).accepted);
  for (const double sigma : {0.5, 1.0}) {
    const ClusterGraph graph = with_rates(network, sigma, 7);
    const double before = hops_of(graph, mesh, start);
    const Placement anew = place_clusters(graph, mesh, how).cells;
    double anew_moved = 0;
    for (Cluster c = 0; c < graph.size(); ++c) anew_moved += anew[c] != start[c] ? 1 : 0;
    for (const double mu : mus) {
      const double price = migration_price(graph, mesh, start, mu);
      const Remapped r = remap(graph, mesh, start, {.migration_hops = price, .min_gain = 0, .effort = effort});
      EXPECT_NEAR(r.hops_after, hops_of(graph, mesh, r.placement), 1e-9 * before);
      EXPECT_LE(r.after.latency_max, r.before.latency_max);
      EXPECT_LE(r.after.congestion_max, r.before.congestion_max);
      EXPECT_LT(r.hops_after + r.migration_hops, before) << name << ", sigma " << sigma << ", mu " << mu;
      EXPECT_LT(r.hops_after + r.migration_hops, hops_of(graph, mesh, anew) + price * anew_moved)
          << name << ", sigma " << sigma << ", mu " << mu;
    }
  }
}

}  // namespace ranvier::mapper::clusters
