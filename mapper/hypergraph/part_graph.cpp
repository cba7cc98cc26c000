// SPDX-License-Identifier: Apache-2.0
// Parts as clusters.
#include "mapper/hypergraph/part_graph.h"

#include <algorithm>
#include <map>

namespace ranvier::mapper::hypergraph {

std::vector<clusters::Edge> part_graph(const Hypergraph& graph, const Parts& parts) {
  std::map<std::pair<Part, Part>, double> weight;
  std::vector<Part> targets;
  for (std::size_t e = 0; e < graph.pins.size(); ++e) {
    const auto pins = graph.pins[e];
    if (pins.empty()) continue;
    const Part from = parts[pins[0]];
    targets.clear();
    for (const Vertex v : pins.subspan(1))
      if (parts[v] != from) targets.push_back(parts[v]);
    std::sort(targets.begin(), targets.end());
    targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
    for (const Part to : targets) weight[{from, to}] += graph.weight[e];
  }
  std::vector<clusters::Edge> edges;
  for (const auto& [ends, sum] : weight) edges.push_back({ends.first, ends.second, sum});
  return edges;
}

}  // namespace ranvier::mapper::hypergraph
