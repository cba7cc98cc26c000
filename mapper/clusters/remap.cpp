// SPDX-License-Identifier: Apache-2.0
// Threshold accepting (Dueck and Scheuer, 1990) from a placement that is already good: the first threshold is low.
#include "mapper/clusters/remap.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include "base/random_stream.h"
#include "mapper/clusters/solvers.h"

namespace ranvier::mapper::clusters {

namespace {

constexpr std::array kFirstThresholds{0.1, 0.3, 1.0};  // of the mean weighted hops of a cluster
constexpr std::array kHeats{0.5, 2.0};                 // of annealing, in its own unit
constexpr double kCool = 0.01;
constexpr std::uint32_t kRadius = 32;
constexpr double kAgain = 0.5;                 // of a last annealing, from the best found
constexpr std::int64_t kAnnealed = 17;         // moves of a cluster for each sweep: 5000 at 300, as from scratch
constexpr std::int64_t kMostAnnealed = 20000;  // moves of a cluster
constexpr std::int32_t kHomeward = 10;         // one sweep in so many after an annealing, which knows no migration
constexpr double kGreedyFrom = 0.75;           // share of the sweeps after which only gains are kept
constexpr std::int32_t kWindow = 2;            // cells around the median, each way
constexpr std::int32_t kWideWindow = 8;        // around the cluster itself at first; shrinks to 1
constexpr std::uint32_t kNearHere = 2;         // one try in so many looks around the cluster itself

double weighted_hops(const ClusterGraph& graph, Mesh mesh, const Placement& at) {
  double sum = 0;
  for (const Edge& e : graph.edges()) sum += e.weight * mesh.distance(at[e.source], at[e.target]);
  return sum;
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

/// The graph with its clusters renumbered by the cell they are on, so that no decision sees the caller's numbers.
struct ByCell {
  std::vector<Cluster> cluster_of;  // of the renumbered graph, in the caller's numbers
  ClusterGraph graph;
};

ByCell by_cell(const ClusterGraph& graph, const Placement& start) {
  std::vector<Cluster> order(graph.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](Cluster a, Cluster b) { return start[a] < start[b]; });
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

class Search {
 public:
  Search(const ClusterGraph& graph, Mesh mesh, const Placement& home, Placement at, double price, std::uint64_t seed,
         std::uint64_t stream)
      : graph_(graph),
        mesh_(mesh),
        home_(home),
        at_(std::move(at)),
        cluster_at_(mesh.cells(), kNoCluster),
        price_(price),
        random_(seed, stream) {
    for (Cluster c = 0; c < at_.size(); ++c) cluster_at_[at_[c]] = c;
  }

  void run(std::int32_t sweeps, double first_threshold) {
    for (std::int32_t s = 0; s < sweeps; ++s) {
      const double progress = static_cast<double>(s) / sweeps;
      reach_ =
          1 + static_cast<std::int32_t>(std::lround((kWideWindow - 1) * std::max(0.0, 1 - progress / kGreedyFrom)));
      const double threshold = progress < kGreedyFrom ? first_threshold * (1 - progress / kGreedyFrom) : 0;
      for (Cluster c = 0; c < at_.size(); ++c) {
        if (graph_.neighbours(c).empty()) continue;
        const Cell to = target(c);
        if (to == at_[c]) continue;
        const double change = change_of(c, to);
        if (change < 0 || change < threshold) swap(c, to);
      }
    }
  }

  /// Clusters that share a trip may be worth sending home one by one: the threshold let some go for nothing.
  void send_home() {
    for (bool better = true; better;) {
      better = false;
      for (Cluster c = 0; c < at_.size(); ++c) {
        if (at_[c] == home_[c]) continue;
        const double change = change_of(c, home_[c]);
        const Cluster there = cluster_at_[home_[c]];
        const bool fewer = there == kNoCluster || at_[there] != home_[there];
        if (change < 0 || (change <= 0 && fewer)) {
          swap(c, home_[c]);
          better = true;
        }
      }
    }
  }

  const Placement& at() const { return at_; }

 private:
  static constexpr Cluster kNoCluster = UINT32_MAX;

  /// A cell near the weighted median of the neighbours, where the sum of w * distance is least; or one around `c`.
  Cell target(Cluster c) {
    std::uint32_t x = mesh_.x(at_[c]);
    std::uint32_t y = mesh_.y(at_[c]);
    std::int32_t reach = reach_;
    if (random_.below(kNearHere) != 0) {
      reach = kWindow;
      xs_.clear();
      ys_.clear();
      double half = 0;
      for (const auto& n : graph_.neighbours(c)) {
        xs_.emplace_back(mesh_.x(at_[n.cluster]), n.weight);
        ys_.emplace_back(mesh_.y(at_[n.cluster]), n.weight);
        half += n.weight;
      }
      x = median(xs_, half / 2);
      y = median(ys_, half / 2);
    }
    return mesh_.at(near(x, mesh_.width, reach), near(y, mesh_.height, reach));
  }

  static std::uint32_t median(std::vector<std::pair<std::uint32_t, float>>& values, double half) {
    std::sort(values.begin(), values.end());
    double sum = 0;
    for (const auto& [value, weight] : values) {
      sum += weight;
      if (sum >= half) return value;
    }
    return values.back().first;
  }

  std::uint32_t near(std::uint32_t centre, std::uint32_t size, std::int32_t reach) {
    const auto offset = static_cast<std::int32_t>(random_.below(static_cast<std::uint32_t>(2 * reach + 1))) - reach;
    return static_cast<std::uint32_t>(
        std::clamp(static_cast<std::int32_t>(centre) + offset, 0, static_cast<std::int32_t>(size) - 1));
  }

  /// Hops and migration that `c` and what is on `to` would have after changing places, less now.
  double change_of(Cluster c, Cell to) const {
    const Cell from = at_[c];
    const Cluster other = cluster_at_[to];
    double change = pull(c, from, to, other);
    if (other != kNoCluster) change += pull(other, to, from, c);
    return change;
  }

  /// One of the two; the link between them keeps its length.
  double pull(Cluster c, Cell from, Cell to, Cluster partner) const {
    double sum = price_ * (static_cast<double>(to != home_[c]) - static_cast<double>(from != home_[c]));
    for (const auto& n : graph_.neighbours(c)) {
      if (n.cluster == partner) continue;
      const Cell peer = at_[n.cluster];
      sum += static_cast<double>(n.weight) *
             (static_cast<double>(mesh_.distance(to, peer)) - static_cast<double>(mesh_.distance(from, peer)));
    }
    return sum;
  }

  void swap(Cluster c, Cell to) {
    const Cell from = at_[c];
    const Cluster other = cluster_at_[to];
    cluster_at_[from] = other;
    cluster_at_[to] = c;
    at_[c] = to;
    if (other != kNoCluster) at_[other] = from;
  }

  const ClusterGraph& graph_;
  Mesh mesh_;
  const Placement& home_;
  Placement at_;
  std::vector<Cluster> cluster_at_;  // by cell
  double price_;
  RandomStream random_;
  std::int32_t reach_ = kWideWindow;
  std::vector<std::pair<std::uint32_t, float>> xs_, ys_;
};

}  // namespace

double migration_price(const ClusterGraph& graph, Mesh mesh, const Placement& placement, double mu) {
  return graph.size() == 0 ? 0 : mu * weighted_hops(graph, mesh, placement) / static_cast<double>(graph.size());
}

Remapped remap(const ClusterGraph& graph, Mesh mesh, const Placement& start, const RemapOptions& options) {
  Remapped result;
  result.placement = start;
  result.hops_before = result.hops_after = weighted_hops(graph, mesh, start);
  if (graph.size() == 0) return result;
  const ByCell canonical = by_cell(graph, start);
  Placement home(graph.size());
  for (std::size_t i = 0; i < home.size(); ++i) home[i] = start[canonical.cluster_of[i]];
  const double price = options.migration_hops / options.horizon_inferences;
  const double mean = result.hops_before / static_cast<double>(graph.size());
  Placement found = home;
  double least = result.hops_before;  // hops and migration
  const auto keep_if_less = [&](const Placement& at) {
    const double cost = weighted_hops(canonical.graph, mesh, at) + price * movers_of(home, at);
    if (cost >= least) return;
    least = cost;
    found = at;
  };
  for (std::size_t i = 0; i < kFirstThresholds.size(); ++i) {
    Search search(canonical.graph, mesh, home, home, price, options.seed, i);
    search.run(options.sweeps, kFirstThresholds[i] * mean);
    search.send_home();
    keep_if_less(search.at());
  }
  // Where moves are cheap, annealing as from scratch, but begun where things are, finds more.
  const std::int64_t moves =
      std::min(kAnnealed * options.sweeps, kMostAnnealed) * static_cast<std::int64_t>(home.size());
  const auto annealed = [&](const Placement& from, double heat, std::uint64_t stream) {
    const Placement at = anneal(canonical.graph, mesh, from, {}, {moves, heat, kCool, kRadius},
                                options.seed * (kHeats.size() + 1) + stream);
    keep_if_less(at);
    if (price <= 0) return;
    Search search(canonical.graph, mesh, home, at, price, options.seed, kFirstThresholds.size() + stream);
    search.run(options.sweeps / kHomeward + 1, 0);
    search.send_home();
    keep_if_less(search.at());
  };
  for (std::size_t i = 0; i < kHeats.size(); ++i) annealed(home, kHeats[i], i);
  annealed(Placement(found), kAgain, kHeats.size());

  Placement moved(graph.size());
  for (std::size_t i = 0; i < home.size(); ++i) moved[canonical.cluster_of[i]] = found[i];
  const double movers = movers_of(home, found);
  const double after = weighted_hops(graph, mesh, moved);
  const double gain = result.hops_before - after - price * movers;
  if (movers <= 0 || gain <= 0 || gain < options.min_gain * result.hops_before) return result;
  result.accepted = true;
  result.placement = std::move(moved);
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
  result.hops_before = result.hops_after = weighted_hops(graph, mesh, start);
  return result;
}

}  // namespace ranvier::mapper::clusters
