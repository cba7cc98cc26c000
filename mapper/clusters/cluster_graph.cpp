// SPDX-License-Identifier: Apache-2.0
// Adjacency of cluster graphs by two counting passes and a merge.
#include "mapper/clusters/cluster_graph.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace ranvier::mapper::clusters {

ClusterGraph::ClusterGraph(std::size_t clusters, std::vector<Edge> edges)
    : edges_(std::move(edges)), offset_(clusters + 1, 0) {
  if (clusters >= kNoCell) throw std::invalid_argument(fmt::format("{} clusters are too many", clusters));
  for (std::size_t e = 0; e < edges_.size(); ++e) {
    const Edge& edge = edges_[e];
    if (edge.source >= clusters || edge.target >= clusters)
      throw std::invalid_argument(fmt::format("edge {} ends at no cluster", e));
    if (!std::isfinite(edge.weight) || edge.weight < 0)
      throw std::invalid_argument(fmt::format("edge {} has weight {}", e, edge.weight));
    total_weight_ += edge.weight;
    if (edge.source == edge.target) continue;
    ++offset_[edge.source + 1];
    ++offset_[edge.target + 1];
  }
  for (std::size_t c = 0; c < clusters; ++c) offset_[c + 1] += offset_[c];
  neighbours_.resize(offset_[clusters]);
  std::vector<std::size_t> next(offset_.begin(), offset_.end() - 1);
  for (const Edge& edge : edges_) {
    if (edge.source == edge.target) continue;
    neighbours_[next[edge.source]++] = {edge.target, static_cast<float>(edge.weight)};
    neighbours_[next[edge.target]++] = {edge.source, static_cast<float>(edge.weight)};
  }
  // Sorted and merged in place; each row only shrinks.
  std::size_t out = 0;
  std::size_t begin = 0;
  for (std::size_t c = 0; c < clusters; ++c) {
    const std::size_t end = offset_[c + 1];
    const auto row = std::span(neighbours_).subspan(begin, end - begin);
    std::stable_sort(row.begin(), row.end(),
                     [](const Neighbour& a, const Neighbour& b) { return a.cluster < b.cluster; });
    const std::size_t first = out;
    for (const Neighbour& n : row) {
      if (out > first && neighbours_[out - 1].cluster == n.cluster) {
        neighbours_[out - 1].weight += n.weight;
      } else {
        neighbours_[out++] = n;
      }
    }
    begin = end;
    offset_[c + 1] = out;
  }
  neighbours_.resize(out);
  neighbours_.shrink_to_fit();
}

}  // namespace ranvier::mapper::clusters
