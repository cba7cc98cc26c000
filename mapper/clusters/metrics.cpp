// SPDX-License-Identifier: Apache-2.0
// One pass over the edges; congestion by two-dimensional difference arrays.
#include "mapper/clusters/metrics.h"

#include <algorithm>

namespace ranvier::mapper::clusters {

namespace {

/// Sums over rectangles of cells, as a difference array with one row and column more than the mesh.
class Rectangles {
 public:
  explicit Rectangles(Mesh mesh)
      : mesh_(mesh), stride_(mesh.width + 1), at_(stride_ * (mesh.height + std::size_t{1})) {}

  /// Adds to the cells [x0, x1) x [y0, y1).
  void add(std::uint32_t x0, std::uint32_t y0, std::uint32_t x1, std::uint32_t y1, double value) {
    at_[y0 * stride_ + x0] += value;
    at_[y0 * stride_ + x1] -= value;
    at_[y1 * stride_ + x0] -= value;
    at_[y1 * stride_ + x1] += value;
  }

  std::vector<double> sums() const {
    std::vector<double> out(mesh_.cells());
    std::vector<double> column(mesh_.width);  // differences summed downwards
    for (std::uint32_t y = 0; y < mesh_.height; ++y) {
      double row = 0;
      for (std::uint32_t x = 0; x < mesh_.width; ++x) {
        column[x] += at_[y * stride_ + x];
        row += column[x];
        out[mesh_.at(x, y)] = row;
      }
    }
    return out;
  }

 private:
  Mesh mesh_;
  std::size_t stride_;
  std::vector<double> at_;
};

void add_congestion(const ClusterGraph& graph, Mesh mesh, const Placement& placement, Metrics& m) {
  const std::size_t links = 2 * mesh.cells() - mesh.width - mesh.height;
  if (links == 0) return;
  const LinkLoads loads = link_loads(graph, mesh, placement);
  m.congestion_mean = m.weighted_hops / static_cast<double>(links);
  for (const auto* side : {&loads.east, &loads.south})
    for (const double load : *side) m.congestion_max = std::max(m.congestion_max, load);
}

}  // namespace

double energy_of(double weighted_hops, double total_weight, const HopCosts& c) {
  return weighted_hops * (c.router_energy + c.wire_energy) + total_weight * c.wire_energy;
}

LinkLoads link_loads(const ClusterGraph& graph, Mesh mesh, const Placement& placement) {
  Rectangles east(mesh);
  Rectangles south(mesh);
  for (const Edge& edge : graph.edges()) {
    const Cell a = placement[edge.source];
    const Cell b = placement[edge.target];
    const auto [x0, x1] = std::minmax({mesh.x(a), mesh.x(b)});
    const auto [y0, y1] = std::minmax({mesh.y(a), mesh.y(b)});
    if (x0 != x1) east.add(x0, y0, x1, y1 + 1, edge.weight / (y1 - y0 + 1));
    if (y0 != y1) south.add(x0, y0, x1 + 1, y1, edge.weight / (x1 - x0 + 1));
  }
  return {mesh, east.sums(), south.sums()};
}

Metrics measure(const ClusterGraph& graph, Mesh mesh, const Placement& placement, const HopCosts& c) {
  Metrics m;
  if (graph.edges().empty()) return m;
  double hops = 0;  // unweighted; whole numbers, exact
  for (const Edge& edge : graph.edges()) {
    const std::uint32_t d = mesh.distance(placement[edge.source], placement[edge.target]);
    m.weighted_hops += edge.weight * d;
    hops += d;
    m.distance_max = std::max(m.distance_max, d);
  }
  const double total = graph.total_weight();
  const auto latency = [&](double d) { return d * (c.router_latency + c.wire_latency) + c.wire_latency; };
  m.energy = energy_of(m.weighted_hops, total, c);
  m.energy_axonflow = m.energy + (c.router_energy - c.wire_energy) * total;
  m.latency_mean = latency(hops / static_cast<double>(graph.edges().size()));
  m.latency_max = latency(m.distance_max);
  if (total > 0) {
    m.latency_mean_weighted = latency(m.weighted_hops / total);
    m.latency_mean_axonflow = m.latency_mean_weighted + c.router_latency - c.wire_latency;
  }
  add_congestion(graph, mesh, placement, m);
  return m;
}

}  // namespace ranvier::mapper::clusters
