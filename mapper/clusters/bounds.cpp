// SPDX-License-Identifier: Apache-2.0
// The shell bound.
#include "mapper/clusters/bounds.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

namespace ranvier::mapper::clusters {

namespace {

/// Edges by cluster, as their numbers; self loops left out. Neighbourhoods of the graph hold weights rounded to float.
struct Ends {
  std::vector<std::size_t> offset;
  std::vector<std::uint32_t> edge;

  explicit Ends(const ClusterGraph& graph) : offset(graph.size() + 1, 0) {
    for (const Edge& e : graph.edges()) {
      if (e.source == e.target) continue;
      ++offset[e.source + 1];
      ++offset[e.target + 1];
    }
    std::partial_sum(offset.begin(), offset.end(), offset.begin());
    edge.resize(offset.back());
    std::vector<std::size_t> next(offset.begin(), offset.end() - 1);
    for (std::size_t e = 0; e < graph.edges().size(); ++e) {
      const Edge& one = graph.edges()[e];
      if (one.source == one.target) continue;
      edge[next[one.source]++] = edge[next[one.target]++] = static_cast<std::uint32_t>(e);
    }
  }
};

/// Between the cluster and each of its neighbours, largest first.
void weights_of(const ClusterGraph& graph, const Ends& ends, Cluster c, std::vector<std::pair<Cluster, double>>& near,
                std::vector<double>& weights) {
  near.clear();
  for (std::size_t i = ends.offset[c]; i < ends.offset[c + 1]; ++i) {
    const Edge& e = graph.edges()[ends.edge[i]];
    near.emplace_back(e.source == c ? e.target : e.source, e.weight);
  }
  std::sort(near.begin(), near.end());
  weights.clear();
  for (std::size_t i = 0; i < near.size(); ++i) {
    if (i > 0 && near[i].first == near[i - 1].first)
      weights.back() += near[i].second;
    else
      weights.push_back(near[i].second);
  }
  std::sort(weights.begin(), weights.end(), std::greater<>());
}

}  // namespace

std::vector<std::uint64_t> largest_shells(Mesh mesh) {
  std::vector<std::uint64_t> shells;
  if (mesh.cells() == 0) return shells;
  const Cell middle = mesh.at(mesh.width / 2, mesh.height / 2);
  for (Cell c = 0; c < mesh.cells(); ++c) {
    const std::uint32_t d = mesh.distance(middle, c);
    if (d == 0) continue;
    if (shells.size() < d) shells.resize(d);
    ++shells[d - 1];
  }
  return shells;
}

double shell_bound(const ClusterGraph& graph, Mesh mesh) {
  const std::vector<std::uint64_t> shells = largest_shells(mesh);
  const Ends ends(graph);
  std::vector<std::pair<Cluster, double>> near;
  std::vector<double> weights;
  double sum = 0;
  for (Cluster c = 0; c < graph.size(); ++c) {
    weights_of(graph, ends, c, near, weights);
    std::size_t next = 0;
    for (std::size_t d = 0; d < shells.size() && next < weights.size(); ++d)
      for (std::uint64_t i = 0; i < shells[d] && next < weights.size(); ++i)
        sum += weights[next++] * static_cast<double>(d + 1);
  }
  return sum / 2;
}

}  // namespace ranvier::mapper::clusters
