// SPDX-License-Identifier: Apache-2.0
// Placements that follow an order of the cells; edges only tell which of several is shortest.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <utility>
#include <vector>

#include "base/random_stream.h"
#include "mapper/clusters/errors.h"
#include "mapper/clusters/solvers.h"
#include "mapper/clusters/swap_state.h"

namespace ranvier::mapper::clusters {

namespace {

void check_fits(const ClusterGraph& graph, Mesh mesh) {
  if (graph.size() > mesh.cells()) throw MoreClustersThanCells(graph.size(), mesh.width, mesh.height);
}

struct Vec {
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t length() const { return std::abs(x + y); }  // of vectors along an axis
  Vec unit() const { return {(x > 0) - (x < 0), (y > 0) - (y < 0)}; }
  Vec half() const { return {x / 2, y / 2}; }
  friend Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y}; }
  friend Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y}; }
};

// A Hilbert curve for rectangles: the rectangle spanned by `major` and `minor` at `corner` is entered at the corner and
// left at the far end of `major`. Halves stay even where they can, so that neighbouring parts meet; on squares with a
// power of two cells a side it is Hilbert's curve. Stops when `cells` is full.
void walk_hilbert(Mesh mesh, Vec corner, Vec major, Vec minor, std::size_t wanted, Placement& cells) {
  if (cells.size() >= wanted) return;
  const std::int64_t length = major.length();
  const std::int64_t breadth = minor.length();
  const Vec ahead = major.unit();
  const Vec aside = minor.unit();
  if (breadth == 1 || length == 1) {
    const Vec step = breadth == 1 ? ahead : aside;
    const std::int64_t count = breadth == 1 ? length : breadth;
    for (std::int64_t i = 0; i < count && cells.size() < wanted; ++i, corner = corner + step)
      cells.push_back(mesh.at(static_cast<std::uint32_t>(corner.x), static_cast<std::uint32_t>(corner.y)));
    return;
  }
  Vec half_major = major.half();
  Vec half_minor = minor.half();
  if (2 * length > 3 * breadth) {  // long: two parts, one after the other
    if (half_major.length() % 2 != 0 && length > 2) half_major = half_major + ahead;
    walk_hilbert(mesh, corner, half_major, minor, wanted, cells);
    walk_hilbert(mesh, corner + half_major, major - half_major, minor, wanted, cells);
    return;
  }
  if (half_minor.length() % 2 != 0 && breadth > 2) half_minor = half_minor + aside;
  const Vec none;
  walk_hilbert(mesh, corner, half_minor, half_major, wanted, cells);
  walk_hilbert(mesh, corner + half_minor, major, minor - half_minor, wanted, cells);
  walk_hilbert(mesh, corner + (major - ahead) + (half_minor - aside), none - half_minor, none - (major - half_major),
               wanted, cells);
}

}  // namespace

Placement place_randomly(const ClusterGraph& graph, Mesh mesh, std::uint64_t seed) {
  check_fits(graph, mesh);
  std::vector<Cell> cells(mesh.cells());
  std::iota(cells.begin(), cells.end(), Cell{0});
  RandomStream random(seed, 0);
  for (std::size_t i = 0; i < graph.size(); ++i)
    std::swap(cells[i], cells[i + random.below(static_cast<std::uint32_t>(cells.size() - i))]);
  cells.resize(graph.size());
  return cells;
}

Placement place_row_major(const ClusterGraph& graph, Mesh mesh) {
  check_fits(graph, mesh);
  Placement cells(graph.size());
  std::iota(cells.begin(), cells.end(), Cell{0});
  return cells;
}

Placement place_snake(const ClusterGraph& graph, Mesh mesh) { return place_in_bands(graph, mesh, 1); }

Placement place_in_bands(const ClusterGraph& graph, Mesh mesh, std::uint32_t rows) {
  check_fits(graph, mesh);
  Placement cells;
  cells.reserve(graph.size());
  for (std::uint32_t top = 0; top < mesh.height; top += rows) {
    const std::uint32_t here = std::min(rows, mesh.height - top);
    const bool back = (top / rows) % 2 != 0;
    for (std::uint32_t i = 0; i < mesh.width; ++i) {
      for (std::uint32_t j = 0; j < here; ++j) {
        if (cells.size() == graph.size()) return cells;
        cells.push_back(mesh.at(back ? mesh.width - 1 - i : i, top + (i % 2 != 0 ? here - 1 - j : j)));
      }
    }
  }
  return cells;
}

std::vector<std::uint32_t> best_bands(const ClusterGraph& graph, Mesh mesh, std::int32_t count) {
  std::vector<std::pair<double, std::uint32_t>> tried;
  for (std::uint32_t rows = 1; rows <= mesh.height; rows += 1 + rows / 8)
    tried.emplace_back(objective_value(graph, mesh, place_in_bands(graph, mesh, rows), {}), rows);
  std::sort(tried.begin(), tried.end());
  std::vector<std::uint32_t> best;
  for (const auto& [hops, rows] : tried)
    if (best.size() < static_cast<std::size_t>(count)) best.push_back(rows);
  return best;
}

Placement place_hilbert(const ClusterGraph& graph, Mesh mesh) {
  check_fits(graph, mesh);
  Placement cells;
  cells.reserve(graph.size());
  const Vec right{mesh.width, 0};
  const Vec down{0, mesh.height};
  if (mesh.cells() > 0) {
    if (mesh.width >= mesh.height) {
      walk_hilbert(mesh, {}, right, down, graph.size(), cells);
    } else {
      walk_hilbert(mesh, {}, down, right, graph.size(), cells);
    }
  }
  return cells;
}

}  // namespace ranvier::mapper::clusters
