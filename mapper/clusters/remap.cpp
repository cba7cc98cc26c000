// SPDX-License-Identifier: Apache-2.0
// Annealings from the start, from cool to hot, with the migration in the objective.
#include "mapper/clusters/remap.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include "mapper/clusters/compact_window.h"
#include "mapper/clusters/limits.h"
#include "mapper/clusters/portfolio.h"
#include "mapper/clusters/solvers.h"
#include "mapper/clusters/swap_state.h"
#include "mapper/clusters/undone_trips.h"

namespace ranvier::mapper::clusters {

namespace {

struct Heat {
  double heat = 0;   // in the unit of AnnealSchedule
  double share = 0;  // of all moves
};

// Where a move is dear or little has changed the cool one wins, which stays near the start.
constexpr std::array<Heat, 3> kHeats{{{0.1, 0.1}, {2.5, 0.25}, {6, 0.6}}};
// Where moves cost nothing one long annealing finds better shapes than several short ones; it begins with the start,
// hot, or, if a short annealing of bands of layers comes out better than a cool one of the start, with those.
constexpr Heat kFreeCool{0.1, 0.05};
constexpr Heat kFreeBands{1, 0.05};  // each
constexpr Heat kFreeHot{6, 0.8};
constexpr Heat kFreeFromBands{2, 0.8};
constexpr std::int32_t kFreeBandsTried = 2;
constexpr double kLimitHeat = 0.1;
constexpr double kLimitShare = 0.01;  // of all moves, for each try to come below a limit
constexpr double kCool = 0.01;
constexpr std::uint32_t kRadius = 32;
constexpr std::uint32_t kLimitRadius = 8;
constexpr std::uint64_t kStreams = 8;  // of random numbers, a seed

double weighted_hops(const ClusterGraph& graph, Mesh mesh, const Placement& at) {
  double sum = 0;
  for (const Edge& e : graph.edges()) sum += e.weight * mesh.distance(at[e.source], at[e.target]);
  return sum;
}

double heaviest_edge(const ClusterGraph& graph) {
  double heaviest = 0;
  for (Cluster c = 0; c < graph.size(); ++c)
    for (const auto& n : graph.neighbours(c)) heaviest = std::max(heaviest, static_cast<double>(n.weight));
  return heaviest;
}

double movers_of(const Placement& home, const Placement& at) {
  double movers = 0;
  for (std::size_t i = 0; i < home.size(); ++i) movers += at[i] != home[i] ? 1 : 0;
  return movers;
}

bool same_rates(const ClusterGraph& a, const ClusterGraph& b) {
  for (Cluster c = 0; c < a.size(); ++c)
    if (!std::equal(a.neighbours(c).begin(), a.neighbours(c).end(), b.neighbours(c).begin(), b.neighbours(c).end(),
                    [](const auto& m, const auto& n) { return m.cluster == n.cluster && m.weight == n.weight; }))
      return false;
  return true;
}

/// Longest path from a cluster that nothing sends to, by cluster; 0 on and behind cycles.
std::vector<std::uint32_t> layers(const ClusterGraph& graph) {
  std::vector<std::vector<Cluster>> targets(graph.size());
  std::vector<std::uint32_t> waits(graph.size(), 0);
  for (const Edge& e : graph.edges()) {
    targets[e.source].push_back(e.target);
    ++waits[e.target];
  }
  std::vector<Cluster> ready;
  for (Cluster c = 0; c < graph.size(); ++c)
    if (waits[c] == 0) ready.push_back(c);
  std::vector<std::uint32_t> layer(graph.size(), 0);
  for (std::size_t i = 0; i < ready.size(); ++i)
    for (const Cluster to : targets[ready[i]]) {
      layer[to] = std::max(layer[to], layer[ready[i]] + 1);
      if (--waits[to] == 0) ready.push_back(to);
    }
  for (Cluster c = 0; c < graph.size(); ++c)
    if (waits[c] > 0) layer[c] = 0;
  return layer;
}

/// The graph with its clusters renumbered by layer, then by the cell they are on, so that no decision sees the caller's
/// numbers.
struct Renumbered {
  std::vector<Cluster> cluster_of;  // of the renumbered graph, in the caller's numbers
  ClusterGraph graph;
};

Renumbered by_layer_and_cell(const ClusterGraph& graph, const Placement& start) {
  const std::vector<std::uint32_t> layer = layers(graph);
  std::vector<Cluster> order(graph.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](Cluster a, Cluster b) { return std::tie(layer[a], start[a]) < std::tie(layer[b], start[b]); });
  std::vector<Cluster> rank(graph.size());
  for (std::size_t i = 0; i < order.size(); ++i) rank[order[i]] = static_cast<Cluster>(i);
  std::vector<Edge> edges;
  edges.reserve(graph.edges().size());
  for (const Edge& e : graph.edges()) edges.push_back({rank[e.source], rank[e.target], e.weight});
  std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) {
    return std::tie(a.source, a.target, a.weight) < std::tie(b.source, b.target, b.weight);
  });
  return {std::move(order), ClusterGraph(graph.size(), std::move(edges))};
}

/// Clusters that share a trip may be worth sending home one by one, in order of their cells.
Placement sent_home(const ClusterGraph& graph, Mesh mesh, Placement from, const Objective& objective) {
  SwapState state(graph, mesh, from, objective);
  for (bool better = true; better;) {
    better = false;
    for (Cluster c = 0; c < graph.size(); ++c) {
      const Cell home = objective.home[c];
      if (state.cell(c) == home) continue;
      const Cluster there = state.holder(home);
      const bool fewer = there == kNoCell || state.cell(there) != objective.home[there];
      const std::int64_t gain = state.gain(c, home);
      if (gain > 0 || (gain == 0 && !fewer)) continue;
      state.swap(c, home);
      better = true;
    }
  }
  return state.cells();
}

