// SPDX-License-Identifier: Apache-2.0
// One level of multilevel placement: an undirected graph of equal clusters and the grid of equal cells it lies on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mapper/clusters/cluster_graph.h"

namespace ranvier::mapper::clusters {

inline constexpr Cluster kNoCluster = UINT32_MAX;

struct LevelGraph {
  std::vector<std::size_t> offset{0};
  std::vector<ClusterGraph::Neighbour> entries;

  std::size_t size() const { return offset.size() - 1; }
  std::span<const ClusterGraph::Neighbour> neighbours(Cluster c) const {
    return {entries.data() + offset[c], offset[c + 1] - offset[c]};
  }
};

/// `graph` with cluster order[i] as i. `order` may leave out clusters without neighbours.
template <class Graph>
LevelGraph reordered(const Graph& graph, std::span<const Cluster> order) {
  std::vector<Cluster> rank(graph.size(), kNoCluster);
  LevelGraph out;
  out.offset.resize(order.size() + 1);
  for (std::size_t i = 0; i < order.size(); ++i) {
    rank[order[i]] = static_cast<Cluster>(i);
    out.offset[i + 1] = out.offset[i] + graph.neighbours(order[i]).size();
  }
  out.entries.resize(out.offset.back());
  for (std::size_t i = 0; i < order.size(); ++i) {
    ClusterGraph::Neighbour* next = out.entries.data() + out.offset[i];
    for (const ClusterGraph::Neighbour& n : graph.neighbours(order[i])) *next++ = {rank[n.cluster], n.weight};
  }
  return out;
}

/// Cells of a level, each a block of the mesh's: pitch is its sides in hops.
struct LevelGrid {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  float pitch_x = 1;
  float pitch_y = 1;
  std::size_t cells() const { return std::size_t{width} * height; }
};

}  // namespace ranvier::mapper::clusters
