// SPDX-License-Identifier: Apache-2.0
// Shortest ways. On the triangular torus, with (a, b) the steps that are left in x and y: max(|a|, |b|) where the
// diagonal serves both, |a| + |b| otherwise.
#include "sim/network_topology.h"

#include <array>
#include <cstdlib>

#include "sim/network_errors.h"

namespace ranvier::sim {

namespace {

/// Steps along one ring, one way round and the other, the preferred first. `count` is 1 where there is nothing to
/// choose.
struct Choices {
  std::array<std::int32_t, 2> steps;
  int count;
};

Choices choices(std::int32_t from, std::int32_t to, std::int32_t side, bool up_first) {
  if (from == to) return {{0, 0}, 1};
  const std::int32_t up = to > from ? to - from : to - from + side;
  return up_first ? Choices{{up, up - side}, 2} : Choices{{up - side, up}, 2};
}

bool along_diagonal(std::int32_t x, std::int32_t y) { return (x > 0) != (y > 0) && x != 0 && y != 0; }

Way with_diagonal(std::int32_t x, std::int32_t y) {
  if (!along_diagonal(x, y)) return {0, x, y};
  const std::int32_t steps = std::min(std::abs(x), std::abs(y));
  const std::int32_t diagonal = x > 0 ? steps : -steps;
  return {diagonal, x - diagonal, y + diagonal};
}

}  // namespace

std::int32_t Way::links() const { return std::abs(diagonal) + std::abs(x) + std::abs(y); }

bool up_first(const MeshSpec& mesh, std::int32_t router) {
  return (router % mesh.width + router / mesh.width) % 2 == 0;
}

Way way_between(const MeshSpec& mesh, std::int32_t from, std::int32_t to, bool up_first) {
  const std::int32_t from_x = from % mesh.width, from_y = from / mesh.width;
  const std::int32_t to_x = to % mesh.width, to_y = to / mesh.width;
  if (mesh.topology == Topology::kMesh) return {0, to_x - from_x, to_y - from_y};
  const Choices across = choices(from_x, to_x, mesh.width, up_first);
  const Choices along = choices(from_y, to_y, mesh.height, up_first);
  Way best;
  std::int32_t least = INT32_MAX;
  for (int i = 0; i < across.count; ++i) {
    for (int j = 0; j < along.count; ++j) {
      const std::int32_t x = across.steps[static_cast<std::size_t>(i)];
      const std::int32_t y = along.steps[static_cast<std::size_t>(j)];
      const Way way = mesh.topology == Topology::kTriangularTorus ? with_diagonal(x, y) : Way{0, x, y};
      if (way.links() >= least) continue;
      best = way;
      least = way.links();
    }
  }
  return best;
}

FirstLink first_link(const MeshSpec& mesh, std::int32_t x, std::int32_t y, const Way& way) {
  const auto over = [](std::int32_t at, std::int32_t steps, std::int32_t side) {
    return at + steps >= side || at + steps < 0;
  };
  if (way.diagonal != 0) return {way.diagonal > 0 ? kNorthEast : kSouthWest, over(x, way.diagonal, mesh.width)};
  if (way.x != 0) return {way.x > 0 ? kEast : kWest, over(x, way.x, mesh.width)};
  return {way.y > 0 ? kSouth : kNorth, over(y, way.y, mesh.height)};
}

std::int32_t router_next_to(const MeshSpec& mesh, std::int32_t router, std::uint32_t direction) {
  static constexpr std::array<std::int32_t, 6> kAcross{1, -1, 0, 0, 1, -1};
  static constexpr std::array<std::int32_t, 6> kAlong{0, 0, 1, -1, -1, 1};
  const std::int32_t x = router % mesh.width + kAcross[direction];
  const std::int32_t y = router / mesh.width + kAlong[direction];
  if (mesh.topology == Topology::kMesh && (x < 0 || x >= mesh.width || y < 0 || y >= mesh.height)) return -1;
  return (y + mesh.height) % mesh.height * mesh.width + (x + mesh.width) % mesh.width;
}

Topology topology_named(const std::string& name) {
  if (name == "mesh" || name == "cmesh") return Topology::kMesh;
  if (name == "torus") return Topology::kTorus;
  if (name == "triangular-torus") return Topology::kTriangularTorus;
  throw UnknownTopology(name);
}

std::string topology_text(const MeshSpec& mesh) {
  const std::string concentrated = mesh.cores_per_router > 1 ? "concentrated " : "";
  switch (mesh.topology) {
    case Topology::kMesh:
      return concentrated + "mesh";
    case Topology::kTorus:
      return concentrated + "torus";
    case Topology::kTriangularTorus:
      return concentrated + "triangular torus";
  }
  return concentrated;
}

}  // namespace ranvier::sim
