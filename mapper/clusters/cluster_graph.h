// SPDX-License-Identifier: Apache-2.0
// A bare weighted cluster graph and a mesh of cores to put it on: one cluster a core. What `ranvier place` reads, and
// what the placement of tile clusters on a chip is reduced to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ranvier::mapper::clusters {

using Cluster = std::uint32_t;
using Cell = std::uint32_t;  // core of the mesh: y * width + x
inline constexpr Cell kNoCell = UINT32_MAX;

/// Directed: `weight` messages from source to target in a unit of time. A self loop crosses no link.
struct Edge {
  Cluster source = 0;
  Cluster target = 0;
  double weight = 0;
};

/// Edges as given, in their order, and the undirected neighbourhoods that solvers walk: both directions and parallel
/// edges merged, self loops left out, neighbours ascending. Memory is linear in clusters and edges.
class ClusterGraph {
 public:
  struct Neighbour {
    Cluster cluster = 0;
    float weight = 0;
  };

  /// `clusters` is at least the largest end of an edge plus 1; clusters without edges are allowed. Throws
  /// std::invalid_argument on an end out of range or a weight that is negative or not finite.
  ClusterGraph(std::size_t clusters, std::vector<Edge> edges);

  std::size_t size() const { return offset_.size() - 1; }
  const std::vector<Edge>& edges() const { return edges_; }
  std::span<const Neighbour> neighbours(Cluster c) const {
    return {neighbours_.data() + offset_[c], offset_[c + 1] - offset_[c]};
  }
  double total_weight() const { return total_weight_; }

 private:
  std::vector<Edge> edges_;
  std::vector<std::size_t> offset_;
  std::vector<Neighbour> neighbours_;
  double total_weight_ = 0;
};

struct Mesh {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::size_t cells() const { return std::size_t{width} * height; }
  std::uint32_t x(Cell c) const { return c % width; }
  std::uint32_t y(Cell c) const { return c / width; }
  Cell at(std::uint32_t x, std::uint32_t y) const { return y * width + x; }
  std::uint32_t distance(Cell a, Cell b) const {
    const std::uint32_t ax = x(a), bx = x(b), ay = y(a), by = y(b);
    return (ax > bx ? ax - bx : bx - ax) + (ay > by ? ay - by : by - ay);
  }
  friend bool operator==(const Mesh&, const Mesh&) = default;
};

/// By cluster; distinct cells.
using Placement = std::vector<Cell>;

}  // namespace ranvier::mapper::clusters
