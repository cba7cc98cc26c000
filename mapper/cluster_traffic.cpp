// SPDX-License-Identifier: Apache-2.0
// Flows summed by pairs of clusters.
#include "mapper/cluster_traffic.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace ranvier::mapper {

ClusterTraffic cluster_traffic(const MappingProblem& problem, const std::vector<std::vector<TileId>>& clusters) {
  constexpr std::size_t kHost = static_cast<std::size_t>(-1);  // and the device, which is behind it
  std::vector<std::size_t> cluster_of(problem.tiles.size(), kHost);
  for (std::size_t c = 0; c < clusters.size(); ++c)
    for (const TileId t : clusters[c]) cluster_of[t.value()] = c;
  ClusterTraffic traffic;
  traffic.with_host.assign(clusters.size(), 0.0);
  // Row by row, so that no edge is listed for a flow: neurons have hundreds.
  std::vector<std::vector<std::size_t>> flows_of(clusters.size());
  std::vector<std::size_t> reached;
  const auto flits_of = [&](std::size_t f) {
    return problem.flow_events[f] *
           static_cast<double>(chips::flits_of(problem.board.chip.noc, problem.flows[f].payload_bits));
  };
  const auto reached_by = [&](std::size_t f) -> const std::vector<std::size_t>& {
    reached.clear();
    for (const TileId to : problem.flows[f].destinations) reached.push_back(cluster_of[to.value()]);
    std::sort(reached.begin(), reached.end());
    reached.erase(std::unique(reached.begin(), reached.end()), reached.end());
    return reached;
  };
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const double flits = flits_of(f);
    const std::size_t from = cluster_of[problem.flows[f].source.value()];
    for (const std::size_t to : reached_by(f)) {
      if (from == to) continue;
      if (from == kHost)
        traffic.with_host[to] += flits;
      else if (to == kHost)
        traffic.with_host[from] += flits;
      else if (flows_of[from].empty() || flows_of[from].back() != f)
        flows_of[from].push_back(f);
    }
  }
  std::vector<double> row(clusters.size(), 0.0);
  std::vector<std::uint8_t> listed(clusters.size(), 0);
  std::vector<std::size_t> columns;
  for (std::size_t from = 0; from < clusters.size(); ++from) {
    columns.clear();
    for (const std::size_t f : flows_of[from])
      for (const std::size_t to : reached_by(f))
        if (to != from && to != kHost) {
          if (std::exchange(listed[to], std::uint8_t{1}) == 0) columns.push_back(to);
          row[to] += flits_of(f);
        }
    std::sort(columns.begin(), columns.end());
    for (const std::size_t to : columns) {
      traffic.edges.push_back({from, to, std::exchange(row[to], 0.0)});
      listed[to] = 0;
    }
  }
  return traffic;
}

}  // namespace ranvier::mapper
