// SPDX-License-Identifier: Apache-2.0
// Prices that rise until they are heard, as in negotiated congestion (McMurchie and Ebeling, FPGA 1995).
#include "mapper/clusters/limits.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace ranvier::mapper::clusters {

namespace {

constexpr std::int32_t kTries = 6;
constexpr double kTail = 2;
constexpr double kTailGrowth = 8;
constexpr double kPriceGrowth = 2;  // of the share by which a link is overloaded

}  // namespace

double fullest_link(const LinkLoads& loads, Cell a, Cell b) {
  const Mesh mesh = loads.mesh;
  const auto [x0, x1] = std::minmax({mesh.x(a), mesh.x(b)});
  const auto [y0, y1] = std::minmax({mesh.y(a), mesh.y(b)});
  double fullest = 0;
  for (std::uint32_t y = y0; y <= y1; ++y) {
    for (std::uint32_t x = x0; x <= x1; ++x) {
      if (x < x1) fullest = std::max(fullest, loads.east[mesh.at(x, y)]);
      if (y < y1) fullest = std::max(fullest, loads.south[mesh.at(x, y)]);
    }
  }
  return fullest;
}

double tail_price(const ClusterGraph& graph) {
  return graph.edges().empty() ? 0 : kTail * graph.total_weight() / static_cast<double>(graph.edges().size());
}

bool keeps(const Metrics& metrics, const Metrics& limits) {
  return metrics.distance_max <= limits.distance_max && metrics.congestion_max <= limits.congestion_max;
}

Placement within_limits(const ClusterGraph& graph, Mesh mesh, Placement start, const Metrics& limits,
                        const AnnealSchedule& schedule, std::uint64_t seed, const Objective& moves) {
  if (graph.edges().empty()) return start;
  std::vector<Edge> priced = graph.edges();
  bool any_priced = false;
  double tail = graph.total_weight() / static_cast<double>(graph.edges().size());
  for (std::int32_t t = 0; t < kTries; ++t) {
    const Metrics now = measure(graph, mesh, start);
    const bool long_edges = now.distance_max > limits.distance_max;
    const bool congested = now.congestion_max > limits.congestion_max;
    if (!long_edges && !congested) break;
    if (long_edges) tail *= kTailGrowth;
    if (congested) {
      any_priced = true;
      const LinkLoads loads = link_loads(graph, mesh, start);
      for (Edge& edge : priced) {
        const double over = fullest_link(loads, start[edge.source], start[edge.target]) / limits.congestion_max - 1;
        if (over > 0) edge.weight *= 1 + kPriceGrowth * over;
      }
    }
    const Objective objective{tail, limits.distance_max, moves.move_price, moves.home};
    const std::uint64_t stream = seed * 16 + static_cast<std::uint64_t>(t);
    if (any_priced) {
      start = anneal(ClusterGraph(graph.size(), priced), mesh, std::move(start), objective, schedule, stream);
    } else {
      start = anneal(graph, mesh, std::move(start), objective, schedule, stream);
    }
  }
  return start;
}

}  // namespace ranvier::mapper::clusters
