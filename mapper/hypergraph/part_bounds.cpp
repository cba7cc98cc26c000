// SPDX-License-Identifier: Apache-2.0
// Lower bounds by counting.
#include "mapper/hypergraph/part_bounds.h"

#include <algorithm>
#include <numeric>

namespace ranvier::mapper::hypergraph {
namespace {

std::size_t parts_for(std::int64_t demand, std::int64_t limit) {
  return demand <= 0 || limit <= 0 ? 0 : static_cast<std::size_t>((demand - 1) / limit + 1);
}

/// Sum over hyperedges of weight x (parts that the demand of its pins takes - 1).
double by_fan_out(const PartitionProblem& problem) {
  const Hypergraph& graph = problem.graph;
  double sum = 0;
  for (std::size_t e = 0; e < graph.pins.size(); ++e) {
    const auto pins = graph.pins[e];
    std::size_t parts = 1;
    for (const SummedResource& r : problem.summed) {
      std::int64_t demand = 0;
      for (std::size_t i = 0; i < pins.size(); ++i)
        if (i == 0 || pins[i] != pins[0]) demand += r.demand[pins[i]];
      parts = std::max(parts, parts_for(demand, r.limit));
    }
    sum += graph.weight[e] * static_cast<double>(parts - 1);
  }
  return sum;
}

/// Hyperedges that connect pieces of the graph, seen as parts, are at least parts - pieces crossings, the lightest.
double by_connection(const PartitionProblem& problem, std::size_t parts) {
  const Hypergraph& graph = problem.graph;
  std::vector<Vertex> leader(graph.vertices);
  std::iota(leader.begin(), leader.end(), 0);
  const auto find = [&](Vertex v) {
    while (leader[v] != v) v = leader[v] = leader[leader[v]];
    return v;
  };
  std::size_t pieces = graph.vertices;
  double lightest = 0;
  for (std::size_t e = 0; e < graph.pins.size(); ++e) {
    const auto pins = graph.pins[e];
    if (graph.weight[e] <= 0 || pins.size() < 2) continue;
    lightest = lightest == 0 ? graph.weight[e] : std::min(lightest, graph.weight[e]);
    for (const Vertex v : pins) {
      const Vertex a = find(pins[0]), b = find(v);
      if (a == b) continue;
      leader[b] = a;
      --pieces;
    }
  }
  return parts > pieces ? lightest * static_cast<double>(parts - pieces) : 0;
}

/// The part of a vertex that listens to many takes only so many of their sources in; the others reach it from outside.
double by_fan_in(const PartitionProblem& problem) {
  const Hypergraph& graph = problem.graph;
  const Lists heard = in_axons(graph, 0).items_of;
  std::vector<std::int64_t> least_demand;  // of a vertex, by summed resource
  for (const SummedResource& r : problem.summed)
    least_demand.push_back(r.demand.empty() ? 0 : *std::min_element(r.demand.begin(), r.demand.end()));
  double bound = 0;
  std::vector<std::pair<Vertex, double>> sources;  // with all that it sends to this vertex
  std::vector<double> weights;
  for (Vertex v = 0; v < graph.vertices; ++v) {
    std::size_t room = graph.vertices;  // for other vertices in the part of v
    for (std::size_t r = 0; r < problem.summed.size(); ++r) {
      if (least_demand[r] <= 0) continue;
      const std::int64_t left = problem.summed[r].limit - problem.summed[r].demand[v];
      room = std::min(room, static_cast<std::size_t>(std::max<std::int64_t>(left, 0) / least_demand[r]));
    }
    if (heard[v].size() <= room) continue;
    sources.clear();
    for (const std::uint32_t e : heard[v])
      if (graph.pins[e][0] != v) sources.emplace_back(graph.pins[e][0], graph.weight[e]);
    std::sort(sources.begin(), sources.end());
    weights.clear();
    for (std::size_t i = 0; i < sources.size(); ++i) {
      if (i > 0 && sources[i].first == sources[i - 1].first)
        weights.back() += sources[i].second;
      else
        weights.push_back(sources[i].second);
    }
    if (weights.size() <= room) continue;
    std::sort(weights.begin(), weights.end(), std::greater<>());
    bound = std::max(bound, std::accumulate(weights.begin() + static_cast<std::ptrdiff_t>(room), weights.end(), 0.0));
  }
  return bound;
}

}  // namespace

std::size_t parts_bound(const PartitionProblem& problem) {
  std::size_t bound = problem.graph.vertices == 0 ? 0 : 1;
  const auto large = [&](std::size_t vertices, std::int64_t all, std::int64_t limit) {
    bound = std::max({bound, parts_for(all, limit), vertices});
  };
  for (const SummedResource& r : problem.summed) {
    const auto more_than_half =
        std::count_if(r.demand.begin(), r.demand.end(), [&](std::int64_t d) { return 2 * d > r.limit; });
    large(static_cast<std::size_t>(more_than_half), std::accumulate(r.demand.begin(), r.demand.end(), std::int64_t{0}),
          r.limit);
  }
  for (const SharedResource& r : problem.shared) {
    std::vector<bool> needed(r.size.size());
    for (const std::uint32_t item : r.items_of.items) needed[item] = true;
    std::int64_t all = 0;
    for (std::size_t i = 0; i < needed.size(); ++i) all += needed[i] ? r.size[i] : 0;
    large(0, all, r.limit);
  }
  return bound;
}

double km1_bound(const PartitionProblem& problem) {
  return std::max({by_fan_out(problem), by_connection(problem, parts_bound(problem)), by_fan_in(problem)});
}

}  // namespace ranvier::mapper::hypergraph
