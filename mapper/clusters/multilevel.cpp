// SPDX-License-Identifier: Apache-2.0
// Multilevel placement: pairs of clusters, annealing of the coarsest graph, heat-bath window swaps at every level.
#include "mapper/clusters/multilevel.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "base/random.h"
#include "mapper/clusters/level_layout.h"
#include "mapper/clusters/pair_coarsening.h"
#include "mapper/clusters/window_swaps.h"

namespace ranvier::mapper::clusters {

namespace {

// Least rectangle about as wide as high for the clusters that have edges: empty cells between them would cost hops.
LevelGrid finest_grid(std::size_t clusters, Mesh mesh) {
  LevelGrid grid;
  std::uint32_t side = 1;
  while (std::size_t{side} * side < clusters) ++side;
  grid.width = std::min(side, mesh.width);
  const auto rows = static_cast<std::uint32_t>((clusters + grid.width - 1) / grid.width);
  grid.height = std::max(1U, std::min(mesh.height, rows));
  grid.width = std::max(1U, static_cast<std::uint32_t>((clusters + grid.height - 1) / grid.height));
  return grid;
}

constexpr std::int32_t kGreedySweeps = 5;
constexpr double kUsualDegree = 20;

struct Layout {
  std::vector<Cell> cells;
  double cost = 0;
};

// Numbered along the grid while it is refined, for the sake of the cache.
template <class Graph>
Layout refined(const Graph& graph, const LevelGrid& grid, std::vector<Cell> start, const Cooling& cooling,
               std::uint64_t seed) {
  std::vector<Cluster> at(grid.cells(), kNoCluster);
  for (Cluster c = 0; c < graph.size(); ++c)
    if (start[c] != kNoCell) at[start[c]] = c;
  std::vector<Cluster> order;
  std::vector<Cell> cells;
  for (Cell cell = 0; cell < grid.cells(); ++cell) {
    if (at[cell] == kNoCluster) continue;
    order.push_back(at[cell]);
    cells.push_back(cell);
  }
  LevelGraph local = reordered(graph, order);
  const double degree = static_cast<double>(local.entries.size()) / static_cast<double>(order.size());
  const auto sweeps = static_cast<std::int32_t>(
      std::ceil(cooling.sweeps * std::min(1.0, std::sqrt(kUsualDegree / std::max(1.0, degree)))));
  WindowSwaps swaps(std::move(local), grid, std::move(cells), seed);
  const double before = swaps.cost();
  const float heat = cooling.heat * swaps.mean_change();
  for (std::int32_t s = 0; s < sweeps; ++s)
    swaps.sweep(heat * static_cast<float>(sweeps - s) / static_cast<float>(sweeps));
  for (std::int32_t s = 0; s < kGreedySweeps; ++s)
    if (swaps.sweep(0) == 0) break;
  Layout out{std::move(start), before};
  if (swaps.cost() >= before) return out;
  out.cost = swaps.cost();
  for (std::size_t i = 0; i < order.size(); ++i) out.cells[order[i]] = swaps.cells()[i];
  return out;
}

// Seeds differ by level and try: `path` is the way down the tree of tries.
template <class Graph>
Layout solved(const Graph& graph, std::size_t clusters, const LevelGrid& grid, const MultilevelSchedule& schedule,
              std::uint64_t seed, std::uint64_t path) {
  if (clusters <= schedule.coarsest) {
    std::vector<Cell> start(graph.size(), kNoCell);
    Cell next = 0;
    for (Cluster c = 0; c < graph.size(); ++c)
      if (clusters == graph.size() || !graph.neighbours(c).empty()) start[c] = next++;
    return refined(graph, grid, std::move(start), schedule.anneal, random_u64(seed, path, 1));
  }
  const bool small = clusters <= schedule.tries_below;
  Layout best;
  for (std::uint64_t t = 0; t < (small ? 2 : 1); ++t) {
    const std::uint64_t here = 2 * path + t;
    const LevelGrid coarse_grid = coarser(grid);
    std::vector<Cell> start;
    {
      const Coarsening step = coarsen_in_pairs(graph, clusters == graph.size(), random_u64(seed, here, 0));
      const Layout coarse = solved(step.graph, step.graph.size(), coarse_grid, schedule, seed, here);
      start = finer_layout(graph, step.parent, coarse_grid, coarse.cells, grid);
    }
    Layout found =
        refined(graph, grid, std::move(start), small ? schedule.small : schedule.large, random_u64(seed, here, 2));
    if (t == 0 || found.cost < best.cost) best = std::move(found);
  }
  return best;
}

}  // namespace

Placement place_multilevel(const ClusterGraph& graph, Mesh mesh, const MultilevelSchedule& schedule,
                           std::uint64_t seed) {
  if (graph.size() > mesh.cells())
    throw std::invalid_argument(fmt::format("{} clusters on {} cells", graph.size(), mesh.cells()));
  std::size_t connected = 0;
  for (Cluster c = 0; c < graph.size(); ++c) connected += graph.neighbours(c).empty() ? 0 : 1;
  const LevelGrid finest = finest_grid(connected, mesh);
  std::vector<Cell> cells(graph.size(), kNoCell);
  if (connected > 0) cells = solved(graph, connected, finest, schedule, seed, 1).cells;

  std::vector<bool> taken(mesh.cells(), false);
  Placement out(graph.size(), kNoCell);
  for (Cluster c = 0; c < graph.size(); ++c) {
    if (cells[c] == kNoCell) continue;
    out[c] = mesh.at(cells[c] % finest.width, cells[c] / finest.width);
    taken[out[c]] = true;
  }
  Cell next = 0;
  for (Cluster c = 0; c < graph.size(); ++c) {
    if (out[c] != kNoCell) continue;
    while (taken[next]) ++next;
    out[c] = next++;
  }
  const auto hops = [&](const Placement& cells_of) {
    double sum = 0;
    for (const Edge& e : graph.edges()) sum += e.weight * mesh.distance(cells_of[e.source], cells_of[e.target]);
    return sum;
  };
  const Placement in_order = place_row_major(graph, mesh);
  if (hops(in_order) >= hops(out)) return out;
  // The order of the clusters is the better overall shape; every cluster keeps a cell, also one without edges.
  const LevelGrid whole{mesh.width, mesh.height, 1, 1};
  Placement better = refined(graph, whole, in_order, schedule.in_order, random_u64(seed, 0, 3)).cells;
  return hops(better) < hops(in_order) ? better : in_order;
}

Placement place_multilevel(const ClusterGraph& graph, Mesh mesh, std::uint64_t seed) {
  return place_multilevel(graph, mesh, MultilevelSchedule{}, seed);
}

}  // namespace ranvier::mapper::clusters
