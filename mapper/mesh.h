// SPDX-License-Identifier: Apache-2.0
// The board's router mesh: directed links, dimension-order steps. One numbering for mapper, simulator and report.
#pragma once

#include <cstdlib>

#include "base/ids.h"
#include "chips/chip.h"

namespace ranvier::mapper {

enum class Direction : std::uint8_t { kEast, kWest, kSouth, kNorth };  // +x, -x, +y, -y

/// The link that leaves `from` in direction `d`. Numbers are dense: 4 a core, those off the mesh's edge unused.
inline LinkId link_of(CoreId from, Direction d) { return LinkId(from.value() * 4u + static_cast<unsigned>(d)); }
inline std::size_t link_count(const chips::Board& b) { return b.cores() * 4; }
inline CoreId link_source(LinkId l) { return CoreId(l.value() / 4); }
inline Direction link_direction(LinkId l) { return static_cast<Direction>(l.value() % 4); }

inline CoreId neighbour(const chips::Board& b, CoreId c, Direction d) {
  const std::int32_t w = b.width();
  switch (d) {
    case Direction::kEast: return CoreId(c.value() + 1);
    case Direction::kWest: return CoreId(c.value() - 1);
    case Direction::kSouth: return CoreId(c.value() + static_cast<unsigned>(w));
    case Direction::kNorth: return CoreId(c.value() - static_cast<unsigned>(w));
  }
  return {};
}

/// True where the link leaves one chip for the next.
inline bool crosses_chip(const chips::Board& b, LinkId l) {
  return b.chip_of(link_source(l)) != b.chip_of(neighbour(b, link_source(l), link_direction(l)));
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
    visit(link_of(at, d));
    at = neighbour(b, at, d);
  }
  while (b.y(at) != b.y(to)) {
    const Direction d = b.y(to) > b.y(at) ? Direction::kSouth : Direction::kNorth;
    visit(link_of(at, d));
    at = neighbour(b, at, d);
  }
}

}  // namespace ranvier::mapper
