// SPDX-License-Identifier: Apache-2.0
// Bytes as an edge list; what is read comes back the same from the text that it makes. The first byte 0: they are a
// parameter file of the cortical microcircuit instead.
#include <fmt/format.h>

#include <iterator>

#include "tests/fuzz/feed.h"
#include "workloads/edge_list.h"
#include "workloads/microcircuit.h"

namespace ranvier::fuzz {

bool feed_wiring(std::span<const std::uint8_t> bytes) {
  if (!bytes.empty() && bytes[0] == 0) {
    const std::string text(bytes.begin() + 1, bytes.end());
    return read_or_refused([&] { workloads::parse_microcircuit(text, "network_params.json"); });
  }
  const std::string text(bytes.begin(), bytes.end());
  return read_or_refused([&] {
    const workloads::EdgeList list = workloads::parse_edge_list(text, "wiring.csv");
    std::string again = "source,target,synapses\n";
    for (const workloads::WiringEdge& e : list.edges)
      fmt::format_to(std::back_inserter(again), "{},{},{}\n", list.ids.at(static_cast<std::size_t>(e.source)),
                     list.ids.at(static_cast<std::size_t>(e.target)), e.synapses);
    // A line that begins with "#" is a comment: an id of an edge's source cannot.
    const workloads::EdgeList same = workloads::parse_edge_list(again, "wiring.csv");
    if (same.ids != list.ids || same.edges.size() != list.edges.size()) throw std::logic_error("comes back otherwise");
    for (std::size_t i = 0; i < list.edges.size(); ++i) {
      const workloads::WiringEdge& a = list.edges[i];
      const workloads::WiringEdge& b = same.edges[i];
      if (a.source != b.source || a.target != b.target || a.synapses != b.synapses)
        throw std::logic_error("comes back with another edge");
    }
  });
}

}  // namespace ranvier::fuzz