struct Found {
  Placement cells;
  double cost = 0;  // hops and migration
  bool keeps_limits = false;
};

/// Judges placements, and brings the cheapest below the limits.
struct Search {
  const ClusterGraph& graph;
  Mesh mesh;
  const Placement& home;
  const Objective& objective;
  const Metrics& limits;
  double price = 0;
  double moves = 0;  // of all annealings
  std::uint64_t seed = 1;

  Placement annealed(const Placement& from, Heat how, std::uint64_t stream) const {
    return anneal(graph, mesh, from, objective, {std::llround(how.share * moves), how.heat, kCool, kRadius},
                  seed * kStreams + stream);
  }

  std::vector<Found> priced() const {
    std::vector<Found> found;
    for (std::size_t i = 0; i < kHeats.size(); ++i) found.push_back(judged(annealed(home, kHeats[i], i)));
    return found;
  }

  std::vector<Found> free() const {
    std::vector<Found> found{judged(annealed(home, kFreeCool, 0))};
    const CompactWindow window = compact_window(mesh, graph.size());
    std::uint64_t stream = 1;
    std::size_t best = 0;
    for (const std::uint32_t rows : best_bands(graph, window.start, kFreeBandsTried)) {
      const Placement bands = place_in_bands(graph, window.start, rows);
      found.push_back(
          judged(annealed(moved_to_mesh(window, mesh, moved_to_room(window, bands)), kFreeBands, ++stream)));
      if (found.back().cost < found[best].cost) best = found.size() - 1;
    }
    found.push_back(judged(best > 0 ? annealed(found[best].cells, kFreeFromBands, 1) : annealed(home, kFreeHot, 1)));
    return found;
  }

  Found judged(const Placement& at) const {
    Found found{sent_home(graph, mesh, at, objective), 0, false};
    found.cost = weighted_hops(graph, mesh, found.cells) + price * movers_of(home, found.cells);
    found.keeps_limits = keeps(measure(graph, mesh, found.cells), limits);
    return found;
  }

  /// Of those found and of staying, the cheapest that keeps the limits.
  Found best(std::vector<Found> found, double staying) const {
    const AnnealSchedule brief{std::llround(kLimitShare * moves), kLimitHeat, kCool, kLimitRadius};
    std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.cost < b.cost; });
    Found best{home, staying, true};
    for (Found& f : found) {
      if (f.cost >= best.cost) break;
      std::vector<Found> kept{std::move(f)};
      if (!kept.front().keeps_limits) {
        const Placement broken = kept.front().cells;
        kept.push_back(judged(within_limits(graph, mesh, broken, limits, brief, seed, objective)));
        if (price > 0) kept.push_back(judged(without_worst_trips(graph, mesh, home, broken, limits)));
      }
      for (Found& k : kept)
        if (k.keeps_limits && k.cost < best.cost) best = std::move(k);
    }
    return best;
  }
};

}  // namespace

double migration_price(const ClusterGraph& graph, Mesh mesh, const Placement& placement, double mu) {
  return graph.size() == 0 ? 0 : mu * weighted_hops(graph, mesh, placement) / static_cast<double>(graph.size());
}

Remapped remap(const ClusterGraph& graph, Mesh mesh, const Placement& start, const RemapOptions& options) {
  Remapped result;
  result.placement = start;
  result.before = result.after = measure(graph, mesh, start);
  result.hops_before = result.hops_after = weighted_hops(graph, mesh, start);
  if (graph.size() == 0) return result;
  const Renumbered canonical = by_layer_and_cell(graph, start);
  Placement home(graph.size());
  for (std::size_t i = 0; i < home.size(); ++i) home[i] = start[canonical.cluster_of[i]];
  const double price = options.migration_hops / options.horizon_inferences;
  Metrics limits = measure(canonical.graph, mesh, home);  // sums in the order of what is held against them
  // Neighbours on neighbouring cells are no fault, though they load their link more than if they were far apart.
  limits.congestion_max = std::max(limits.congestion_max, heaviest_edge(graph));
  const Objective objective{tail_price(graph), result.before.distance_max, price, home};
  const auto moves = static_cast<double>(annealing_moves(canonical.graph, options.effort));
  const Search search{canonical.graph, mesh, home, objective, limits, price, moves, options.seed};
  std::vector<Found> found = price > 0 ? search.priced() : search.free();
  const Found best = search.best(std::move(found), result.hops_before);

  Placement moved(graph.size());
  for (std::size_t i = 0; i < home.size(); ++i) moved[canonical.cluster_of[i]] = best.cells[i];
  const double movers = movers_of(home, best.cells);
  const double after = weighted_hops(graph, mesh, moved);
  const double gain = result.hops_before - after - price * movers;
  if (movers <= 0 || gain <= 0 || gain < options.min_gain * result.hops_before) return result;
  result.accepted = true;
  result.placement = std::move(moved);
  result.after = measure(graph, mesh, result.placement);
  result.hops_after = after;
  result.moved_clusters = static_cast<std::size_t>(movers);
  result.migration_hops = options.migration_hops * movers;
  return result;
}

Remapped remap_if_changed(const ClusterGraph& before, const ClusterGraph& graph, Mesh mesh, const Placement& start,
                          const RemapOptions& options) {
  if (before.size() != graph.size() || !same_rates(before, graph)) return remap(graph, mesh, start, options);
  Remapped result;
  result.placement = start;
  result.before = result.after = measure(graph, mesh, start);
  result.hops_before = result.hops_after = weighted_hops(graph, mesh, start);
  return result;
}

}  // namespace ranvier::mapper::clusters
