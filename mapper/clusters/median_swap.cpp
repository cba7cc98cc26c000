// SPDX-License-Identifier: Apache-2.0
// Greedy swaps towards the weighted median of a cluster's neighbours, where its own cost is least (Goto, IEEE TCAS
// 1981).
#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "base/random_stream.h"
#include "mapper/clusters/solvers.h"
#include "mapper/clusters/swap_state.h"

namespace ranvier::mapper::clusters {

namespace {

constexpr std::int64_t kEnough = 10000;  // a pass that gains less than 1 / kEnough is the last

using Weighted = std::pair<std::int32_t, std::int64_t>;  // coordinate, weight

// Coordinate at which half of the weight is reached; `line` is reordered.
std::int32_t weighted_median(std::vector<Weighted>& line) {
  std::sort(line.begin(), line.end());
  std::int64_t sum = 0;
  for (const Weighted& w : line) sum += w.second;
  std::int64_t seen = 0;
  for (const Weighted& w : line) {
    seen += w.second;
    if (2 * seen >= sum) return w.first;
  }
  return line.back().first;
}

}  // namespace

Placement refine_by_median_swaps(const ClusterGraph& graph, Mesh mesh, Placement start, const Objective& objective,
                                 std::int32_t passes, std::uint64_t seed) {
  if (mesh.cells() < 2 || graph.size() == 0) return start;
  SwapState state(graph, mesh, start, objective);
  RandomStream random(seed, 1);
  std::vector<Cluster> order;
  for (Cluster c = 0; c < graph.size(); ++c)
    if (!graph.neighbours(c).empty()) order.push_back(c);
  const double value = objective_value(graph, mesh, start, objective) / state.unit();
  const auto enough = static_cast<std::int64_t>(std::min(value / kEnough, 9e18));
  std::vector<Weighted> xs;
  std::vector<Weighted> ys;
  for (std::int32_t pass = 0; pass < passes; ++pass) {
    for (std::size_t i = order.size(); i > 1; --i)
      std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
    std::int64_t gained = 0;
    for (const Cluster c : order) {
      xs.clear();
      ys.clear();
      for (std::size_t i = state.row_begin(c); i < state.row_begin(c) + state.degree(c); ++i) {
        const Cluster n = state.neighbour(i);
        xs.emplace_back(state.x(n), state.weight(i));
        ys.emplace_back(state.y(n), state.weight(i));
      }
      // Around the median, and around the cell half way there: a place at the median may be hard to get.
      const std::int32_t mx = weighted_median(xs);
      const std::int32_t my = weighted_median(ys);
      std::int64_t best = 0;
      Cell best_cell = state.cell(c);
      const auto look = [&](std::int32_t cx, std::int32_t cy, std::int32_t reach) {
        for (std::int32_t y = std::max(0, cy - reach);
             y <= std::min(static_cast<std::int32_t>(mesh.height) - 1, cy + reach); ++y) {
          for (std::int32_t x = std::max(0, cx - reach);
               x <= std::min(static_cast<std::int32_t>(mesh.width) - 1, cx + reach); ++x) {
            const Cell to = mesh.at(static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y));
            if (to == state.cell(c)) continue;
            const std::int64_t gain = state.gain(c, to);
            if (gain < best) {
              best = gain;
              best_cell = to;
            }
          }
        }
      };
      look(mx, my, 2);
      look((mx + state.x(c)) / 2, (my + state.y(c)) / 2, 1);
      look(state.x(c), state.y(c), 1);
      if (best < 0) {
        state.swap(c, best_cell);
        gained -= best;
      }
    }
    if (gained <= enough) break;
  }
  Placement result = state.cells();
  if (objective_value(graph, mesh, result, objective) > objective_value(graph, mesh, start, objective)) return start;
  return result;
}

}  // namespace ranvier::mapper::clusters
