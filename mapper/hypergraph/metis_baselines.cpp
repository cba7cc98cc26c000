// SPDX-License-Identifier: Apache-2.0
// METIS on graphs that stand for a hypergraph, as others use it.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "mapper/hypergraph/metis_cuts.h"
#include "mapper/hypergraph/part_bounds.h"
#include "mapper/hypergraph/seeds.h"

namespace ranvier::mapper::hypergraph {
namespace {

/// METIS adds weights in 32 bits.
idx_t whole(double weight, double sum) {
  constexpr double kMostSum = 1e9;
  if (sum <= kMostSum && weight == static_cast<double>(static_cast<idx_t>(weight))) return static_cast<idx_t>(weight);
  return static_cast<idx_t>(weight * std::min(1.0, kMostSum / sum));
}

MetisInput star(const Hypergraph& graph, double sum) {
  const Lists incident = transposed(graph.pins, graph.vertices);
  MetisInput result;
  for (Vertex v = 0; v < graph.vertices; ++v) {
    const Hyperedge* before = nullptr;
    for (const Hyperedge& e : incident[v]) {
      if (before != nullptr && *before == e) continue;  // listens to itself
      before = &e;
      result.neighbour.push_back(static_cast<idx_t>(graph.vertices + e));
      result.edge_weight.push_back(std::max(whole(graph.weight[e], sum), 1));
    }
    result.first.push_back(static_cast<idx_t>(result.neighbour.size()));
  }
  for (std::size_t e = 0; e < graph.pins.size(); ++e) {
    const auto pins = graph.pins[e];
    for (std::size_t i = 0; i < pins.size(); ++i) {
      if (i > 0 && pins[i] == pins[0]) continue;
      result.neighbour.push_back(static_cast<idx_t>(pins[i]));
      result.edge_weight.push_back(std::max(whole(graph.weight[e], sum), 1));
    }
    result.first.push_back(static_cast<idx_t>(result.neighbour.size()));
  }
  return result;
}

MetisInput edges(const Hypergraph& graph, double sum) {
  MetisInput result;
  const Lists heard = in_axons(graph, 0).items_of;
  Lists sent;  // by vertex
  std::vector<std::uint32_t> source(graph.pins.size());
  for (std::size_t e = 0; e < graph.pins.size(); ++e) source[e] = graph.pins[e][0];
  Lists sources;
  sources.items = source;
  for (std::size_t e = 1; e <= source.size(); ++e) sources.offset.push_back(e);
  sent = transposed(sources, graph.vertices);
  std::vector<std::pair<Vertex, double>> of_vertex;
  for (Vertex v = 0; v < graph.vertices; ++v) {
    of_vertex.clear();
    for (const Hyperedge e : sent[v])
      for (std::size_t i = 1; i < graph.pins[e].size(); ++i) of_vertex.emplace_back(graph.pins[e][i], graph.weight[e]);
    for (const Hyperedge e : heard[v]) of_vertex.emplace_back(source[e], graph.weight[e]);
    std::sort(of_vertex.begin(), of_vertex.end());
    for (std::size_t i = 0; i < of_vertex.size();) {
      const Vertex other = of_vertex[i].first;
      double weight = 0;
      for (; i < of_vertex.size() && of_vertex[i].first == other; ++i) weight += of_vertex[i].second;
      if (other == v) continue;
      result.neighbour.push_back(static_cast<idx_t>(other));
      result.edge_weight.push_back(std::max(whole(weight, sum), 1));
    }
    result.first.push_back(static_cast<idx_t>(result.neighbour.size()));
  }
  return result;
}

std::size_t parts_to_ask_for(const PartitionProblem& problem) {
  if (problem.most_parts != SIZE_MAX) return problem.most_parts;
  constexpr double kSlack = 1.03;  // the imbalance that METIS is at ease with
  return static_cast<std::size_t>(std::ceil(static_cast<double>(parts_bound(problem)) * kSlack));
}

}  // namespace

Parts fill_with_metis(const PartitionProblem& problem, MetisGraph kind, std::uint64_t seed) {
  const std::size_t parts = std::min(parts_to_ask_for(problem), problem.graph.vertices);
  Parts result(problem.graph.vertices, 0);
  if (parts < 2 || problem.graph.vertices < 2) return result;
  double sum = 0;
  for (std::size_t e = 0; e < problem.graph.pins.size(); ++e)
    sum += problem.graph.weight[e] * static_cast<double>(problem.graph.pins[e].size());
  MetisInput graph = kind == MetisGraph::kStar ? star(problem.graph, sum) : edges(problem.graph, sum);

  std::vector<const SummedResource*> constraints;  // METIS divides by the sum of each
  std::vector<real_t> imbalance;
  for (const SummedResource& r : problem.summed) {
    const auto all = static_cast<double>(std::accumulate(r.demand.begin(), r.demand.end(), std::int64_t{0}));
    if (all <= 0 || all > 2e9) continue;
    constraints.push_back(&r);
    const double room = static_cast<double>(r.limit) * static_cast<double>(parts) / all;
    imbalance.push_back(static_cast<real_t>(std::clamp(room, 1.001, 2.0)));
  }
  if (constraints.empty()) imbalance.push_back(1.03F);
  graph.constraints = static_cast<idx_t>(imbalance.size());
  for (std::size_t v = 0; v < graph.vertices(); ++v) {
    for (const SummedResource* r : constraints)
      graph.vertex_weight.push_back(v < result.size() ? static_cast<idx_t>(r->demand[v]) : 0);
    if (constraints.empty()) graph.vertex_weight.push_back(v < result.size() ? 1 : 0);
  }
  const std::vector<idx_t> part = cut_k_way(std::move(graph), parts, imbalance, seed);
  for (std::size_t v = 0; v < result.size(); ++v) {
    const bool pinned = !problem.pinned.empty() && problem.pinned[v] != kNoPart;
    result[v] = pinned ? problem.pinned[v] : static_cast<Part>(part[v]);
  }
  return result;
}

}  // namespace ranvier::mapper::hypergraph
