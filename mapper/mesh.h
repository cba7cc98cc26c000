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
    case Direction::kEast: return b.core_at(b.x(c) + 1, b.y(c));
    case Direction::kWest: return b.core_at(b.x(c) - 1, b.y(c));
    case Direction::kSouth: return b.core_at(b.x(c), b.y(c) + 1);
    case Direction::kNorth: return b.core_at(b.x(c), b.y(c) - 1);
  }
  return {};
}

/// True where the link leaves one chip for the next.
inline bool crosses_chip(const chips::Board& b, LinkId l) {
  return b.chip_of(link_source(b, l)) != b.chip_of(neighbour(b, link_source(b, l), link_direction(l)));
}

inline std::int32_t hops(const chips::Board& b, CoreId from, CoreId to) {
  return std::abs(b.x(from) - b.x(to)) + std::abs(b.y(from) - b.y(to));
}

/// Chip edges on the way.
inline std::int32_t chip_crossings(const chips::Board& b, CoreId from, CoreId to) {
  const std::int32_t w = static_cast<std::int32_t>(b.chip.noc.width);
  const std::int32_t h = static_cast<std::int32_t>(b.chip.noc.height);
  return std::abs(b.x(from) / w - b.x(to) / w) + std::abs(b.y(from) / h - b.y(to) / h);
}

/// Calls visit(LinkId) for each link from `from` to `to`, x first.
template <class Visit>
void for_each_xy_link(const chips::Board& b, CoreId from, CoreId to, Visit&& visit) {
  CoreId at = from;
  while (b.x(at) != b.x(to)) {
    const Direction d = b.x(to) > b.x(at) ? Direction::kEast : Direction::kWest;
    visit(link_of(b, at, d));
    at = neighbour(b, at, d);
  }
  while (b.y(at) != b.y(to)) {
    const Direction d = b.y(to) > b.y(at) ? Direction::kSouth : Direction::kNorth;
    visit(link_of(b, at, d));
    at = neighbour(b, at, d);
  }
}

}  // namespace ranvier::mapper
