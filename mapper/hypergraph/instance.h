// SPDX-License-Identifier: Apache-2.0
// A partition problem as the solver sees it at one level: hyperedges and shared items are both nets over vertices, so
// that one count of pins by net and part serves connectivity and set unions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapper/hypergraph/hypergraph.h"

namespace ranvier::mapper::hypergraph {

using Net = std::uint32_t;

struct Instance {
  std::size_t vertices = 0;
  Lists pins;                        // by net: distinct, ascending, at least two
  Lists nets_of;                     // by vertex: ascending
  std::vector<std::int64_t> weight;  // by net: of a further part, fixed point
  std::vector<std::int64_t> size;    // by net and shared resource: of a part that holds a pin
  std::vector<std::int64_t> own;     // by vertex and shared resource: items that no other vertex needs
  std::vector<std::int64_t> demand;  // by vertex and summed resource
  std::vector<std::int64_t> summed_limit;
  std::vector<std::int64_t> shared_limit;
  std::vector<Part> pinned;  // by vertex
  Lists apart;               // by vertex: distinct

  std::size_t summed() const { return summed_limit.size(); }
  std::size_t shared() const { return shared_limit.size(); }
};

/// Fixed point with a power of two: integer weights stay exact, and no sum of gains overflows.
struct FixedPoint {
  int exponent = 0;
  std::int64_t of(double weight) const;
};
FixedPoint fixed_point_for(const Hypergraph& graph, double extra);

/// `group`: vertex to vertex of the instance. Pinned parts are as in the problem.
Instance make_instance(const PartitionProblem& problem, std::span<const Vertex> group, std::size_t groups,
                       FixedPoint scale);

/// Vertices of one cluster become one. Nets with the same pins are merged, nets of one pin become the vertex's own.
Instance contract(const Instance& fine, std::span<const Vertex> cluster, std::size_t clusters);

}  // namespace ranvier::mapper::hypergraph
