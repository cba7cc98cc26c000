// SPDX-License-Identifier: Apache-2.0
// Plain facts about hypergraphs.
#include "mapper/hypergraph/hypergraph.h"

#include <algorithm>

namespace ranvier::mapper::hypergraph {

Lists transposed(const Lists& lists, std::size_t items) {
  Lists result;
  result.offset.assign(items + 1, 0);
  for (const std::uint32_t item : lists.items) ++result.offset[item + 1];
  for (std::size_t i = 0; i < items; ++i) result.offset[i + 1] += result.offset[i];
  result.items.resize(lists.items.size());
  std::vector<std::size_t> next(result.offset.begin(), result.offset.end() - 1);
  for (std::size_t l = 0; l < lists.size(); ++l)
    for (const std::uint32_t item : lists[l]) result.items[next[item]++] = static_cast<std::uint32_t>(l);
  return result;
}

double connectivity(const Hypergraph& graph, const Parts& parts) {
  std::vector<std::size_t> seen;  // by part: last hyperedge that was there, plus 1
  double sum = 0;
  for (std::size_t e = 0; e < graph.pins.size(); ++e) {
    std::size_t distinct = 0;
    for (const Vertex v : graph.pins[e]) {
      const Part part = parts[v];
      if (part >= seen.size()) seen.resize(part + std::size_t{1}, 0);
      if (seen[part] == e + 1) continue;
      seen[part] = e + 1;
      ++distinct;
    }
    if (distinct > 1) sum += graph.weight[e] * static_cast<double>(distinct - 1);
  }
  return sum;
}

SharedResource in_axons(const Hypergraph& graph, std::int64_t limit) {
  Lists listeners;
  listeners.offset.reserve(graph.pins.size() + 1);
  for (std::size_t e = 0; e < graph.pins.size(); ++e) {
    const auto pins = graph.pins[e];
    if (!pins.empty()) listeners.items.insert(listeners.items.end(), pins.begin() + 1, pins.end());
    listeners.offset.push_back(listeners.items.size());
  }
  return {"in_axons", limit, std::vector<std::int64_t>(graph.pins.size(), 1), transposed(listeners, graph.vertices)};
}

}  // namespace ranvier::mapper::hypergraph
