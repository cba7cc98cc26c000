// SPDX-License-Identifier: Apache-2.0
// Trips are the components of the moves as edges between cells: rings, or chains that end on a free cell.
#include "mapper/clusters/undone_trips.h"

#include <cstdint>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include "mapper/clusters/limits.h"

namespace ranvier::mapper::clusters {

namespace {

constexpr std::uint32_t kStayed = std::numeric_limits<std::uint32_t>::max();

struct Trips {
  std::vector<std::uint32_t> of;              // by cluster; kStayed
  std::vector<std::vector<Cluster>> members;  // by trip
};

Trips trips_of(Mesh mesh, const Placement& home, const Placement& at) {
  std::vector<Cluster> from(mesh.cells(), kNoCell);  // who moved away from a cell, and who moved to it
  std::vector<Cluster> to(mesh.cells(), kNoCell);
  for (Cluster c = 0; c < home.size(); ++c) {
    if (at[c] == home[c]) continue;
    from[home[c]] = c;
    to[at[c]] = c;
  }
  Trips trips{std::vector<std::uint32_t>(home.size(), kStayed), {}};
  const auto follow = [&](Cluster c) {
    const auto trip = static_cast<std::uint32_t>(trips.members.size());
    trips.members.emplace_back();
    for (; c != kNoCell && trips.of[c] == kStayed; c = from[at[c]]) {
      trips.of[c] = trip;
      trips.members.back().push_back(c);
    }
  };
  // Chains from their first cluster, whose home nobody takes; what is left are rings.
  for (const bool chains : {true, false})
    for (Cluster c = 0; c < home.size(); ++c)
      if (at[c] != home[c] && trips.of[c] == kStayed && (!chains || to[home[c]] == kNoCell)) follow(c);
  return trips;
}

/// Weighted hops that taking the trip back costs, the others staying where they are.
double loss_of(const ClusterGraph& graph, Mesh mesh, const Placement& home, const Placement& at, const Trips& trips,
               std::uint32_t trip) {
  double loss = 0;
  for (const Cluster c : trips.members[trip])
    for (const ClusterGraph::Neighbour& n : graph.neighbours(c)) {
      const bool both = trips.of[n.cluster] == trip;
      const double change = static_cast<double>(mesh.distance(home[c], both ? home[n.cluster] : at[n.cluster])) -
                            static_cast<double>(mesh.distance(at[c], at[n.cluster]));
      loss += change * static_cast<double>(n.weight) / (both ? 2 : 1);
    }
  return loss;
}

}  // namespace

Placement without_worst_trips(const ClusterGraph& graph, Mesh mesh, const Placement& home, Placement at,
                              const Metrics& limits) {
  Trips trips = trips_of(mesh, home, at);
  for (std::size_t left = trips.members.size(); left > 0; --left) {
    if (keeps(measure(graph, mesh, at), limits)) return at;
    const LinkLoads loads = link_loads(graph, mesh, at);
    std::vector<bool> blamed(trips.members.size(), false);
    for (const Edge& e : graph.edges()) {
      if (mesh.distance(at[e.source], at[e.target]) <= limits.distance_max &&
          fullest_link(loads, at[e.source], at[e.target]) <= limits.congestion_max)
        continue;
      for (const Cluster end : {e.source, e.target})
        if (trips.of[end] != kStayed) blamed[trips.of[end]] = true;
    }
    std::uint32_t best = kStayed;
    double least = std::numeric_limits<double>::infinity();
    for (std::uint32_t t = 0; t < blamed.size(); ++t) {
      if (!blamed[t]) continue;
      const double loss = loss_of(graph, mesh, home, at, trips, t);
      if (loss < least) std::tie(least, best) = std::pair(loss, t);
    }
    if (best == kStayed) return home;  // rounding of sums: nobody to blame
    for (const Cluster c : trips.members[best]) {
      at[c] = home[c];
      trips.of[c] = kStayed;
    }
    trips.members[best].clear();
  }
  return at;
}

}  // namespace ranvier::mapper::clusters
