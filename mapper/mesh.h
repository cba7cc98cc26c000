// SPDX-License-Identifier: Apache-2.0
// The board's router mesh: directed links, dimension-order steps. One numbering for mapper, simulator and report.
#pragma once

#include <cstdlib>

#include "base/ids.h"
#include "chips/chip.h"

namespace ranvier::mapper {

enum class Direction : std::uint8_t { kEast, kWest, kSouth, kNorth };  // +x, -x, +y, -y

/// The link that leaves the router of `from` in direction `d`. Numbers are dense: 4 a router, those off the mesh's edge
/// unused.
inline LinkId link_of(const chips::Board& b, CoreId from, Direction d) {
  return LinkId(b.router_of(from) * 4u + static_cast<unsigned>(d));
}
inline std::size_t link_count(const chips::Board& b) { return b.routers() * 4; }
/// First core of the router that the link leaves.
inline CoreId link_source(const chips::Board& b, LinkId l) { return CoreId(l.value() / 4 * b.cores_per_router()); }
inline Direction link_direction(LinkId l) { return static_cast<Direction>(l.value() % 4); }
inline bool vertical(Direction d) { return d == Direction::kSouth || d == Direction::kNorth; }

/// First core of the router next to that of `c`.
inline CoreId neighbour(const chips::Board& b, CoreId c, Direction d) {
  switch (d) {
    case Direction::kEast:
      return b.core_at(b.x(c) + 1, b.y(c));
    case Direction::kWest:
      return b.core_at(b.x(c) - 1, b.y(c));
    case Direction::kSouth:
      return b.core_at(b.x(c), b.y(c) + 1);
    case Direction::kNorth:
      return b.core_at(b.x(c), b.y(c) - 1);
  }
  return {};
}

/// True where the link leaves one chip for the next.
inline bool crosses_chip(const chips::Board& b, LinkId l) {
  return b.chip_of(link_source(b, l)) != b.chip_of(neighbour(b, link_source(b, l), link_direction(l)));
}

/// Cycles that a flit keeps the link busy.
inline std::int64_t cycles_per_flit(const chips::Board& b, LinkId l) {
  const std::int64_t cycles =
      crosses_chip(b, l) ? b.chip.chip_link.cycles_per_flit.value : b.chip.noc.link_cycles_per_flit.value;
  return cycles > 1 ? cycles : 1;
}

/// Calls visit(LinkId) for every link of the mesh.
template <class Visit>
void for_each_link(const chips::Board& b, Visit&& visit) {
  for (std::int32_t y = 0; y < b.height(); ++y)
    for (std::int32_t x = 0; x < b.width(); ++x) {
      const CoreId core = b.core_at(x, y);
      if (x + 1 < b.width()) visit(link_of(b, core, Direction::kEast));
      if (x > 0) visit(link_of(b, core, Direction::kWest));
      if (y + 1 < b.height()) visit(link_of(b, core, Direction::kSouth));
      if (y > 0) visit(link_of(b, core, Direction::kNorth));
    }
}

/// Links between two cores, and which of them leave a chip or run north and south on one.
struct WayLinks {
  std::int32_t links = 0;
  std::int32_t edges = 0;
  std::int32_t vertical = 0;  // on chip
  std::int32_t horizontal() const { return links - edges - vertical; }
};
inline WayLinks way_links(const chips::Board& b, CoreId from, CoreId to) {
  const std::int32_t across = std::abs(b.x(from) - b.x(to));
  const std::int32_t along = std::abs(b.y(from) - b.y(to));
  const std::int32_t edges_across = std::abs(b.x(from) / b.chip.noc.width - b.x(to) / b.chip.noc.width);
  const std::int32_t edges_along = std::abs(b.y(from) / b.chip.noc.height - b.y(to) / b.chip.noc.height);
  return {across + along, edges_across + edges_along, along - edges_along};
}

/// One more link of a way.
inline void count_link(const chips::Board& b, LinkId l, WayLinks& way) {
  ++way.links;
  if (crosses_chip(b, l))
    ++way.edges;
  else if (vertical(link_direction(l)))
    ++way.vertical;
}

inline std::int32_t hops(const chips::Board& b, CoreId from, CoreId to) {
  return std::abs(b.x(from) - b.x(to)) + std::abs(b.y(from) - b.y(to));
}

/// Calls visit(LinkId) for each link from `from` to `to`, x first.
template <class Visit>
void for_each_xy_link(const chips::Board& b, CoreId from, CoreId to, Visit&& visit) {
  const std::int32_t width = b.width();
  const std::int32_t to_x = b.x(to);
  const std::int32_t to_y = b.y(to);
  std::int32_t x = b.x(from);
  std::int32_t y = b.y(from);
  const auto link = [&](Direction d) {
    return LinkId(static_cast<std::size_t>(y * width + x) * 4u + static_cast<unsigned>(d));
  };
  for (; x < to_x; ++x) visit(link(Direction::kEast));
  for (; x > to_x; --x) visit(link(Direction::kWest));
  for (; y < to_y; ++y) visit(link(Direction::kSouth));
  for (; y > to_y; --y) visit(link(Direction::kNorth));
}

}  // namespace ranvier::mapper
