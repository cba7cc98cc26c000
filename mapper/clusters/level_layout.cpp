// SPDX-License-Identifier: Apache-2.0
// From coarse cells to fine ones by sorting, columns first.
#include "mapper/clusters/level_layout.h"

#include <algorithm>
#include <tuple>

namespace ranvier::mapper::clusters {

namespace {

struct Item {
  float x = 0;  // in hops of the mesh
  float y = 0;
  Cluster cluster = kNoCluster;  // kNoCluster: an empty cell
};

struct Point {
  float x = 0;
  float y = 0;
};

Point centre(const LevelGrid& grid, Cell cell) {
  return {(static_cast<float>(cell % grid.width) + 0.5F) * grid.pitch_x,
          (static_cast<float>(cell / grid.width) + 0.5F) * grid.pitch_y};
}

}  // namespace

LevelGrid coarser(const LevelGrid& grid) {
  LevelGrid out = grid;
  if (grid.height == 1 || (grid.width > 1 && grid.pitch_x <= grid.pitch_y)) {
    out.width = (grid.width + 1) / 2;
    out.pitch_x = grid.pitch_x * static_cast<float>(grid.width) / static_cast<float>(out.width);
  } else {
    out.height = (grid.height + 1) / 2;
    out.pitch_y = grid.pitch_y * static_cast<float>(grid.height) / static_cast<float>(out.height);
  }
  return out;
}

template <class Graph>
std::vector<Cell> finer_layout(const Graph& graph, const std::vector<Cluster>& parent, const LevelGrid& coarse,
                               const std::vector<Cell>& coarse_cells, const LevelGrid& fine) {
  // Only the order of a pair along the split side is free: anything finer would fill one column with more of a row's
  // clusters than the next, and shift all below.
  const bool split_x = fine.width > coarse.width;
  std::vector<Cluster> first_child(coarse_cells.size(), kNoCluster);
  std::vector<Item> items;
  items.reserve(fine.cells());
  std::vector<float> pull(graph.size(), 0);
  for (Cluster c = 0; c < graph.size(); ++c) {
    if (parent[c] == kNoCluster) continue;
    const Point at = centre(coarse, coarse_cells[parent[c]]);
    float sum = 0, weight = 0;
    for (const auto& n : graph.neighbours(c)) {
      const Point p = centre(coarse, coarse_cells[parent[n.cluster]]);
      sum += n.weight * (split_x ? p.x - at.x : p.y - at.y);
      weight += n.weight;
    }
    pull[c] = weight > 0 ? sum / weight : 0;
    Item item{at.x, at.y, c};
    if (Cluster& first = first_child[parent[c]]; first == kNoCluster) {
      first = static_cast<Cluster>(items.size());
    } else {
      Item& sibling = items[first];
      const float quarter = pull[c] < pull[sibling.cluster] ? 0.25F : -0.25F;
      (split_x ? sibling.x : sibling.y) += quarter * (split_x ? coarse.pitch_x : coarse.pitch_y);
      (split_x ? item.x : item.y) -= quarter * (split_x ? coarse.pitch_x : coarse.pitch_y);
    }
    items.push_back(item);
  }
  // Empty cells stay about where they were.
  std::vector<bool> taken(coarse.cells(), false);
  for (const Cell cell : coarse_cells) taken[cell] = true;
  std::vector<Cell> empty;
  for (Cell cell = 0; cell < coarse.cells(); ++cell)
    if (!taken[cell]) empty.push_back(cell);
  if (empty.empty()) empty.push_back(static_cast<Cell>(coarse.cells() - 1));
  const std::size_t wanted = fine.cells() - items.size();
  for (std::size_t i = 0; i < wanted; ++i) {
    const Point at = centre(coarse, empty[i * empty.size() / wanted]);
    items.push_back({at.x, at.y, kNoCluster});
  }

  std::sort(items.begin(), items.end(),
            [](const Item& a, const Item& b) { return std::tie(a.x, a.y, a.cluster) < std::tie(b.x, b.y, b.cluster); });
  std::vector<Cell> cell_of(graph.size(), kNoCell);
  for (std::uint32_t x = 0; x < fine.width; ++x) {
    const auto column = items.begin() + static_cast<std::ptrdiff_t>(std::size_t{x} * fine.height);
    std::sort(column, column + fine.height, [](const Item& a, const Item& b) {
      return std::tie(a.y, a.x, a.cluster) < std::tie(b.y, b.x, b.cluster);
    });
    for (std::uint32_t y = 0; y < fine.height; ++y)
      if (column[y].cluster != kNoCluster) cell_of[column[y].cluster] = y * fine.width + x;
  }
  return cell_of;
}

template std::vector<Cell> finer_layout(const ClusterGraph&, const std::vector<Cluster>&, const LevelGrid&,
                                        const std::vector<Cell>&, const LevelGrid&);
template std::vector<Cell> finer_layout(const LevelGraph&, const std::vector<Cluster>&, const LevelGrid&,
                                        const std::vector<Cell>&, const LevelGrid&);

}  // namespace ranvier::mapper::clusters
