// SPDX-License-Identifier: Apache-2.0
// Bytes as a file of edges, and as a file of a placement of five clusters on a mesh whose size the first byte tells.
// What is read comes back the same from the text that it makes.
#include <iterator>

#include <fmt/format.h>

#include "mapper/clusters/edge_file.h"
#include "tests/fuzz/feed.h"

namespace ranvier::fuzz {

namespace {

using namespace ranvier::mapper::clusters;

void read_as_edges(const std::string& text) {
  const EdgeList list = parse_edges(text, "edges.csv");
  std::string again = "source,target,weight\n";
  for (const Edge& e : list.edges) {
    if (e.source >= list.clusters || e.target >= list.clusters) throw std::logic_error("an end beyond the clusters");
    if (!(e.weight >= 0)) throw std::logic_error("no weight");
    fmt::format_to(std::back_inserter(again), "{},{},{}\n", e.source, e.target, e.weight);
  }
  const EdgeList same = parse_edges(again, "edges.csv");
  for (std::size_t i = 0; i < list.edges.size(); ++i) {
    const Edge& a = list.edges[i];
    const Edge& b = same.edges.at(i);
    if (a.source != b.source || a.target != b.target || a.weight != b.weight) {
      throw std::logic_error("comes back as another graph");
    }
  }
}

void read_as_placement(const std::string& text, Mesh mesh) {
  const Placement placement = parse_placement(text, "placement.csv", 5, mesh);
  for (std::size_t i = 0; i < placement.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (placement[i] >= mesh.cells() || placement[i] == placement[j]) throw std::logic_error("no placement");
}

}  // namespace

bool feed_edges(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return false;
  const Mesh mesh{2 + bytes[0] % 4u, 3};
  const std::string text(bytes.begin() + 1, bytes.end());
  const bool edges = read_or_refused([&] { read_as_edges(text); });
  const bool placement = read_or_refused([&] { read_as_placement(text, mesh); });
  return edges || placement;
}

}  // namespace ranvier::fuzz
