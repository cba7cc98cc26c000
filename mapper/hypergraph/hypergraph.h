// SPDX-License-Identifier: Apache-2.0
// Axon-bundle hypergraphs: a vertex is a block of neurons, a hyperedge the axons of one source block with all blocks
// that listen to it. What `ranvier partition` reads, and what tiles and flows are reduced to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ranvier::mapper::hypergraph {

using Vertex = std::uint32_t;
using Hyperedge = std::uint32_t;
using Part = std::uint32_t;
inline constexpr Part kNoPart = UINT32_MAX;

/// Flat lists of lists: list i is items[offset[i]] to items[offset[i + 1] - 1].
struct Lists {
  std::vector<std::size_t> offset{0};
  std::vector<std::uint32_t> items;
  std::size_t size() const { return offset.size() - 1; }
  std::span<const std::uint32_t> operator[](std::size_t i) const {
    return {items.data() + offset[i], offset[i + 1] - offset[i]};
  }
};

/// Lists of the other direction: for every item the lists that hold it, ascending. `items` is the number of items.
Lists transposed(const Lists& lists, std::size_t items);

/// The first pin of a hyperedge is its source; the others listen, and are distinct. A source may listen to itself: then
/// it appears twice. Weight: events per unit of time, not negative.
struct Hypergraph {
  std::size_t vertices = 0;
  Lists pins;
  std::vector<double> weight;  // by hyperedge
};

/// A resource of which a part uses the sum over its vertices.
struct SummedResource {
  std::string name;
  std::int64_t limit = 0;
  std::vector<std::int64_t> demand;  // by vertex
};

/// A resource of which a part uses each item once, however many of its vertices need it: distinct in-axons, words of a
/// weight kernel.
struct SharedResource {
  std::string name;
  std::int64_t limit = 0;
  std::vector<std::int64_t> size;  // by item
  Lists items_of;                  // by vertex; distinct
};

/// Vertices to as many parts as are needed, at most `most_parts`, each within every limit; connectivity is minimised.
struct PartitionProblem {
  Hypergraph graph;
  std::vector<SummedResource> summed;
  std::vector<SharedResource> shared;
  std::size_t most_parts = SIZE_MAX;
  std::vector<Part> pinned;                      // by vertex, kNoPart: free; empty: none is pinned
  std::vector<std::vector<Vertex>> together;     // of one part
  std::vector<std::pair<Vertex, Vertex>> apart;  // never of one part
};

/// By vertex; parts are numbered without gaps, unless some are pinned.
using Parts = std::vector<Part>;

/// Sum of weight x (distinct parts of the pins, source included, - 1).
double connectivity(const Hypergraph& graph, const Parts& parts);

/// In-axons: an item a hyperedge, needed by the vertices that listen to it.
SharedResource in_axons(const Hypergraph& graph, std::int64_t limit);

}  // namespace ranvier::mapper::hypergraph
