// SPDX-License-Identifier: Apache-2.0
// Pair matching and contraction, both linear in edges.
#include "mapper/clusters/pair_coarsening.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/random.h"

namespace ranvier::mapper::clusters {

namespace {

constexpr std::size_t kTwoHopTrials = 256;  // entries looked at for one cluster: hubs must not cost their square

// Fisher and Yates.
std::vector<Cluster> shuffled(std::size_t n, std::uint64_t seed) {
  std::vector<Cluster> order(n);
  std::iota(order.begin(), order.end(), Cluster{0});
  for (std::size_t i = n; i > 1; --i)
    std::swap(order[i - 1], order[random_below(static_cast<std::uint32_t>(i), seed, i, 0)]);
  return order;
}

template <class Graph>
Cluster free_two_hops_away(const Graph& graph, const std::vector<Cluster>& mate, Cluster c) {
  std::size_t trials = 0;
  for (const auto& n : graph.neighbours(c)) {
    for (const auto& nn : graph.neighbours(n.cluster)) {
      if (nn.cluster != c && mate[nn.cluster] == kNoCluster) return nn.cluster;
      if (++trials >= kTwoHopTrials) return kNoCluster;
    }
  }
  return kNoCluster;
}

template <class Graph>
std::vector<Cluster> matched(const Graph& graph, bool all, std::uint64_t seed) {
  std::vector<Cluster> mate(graph.size(), kNoCluster);
  const auto pair = [&](Cluster a, Cluster b) {
    mate[a] = b;
    mate[b] = a;
  };
  const std::vector<Cluster> order = shuffled(graph.size(), seed);
  for (const Cluster c : order) {
    if (mate[c] != kNoCluster) continue;
    Cluster best = kNoCluster;
    float best_weight = -1;
    for (const auto& n : graph.neighbours(c)) {
      if (mate[n.cluster] != kNoCluster || n.weight <= best_weight) continue;
      best = n.cluster;
      best_weight = n.weight;
    }
    if (best != kNoCluster) pair(c, best);
  }
  for (const Cluster c : order) {
    if (mate[c] != kNoCluster || graph.neighbours(c).empty()) continue;
    if (const Cluster other = free_two_hops_away(graph, mate, c); other != kNoCluster) pair(c, other);
  }
  Cluster waiting = kNoCluster;
  for (Cluster c = 0; c < graph.size(); ++c) {
    if (mate[c] != kNoCluster || (!all && graph.neighbours(c).empty())) continue;
    if (waiting == kNoCluster) {
      waiting = c;
    } else {
      pair(waiting, c);
      waiting = kNoCluster;
    }
  }
  return mate;
}

}  // namespace

template <class Graph>
Coarsening coarsen_in_pairs(const Graph& graph, bool all, std::uint64_t seed) {
  const std::vector<Cluster> mate = matched(graph, all, seed);
  Coarsening out;
  out.parent.assign(graph.size(), kNoCluster);
  std::vector<Cluster> first;
  for (Cluster c = 0; c < graph.size(); ++c) {
    if ((!all && graph.neighbours(c).empty()) || (mate[c] != kNoCluster && mate[c] < c)) continue;
    const Cluster coarse = static_cast<Cluster>(first.size());
    out.parent[c] = coarse;
    if (mate[c] != kNoCluster) out.parent[mate[c]] = coarse;
    first.push_back(c);
  }
  std::vector<std::size_t> place(first.size(), SIZE_MAX);  // of a coarse neighbour in the row being built
  out.graph.offset.reserve(first.size() + 1);
  for (Cluster coarse = 0; coarse < first.size(); ++coarse) {
    const std::size_t begin = out.graph.entries.size();
    const auto gather = [&](Cluster c) {
      for (const auto& n : graph.neighbours(c)) {
        const Cluster to = out.parent[n.cluster];
        if (to == coarse) continue;
        if (place[to] != SIZE_MAX && place[to] >= begin) {
          out.graph.entries[place[to]].weight += n.weight;
        } else {
          place[to] = out.graph.entries.size();
          out.graph.entries.push_back({to, n.weight});
        }
      }
    };
    gather(first[coarse]);
    if (mate[first[coarse]] != kNoCluster) gather(mate[first[coarse]]);
    out.graph.offset.push_back(out.graph.entries.size());
  }
  return out;
}

template Coarsening coarsen_in_pairs(const ClusterGraph&, bool, std::uint64_t);
template Coarsening coarsen_in_pairs(const LevelGraph&, bool, std::uint64_t);

}  // namespace ranvier::mapper::clusters
