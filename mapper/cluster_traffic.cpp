// SPDX-License-Identifier: Apache-2.0
// Flows summed by pairs of clusters.
#include "mapper/cluster_traffic.h"

#include <algorithm>

namespace ranvier::mapper {

ClusterTraffic cluster_traffic(const MappingProblem& problem, const std::vector<std::vector<TileId>>& clusters) {
  constexpr std::size_t kHost = static_cast<std::size_t>(-1);  // and the device, which is behind it
  std::vector<std::size_t> cluster_of(problem.tiles.size(), kHost);
  for (std::size_t c = 0; c < clusters.size(); ++c)
    for (const TileId t : clusters[c]) cluster_of[t.value()] = c;
  ClusterTraffic traffic;
  traffic.with_host.assign(clusters.size(), 0.0);
  std::vector<ClusterTraffic::Edge> all;
  std::vector<std::size_t> reached;
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const Flow& flow = problem.flows[f];
    const double flits =
        problem.flow_events[f] * static_cast<double>(chips::flits_of(problem.board.chip.noc, flow.payload_bits));
    const std::size_t from = cluster_of[flow.source.value()];
    reached.clear();
    for (const TileId to : flow.destinations) reached.push_back(cluster_of[to.value()]);
    std::sort(reached.begin(), reached.end());
    reached.erase(std::unique(reached.begin(), reached.end()), reached.end());
    for (const std::size_t to : reached) {
      if (from == to) continue;
      if (from == kHost)
        traffic.with_host[to] += flits;
      else if (to == kHost)
        traffic.with_host[from] += flits;
      else
        all.push_back({from, to, flits});
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.from != b.from ? a.from < b.from : a.to < b.to; });
  for (const auto& edge : all) {
    auto& edges = traffic.edges;
    if (!edges.empty() && edges.back().from == edge.from && edges.back().to == edge.to)
      edges.back().flits += edge.flits;
    else
      edges.push_back(edge);
  }
  return traffic;
}

}  // namespace ranvier::mapper
