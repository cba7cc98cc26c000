// SPDX-License-Identifier: Apache-2.0
// Ways through meshes and tori: dimension order, the shorter way round, the diagonal first. One rule for routers,
// multicast trees and closed forms.
#pragma once

#include <cstdint>
#include <string>

#include "sim/network_timing.h"

namespace ranvier::sim {

/// Directions of links, as mapper::Direction counts them, then the triangular torus's own. The opposite of d is d ^ 1.
inline constexpr std::uint32_t kEast = 0, kWest = 1, kSouth = 2, kNorth = 3, kNorthEast = 4, kSouthWest = 5;

/// Links from router to router, in the order in which they are taken: diagonal, then x, then y.
struct Way {
  std::int32_t diagonal = 0;  // north-east; negative: south-west
  std::int32_t x = 0;         // east; negative: west
  std::int32_t y = 0;         // south; negative: north
  std::int32_t links() const;
};

/// Which way round a ring is tried first, where both are as short: east and south for routers whose x + y is even.
bool up_first(const MeshSpec& mesh, std::int32_t router);

/// The shortest way from router to router; of several, the first in the order that `up_first` gives.
Way way_between(const MeshSpec& mesh, std::int32_t from, std::int32_t to, bool up_first);

/// That of a packet with one destination, whose place gives the order: the rest of a way is the way from there.
inline Way way_between(const MeshSpec& mesh, std::int32_t from, std::int32_t to) {
  return way_between(mesh, from, to, up_first(mesh, to));
}

/// First link of a way, from a router at (x, y).
struct FirstLink {
  std::uint32_t direction = 0;
  /// The way goes on in this direction over the edge at which its ring is closed: on diagonals the edge in x.
  bool wraps = false;
};
FirstLink first_link(const MeshSpec& mesh, std::int32_t x, std::int32_t y, const Way& way);

/// Router at the other end of a link; -1 off the edge of a mesh.
std::int32_t router_next_to(const MeshSpec& mesh, std::int32_t router, std::uint32_t direction);

/// mesh, torus, cmesh (a mesh; give it several cores a router) or triangular-torus. Throws UnknownTopology.
Topology topology_named(const std::string& name);
/// As people say it: a mesh with several cores a router is a concentrated mesh.
std::string topology_text(const MeshSpec& mesh);

}  // namespace ranvier::sim
