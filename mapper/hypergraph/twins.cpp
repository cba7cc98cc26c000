// SPDX-License-Identifier: Apache-2.0
// Twins: vertices that the same sources reach. Merging them costs next to nothing, since parting them would double all
// their in-axons, and it shrinks convolutions by the number of their channels.
#include <algorithm>
#include <numeric>
#include <unordered_set>

#include "mapper/hypergraph/coarsen.h"
#include "mapper/hypergraph/merge_rules.h"

namespace ranvier::mapper::hypergraph {

namespace {

using Keys = std::vector<std::uint64_t>;  // 0: no twin. Equal keys of different sets only make a poorer cluster.

std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// Sums of codes are keys of sets, in any order.
Keys by_hyperedges_heard(const PartitionProblem& problem, const std::vector<Vertex>& group, std::size_t groups) {
  Keys key(groups, 0);
  for (std::size_t e = 0; e < problem.graph.pins.size(); ++e) {
    const auto pins = problem.graph.pins[e];
    for (std::size_t i = 1; i < pins.size(); ++i) key[group[pins[i]]] += mixed(e);
  }
  return key;
}

/// By the set of clusters that a vertex hears, once each.
Keys by_clusters_heard(const PartitionProblem& problem, const std::vector<Vertex>& group, std::size_t groups,
                       const std::vector<Vertex>& cluster) {
  std::vector<std::pair<Vertex, std::size_t>> order;  // hyperedges by cluster of the source
  for (std::size_t e = 0; e < problem.graph.pins.size(); ++e)
    if (!problem.graph.pins[e].empty()) order.emplace_back(cluster[group[problem.graph.pins[e][0]]], e);
  std::sort(order.begin(), order.end());
  Keys key(groups, 0);
  std::vector<Vertex> last(groups, UINT32_MAX);
  for (const auto& [source, e] : order) {
    const auto pins = problem.graph.pins[e];
    for (std::size_t i = 1; i < pins.size(); ++i) {
      const Vertex v = group[pins[i]];
      if (last[v] != source) key[v] += mixed(source);
      last[v] = source;
    }
  }
  return key;
}

Keys by_clusters_reached(const PartitionProblem& problem, const std::vector<Vertex>& group, std::size_t groups,
                         const std::vector<Vertex>& cluster) {
  Keys key(groups, 0);
  std::vector<std::size_t> seen(groups, 0);
  for (std::size_t e = 0; e < problem.graph.pins.size(); ++e) {
    const auto pins = problem.graph.pins[e];
    std::uint64_t sum = 0;
    for (std::size_t i = 1; i < pins.size(); ++i) {
      const Vertex to = cluster[group[pins[i]]];
      if (seen[to] == e + 1) continue;
      seen[to] = e + 1;
      sum += mixed(to);
    }
    if (!pins.empty() && sum != 0) key[group[pins[0]]] += mixed(sum);
  }
  return key;
}

/// Merges single vertices of equal keys, in their order, while the cluster stays within its limits.
void merge_equal(const Keys& key, std::vector<Vertex>& leader, std::vector<std::uint8_t>& merged, MergeRules& rules) {
  std::vector<Vertex> order;
  for (Vertex v = 0; v < key.size(); ++v)
    if (!merged[v] && key[v] != 0) order.push_back(v);
  std::sort(order.begin(), order.end(), [&](Vertex a, Vertex b) { return key[a] != key[b] ? key[a] < key[b] : a < b; });
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || key[order[i]] != key[order[i - 1]]) {
      rules.begin(order[i]);
      continue;
    }
    if (!rules.join(order[i])) {
      rules.begin(order[i]);
      continue;
    }
    leader[order[i]] = rules.first();
    merged[order[i]] = merged[rules.first()] = 1;
  }
}

}  // namespace

Clustering twins(const PartitionProblem& problem, const Instance& instance, const std::vector<Vertex>& group,
                 const ClusterLimits& limits) {
  const std::size_t n = instance.vertices;
  std::vector<Vertex> leader(n);
  std::iota(leader.begin(), leader.end(), Vertex{0});
  std::vector<std::uint8_t> merged(n, 0);
  MergeRules rules(instance, limits);
  merge_equal(by_hyperedges_heard(problem, group, n), leader, merged, rules);
  merge_equal(by_clusters_heard(problem, group, n, leader), leader, merged, rules);
  merge_equal(by_clusters_reached(problem, group, n, leader), leader, merged, rules);
  return numbered(leader);
}

}  // namespace ranvier::mapper::hypergraph
