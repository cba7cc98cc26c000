// SPDX-License-Identifier: Apache-2.0
// Bytes as a hypergraph in hMETIS text. What is read comes back the same from the text that it makes.
#include "mapper/hypergraph/hmetis_file.h"
#include "tests/fuzz/feed.h"

namespace ranvier::fuzz {

bool feed_hypergraph(std::span<const std::uint8_t> bytes) {
  const std::string text(bytes.begin(), bytes.end());
  return read_or_refused([&] {
    const auto file = mapper::hypergraph::parse_hmetis(text, "net.hgr");
    for (const auto v : file.graph.pins.items)
      if (v >= file.graph.vertices) throw std::logic_error("a pin that is no vertex");
    const std::string made = mapper::hypergraph::hmetis_text(file);
    const auto again = mapper::hypergraph::parse_hmetis(made, "net.hgr");
    const bool same = again.graph.pins.items == file.graph.pins.items &&
                      again.graph.pins.offset == file.graph.pins.offset && again.graph.weight == file.graph.weight &&
                      again.vertex_weight == file.vertex_weight && again.graph.vertices == file.graph.vertices;
    if (!same) throw std::logic_error("comes back as another hypergraph");
  });
}

}  // namespace ranvier::fuzz
