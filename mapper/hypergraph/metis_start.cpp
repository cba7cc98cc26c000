// SPDX-License-Identifier: Apache-2.0
// METIS on the star expansion of an instance: k-way with a constraint a resource, and recursive cuts by given weights.
#include <algorithm>
#include <utility>

#include "mapper/hypergraph/metis_cuts.h"
#include "mapper/hypergraph/starts.h"

namespace ranvier::mapper::hypergraph {

namespace {

constexpr double kWeightSum = 5e8;  // METIS adds edge weights in 32 bits
constexpr double kDemandSum = 2e7;  // and vertex weights, times small factors
constexpr std::size_t kMostConstraints = 8;

MetisInput star_graph(const Instance& instance) {
  MetisInput graph;
  std::vector<Net> nets;  // with weight
  double sum = 0;
  for (Net e = 0; e < instance.pins.size(); ++e)
    if (instance.weight[e] > 0) {
      nets.push_back(e);
      sum += static_cast<double>(instance.weight[e]) * static_cast<double>(instance.pins[e].size());
    }
  std::vector<idx_t> number(instance.pins.size(), -1);
  for (std::size_t i = 0; i < nets.size(); ++i) number[nets[i]] = static_cast<idx_t>(instance.vertices + i);
  const auto weight_of = [&](Net e) {
    return static_cast<idx_t>(1 + static_cast<double>(instance.weight[e]) * (kWeightSum / sum));
  };
  for (Vertex v = 0; v < instance.vertices; ++v) {
    for (const Net e : instance.nets_of[v])
      if (number[e] >= 0) {
        graph.neighbour.push_back(number[e]);
        graph.edge_weight.push_back(weight_of(e));
      }
    graph.first.push_back(static_cast<idx_t>(graph.neighbour.size()));
  }
  for (const Net e : nets) {
    for (const Vertex v : instance.pins[e]) {
      graph.neighbour.push_back(static_cast<idx_t>(v));
      graph.edge_weight.push_back(weight_of(e));
    }
    graph.first.push_back(static_cast<idx_t>(graph.neighbour.size()));
  }
  return graph;
}

/// Nobody weighs 0 and nobody more than a part: METIS is at ease with vertices of like weights.
void weigh_by_demand(const Instance& instance, std::size_t parts, MetisInput& graph) {
  std::vector<std::vector<idx_t>> columns;
  for (std::size_t r = 0; r < std::min(instance.summed(), kMostConstraints); ++r) {
    double all = 0;
    for (Vertex v = 0; v < instance.vertices; ++v)
      all += static_cast<double>(instance.demand[v * instance.summed() + r]);
    if (all == 0) continue;
    const double scale = std::min(1000.0, kDemandSum / all);
    const double most = all / static_cast<double>(parts);
    std::vector<idx_t> column;
    for (Vertex v = 0; v < instance.vertices; ++v) {
      const double demand = std::min(static_cast<double>(instance.demand[v * instance.summed() + r]), most);
      column.push_back(1 + static_cast<idx_t>(demand * scale));
    }
    columns.push_back(std::move(column));
  }
  if (columns.empty()) columns.emplace_back(instance.vertices, 1);
  graph.constraints = static_cast<idx_t>(columns.size());
  for (Vertex v = 0; v < instance.vertices; ++v)
    for (const auto& column : columns) graph.vertex_weight.push_back(column[v]);
  graph.vertex_weight.resize(graph.vertices() * columns.size(), 0);
}

}  // namespace

Parts start_by_metis(const Instance& instance, std::size_t parts, double imbalance, std::uint64_t seed) {
  Parts result(instance.vertices, 0);
  if (parts > 1 && instance.vertices > 2) {
    MetisInput graph = star_graph(instance);
    weigh_by_demand(instance, parts, graph);
    const std::vector<real_t> balance(static_cast<std::size_t>(graph.constraints), static_cast<real_t>(imbalance));
    const std::vector<idx_t> part = cut_k_way(std::move(graph), std::min(parts, instance.vertices), balance, seed);
    for (Vertex v = 0; v < instance.vertices; ++v) result[v] = static_cast<Part>(part[v]);
  }
  for (Vertex v = 0; v < instance.vertices; ++v)
    if (instance.pinned[v] != kNoPart) result[v] = instance.pinned[v];
  return result;
}

Parts start_by_cuts(const Instance& instance, std::size_t parts, std::span<const double> weight, std::uint64_t seed) {
  Parts result(instance.vertices, 0);
  MetisInput graph = star_graph(instance);
  double sum = 0;
  for (const double w : weight) sum += w;
  const double most = sum / static_cast<double>(parts);
  for (const double w : weight)
    graph.vertex_weight.push_back(1 + static_cast<idx_t>(std::min(w, most) * (kDemandSum / sum)));
  graph.vertex_weight.resize(graph.vertices(), 0);
  const std::vector<idx_t> part = cut_in_halves(graph, parts, 1.005, seed);
  for (Vertex v = 0; v < instance.vertices; ++v) result[v] = static_cast<Part>(part[v]);
  for (Vertex v = 0; v < instance.vertices; ++v)
    if (instance.pinned[v] != kNoPart) result[v] = instance.pinned[v];
  return result;
}

}  // namespace ranvier::mapper::hypergraph
