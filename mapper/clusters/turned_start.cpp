// SPDX-License-Identifier: Apache-2.0
// Cells get a time (which layer passes there) and a lane (where in the layer); sorting by time and cutting by the
// layers' sizes keeps the areas exact, whatever the mesh.
#include "mapper/clusters/turned_start.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ranvier::mapper::clusters {

namespace {

constexpr double kPivot = 1.0 / 3;  // depth, in heights of the mesh, where the inner ends of the lines stop

struct Passing {
  double time = 0;  // 0 at the top left, 1 at the top right
  double lane = 0;  // 0 at the middle of the mesh, 1 at its outer edge
  Cell cell = 0;
};

/// On the left half; `across` from 0 in the middle to 1 at the left edge, `down` from 0 to 1. Down to the pivot the
/// line of time t runs from 2 t - 3 t^2 in the middle to 2 t + 3 t^2 at the edge (its two ends add up to 4 t, which is
/// the area); then it swings about the pivot, and its end moves along the bottom with the same area a time.
Passing left_half(double across, double down) {
  const double tilt = (2 * across - 1) / kPivot;
  const double time = std::abs(tilt) < 1e-9 ? down / 2 : (std::sqrt(std::max(0.0, 1 + tilt * down)) - 1) / tilt;
  if (time <= kPivot && 1 + tilt * down >= 0) {
    // The line moves with speeds from 1 - t / pivot in the middle to 1 + t / pivot at the edge; what it sweeps up to
    // `across` is the lane.
    const double slow = 1 - time / kPivot;
    return {time, slow * across + (1 - slow) * across * across, 0};
  }
  // Distance of the line's foot on the bottom edge from the middle: 1 when the swing begins, 0 half way.
  const double below = std::max(down - kPivot, 1e-12);
  const double foot = std::min(1.0, across * (1 - kPivot) / below);
  const double reach = std::min(1.0, below / (1 - kPivot));
  return {kPivot + (1 - foot) * (0.5 - kPivot), reach * reach, 0};
}

}  // namespace

std::vector<Cluster> layers_of(const ClusterGraph& graph) {
  std::vector<Cluster> layer(graph.size(), 0);
  std::vector<Edge> edges = graph.edges();
  if (!std::is_sorted(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.source < b.source; }))
    std::stable_sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.source < b.source; });
  for (const Edge& e : edges) {
    if (e.source > e.target) return {};
    if (e.source != e.target) layer[e.target] = std::max(layer[e.target], layer[e.source] + 1);
  }
  std::vector<Cluster> first;
  Cluster highest = 0;
  for (Cluster c = 0; c < graph.size(); ++c) {
    if (graph.neighbours(c).empty()) continue;  // belongs wherever it falls
    if (first.empty() || layer[c] > highest) {
      highest = layer[c];
      first.push_back(first.empty() ? 0 : c);
    } else if (layer[c] < highest) {
      return {};
    }
  }
  return first;
}

Placement place_around_a_turn(const ClusterGraph& graph, Mesh mesh, const std::vector<Cluster>& layers) {
  if (layers.empty() || graph.size() > mesh.cells())
    throw std::invalid_argument("a turn needs layers, and a mesh that holds them");
  std::vector<Passing> cells(mesh.cells());
  const double half = mesh.width / 2.0;
  for (std::uint32_t y = 0; y < mesh.height; ++y)
    for (std::uint32_t x = 0; x < mesh.width; ++x) {
      const double from_middle = x + 0.5 - half;
      Passing p = left_half(std::abs(from_middle) / half, (y + 0.5) / mesh.height);
      if (from_middle > 0) p.time = 1 - p.time;
      p.cell = mesh.at(x, y);
      cells[p.cell] = p;
    }
  std::sort(cells.begin(), cells.end(),
            [](const Passing& a, const Passing& b) { return a.time != b.time ? a.time < b.time : a.cell < b.cell; });
  Placement at(graph.size());
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const std::size_t begin = layers[l];
    const std::size_t end = l + 1 < layers.size() ? layers[l + 1] : graph.size();
    std::sort(cells.begin() + static_cast<std::ptrdiff_t>(begin), cells.begin() + static_cast<std::ptrdiff_t>(end),
              [](const Passing& a, const Passing& b) { return a.lane != b.lane ? a.lane < b.lane : a.cell < b.cell; });
    for (std::size_t c = begin; c < end; ++c) at[c] = cells[c].cell;
  }
  return at;
}

}  // namespace ranvier::mapper::clusters
