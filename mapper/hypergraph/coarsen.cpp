// SPDX-License-Identifier: Apache-2.0
// Clusters by heavy nets, as in KaHyPar (Schlag et al., ALENEX 2016): rating sum of weight / (pins - 1).
#include "mapper/hypergraph/coarsen.h"

#include <algorithm>
#include <numeric>

#include "base/random_stream.h"
#include "mapper/hypergraph/merge_rules.h"

namespace ranvier::mapper::hypergraph {

namespace {

constexpr std::size_t kLargestRatedNet = 1000;  // larger ones say little and cost most
constexpr std::size_t kMostMembers = 4;         // a level: more makes poor clusters of hubs
constexpr int kTries = 3;                       // clusters tried for one vertex

/// Ratings of clusters around one vertex.
class Ratings {
 public:
  explicit Ratings(std::size_t vertices) : rating_(vertices, 0) {}
  void look(const Instance& g, Vertex v, const std::vector<Vertex>& leader, const std::vector<std::uint32_t>& members,
            const Parts& within) {
    for (const Vertex c : near_) rating_[c] = 0;
    near_.clear();
    for (const Net e : g.nets_of[v]) {
      const auto pins = g.pins[e];
      if (g.weight[e] == 0 || pins.size() > kLargestRatedNet) continue;
      const double share = static_cast<double>(g.weight[e]) / static_cast<double>(pins.size() - 1);
      for (const Vertex u : pins) {
        if (u == v || members[leader[u]] >= kMostMembers || (!within.empty() && within[u] != within[v])) continue;
        double& rating = rating_[leader[u]];
        if (rating == 0) near_.push_back(leader[u]);
        rating += share;
      }
    }
  }
  /// The next best cluster; UINT32_MAX: none left. Ties go to the smaller leader.
  Vertex take_best() {
    Vertex best = UINT32_MAX;
    for (const Vertex c : near_)
      if (rating_[c] > 0 &&
          (best == UINT32_MAX || rating_[c] > rating_[best] || (rating_[c] == rating_[best] && c < best)))
        best = c;
    if (best != UINT32_MAX) rating_[best] = -1;
    return best;
  }

 private:
  std::vector<double> rating_;
  std::vector<Vertex> near_;
};

}  // namespace

Clustering heavy_clusters(const Instance& instance, const Parts& within, const ClusterLimits& limits,
                          std::uint64_t seed) {
  const std::size_t n = instance.vertices;
  std::vector<Vertex> order(n);
  std::iota(order.begin(), order.end(), Vertex{0});
  RandomStream random(seed, n, 0);
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);

  std::vector<Vertex> leader(n);
  std::iota(leader.begin(), leader.end(), Vertex{0});
  std::vector<Vertex> next(n, UINT32_MAX);  // members of a cluster as a list from its leader
  std::vector<std::uint32_t> members(n, 1);
  Ratings ratings(n);
  MergeRules rules(instance, limits);
  for (const Vertex v : order) {
    if (leader[v] != v || members[v] > 1) continue;
    ratings.look(instance, v, leader, members, within);
    for (int t = 0; t < kTries; ++t) {
      const Vertex to = ratings.take_best();
      if (to == UINT32_MAX) break;
      rules.begin(to);
      bool same = true;
      for (Vertex u = next[to]; u != UINT32_MAX && same; u = next[u]) same = rules.join(u);
      if (!same || !rules.join(v)) continue;
      leader[v] = to;
      next[v] = next[to];
      next[to] = v;
      ++members[to];
      break;
    }
  }
  return numbered(leader);
}

}  // namespace ranvier::mapper::hypergraph
