// SPDX-License-Identifier: Apache-2.0
// Fill in an order.
#include "mapper/hypergraph/seeds.h"

#include <numeric>

#include "mapper/hypergraph/open_part.h"

namespace ranvier::mapper::hypergraph {

std::vector<Vertex> order_as_given(const Hypergraph& graph) {
  std::vector<Vertex> order(graph.vertices);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

Parts fill_in_order(const PartitionProblem& problem, std::span<const Vertex> order) {
  OpenPart part(problem);
  for (const Vertex v : order) {
    if (part.assigned(v)) continue;
    while (!part.fits(v)) part.next(v);
    part.add(v);
  }
  return std::move(part).parts();
}

}  // namespace ranvier::mapper::hypergraph
