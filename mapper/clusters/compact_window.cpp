// SPDX-License-Identifier: Apache-2.0
// Nearly square rectangles.
#include "mapper/clusters/compact_window.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ranvier::mapper::clusters {

namespace {

constexpr std::size_t kSlack = 2;  // cells of the room for each cluster

std::uint32_t ceil_root(std::size_t n) {
  auto root = static_cast<std::size_t>(std::sqrt(static_cast<double>(n)));
  while (root * root < n) ++root;
  while (root > 0 && (root - 1) * (root - 1) >= n) --root;
  return static_cast<std::uint32_t>(root);
}

// The smallest nearly square rectangle inside `mesh` with `cells` cells; the mesh has as many.
Mesh rectangle(Mesh mesh, std::size_t cells) {
  const std::uint32_t side = std::max(1U, ceil_root(cells));
  Mesh part{std::min(mesh.width, side), std::min(mesh.height, side)};
  const auto ceil_div = [&](std::uint32_t by) { return static_cast<std::uint32_t>((cells + by - 1) / by); };
  if (part.width < side) {
    part.height = std::max(1U, ceil_div(part.width));
  } else {
    part.width = std::max(1U, ceil_div(part.height));
  }
  return part;
}

}  // namespace

CompactWindow compact_window(Mesh mesh, std::size_t clusters) {
  CompactWindow window;
  window.room = mesh.cells() <= kSlack * clusters ? mesh : rectangle(mesh, kSlack * std::max<std::size_t>(clusters, 1));
  // A few free cells more or less: not worth another shape than that of the mesh.
  window.start = 8 * window.room.cells() <= 9 * clusters ? window.room
                                                         : rectangle(window.room, std::max<std::size_t>(clusters, 1));
  window.left = (window.room.width - window.start.width) / 2;
  window.top = (window.room.height - window.start.height) / 2;
  return window;
}

Placement moved_to_room(const CompactWindow& window, Placement cells) {
  for (Cell& cell : cells) cell = window.room.at(window.start.x(cell) + window.left, window.start.y(cell) + window.top);
  return cells;
}

Placement moved_to_mesh(const CompactWindow& window, Mesh mesh, Placement cells) {
  for (Cell& cell : cells) cell = mesh.at(window.room.x(cell), window.room.y(cell));
  return cells;
}

}  // namespace ranvier::mapper::clusters
