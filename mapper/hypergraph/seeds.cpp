// SPDX-License-Identifier: Apache-2.0
// Orders, and fills in them.
#include "mapper/hypergraph/seeds.h"

#include <algorithm>
#include <numeric>

#include "mapper/hypergraph/open_part.h"
#include "mapper/hypergraph/proofs.h"
#include "mapper/hypergraph/starts.h"

namespace ranvier::mapper::hypergraph {
namespace {

/// Breadth-first search that can start again from where it got to.
class Breadth {
 public:
  explicit Breadth(const Hypergraph& graph)
      : graph_(graph), incident_(transposed(graph.pins, graph.vertices)), pins_(graph.vertices, 0) {
    for (Vertex v = 0; v < graph.vertices; ++v)
      for (const Hyperedge e : incident_[v]) pins_[v] += graph.pins[e].size();
    std::vector<std::size_t> sorted = pins_;
    if (sorted.empty()) return;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    constexpr std::size_t kHub = 4;  // times the median
    most_pins_ = kHub * *middle;
  }

  std::size_t pins(Vertex v) const { return pins_[v]; }

  /// All that can be reached from `first`, in order, and is not in `order` yet.
  void search(Vertex first, std::vector<Vertex>& order, std::vector<bool>& reached) const {
    std::vector<bool> walked(graph_.pins.size());
    std::vector<Vertex> hubs;
    std::vector<Vertex> found;
    std::size_t next = order.size();
    reached[first] = true;
    order.push_back(first);
    for (;;) {
      if (next == order.size()) {
        if (hubs.empty()) return;
        order.insert(order.end(), hubs.begin(), hubs.end());
        hubs.clear();
      }
      found.clear();
      for (const Hyperedge e : incident_[order[next++]]) {
        if (walked[e]) continue;
        walked[e] = true;
        for (const Vertex v : graph_.pins[e]) {
          if (reached[v]) continue;
          reached[v] = true;
          (pins_[v] > most_pins_ ? hubs : found).push_back(v);
        }
      }
      std::sort(found.begin(), found.end(),
                [&](Vertex a, Vertex b) { return std::pair(pins_[a], a) < std::pair(pins_[b], b); });
      order.insert(order.end(), found.begin(), found.end());
    }
  }

 private:
  const Hypergraph& graph_;
  Lists incident_;
  std::vector<std::size_t> pins_;  // of all hyperedges of a vertex
  std::size_t most_pins_ = 0;
};

}  // namespace

std::vector<Vertex> order_as_given(const Hypergraph& graph) {
  std::vector<Vertex> order(graph.vertices);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

std::vector<Vertex> order_by_breadth(const Hypergraph& graph) {
  const Breadth breadth(graph);
  std::vector<Vertex> by_pins = order_as_given(graph);
  std::stable_sort(by_pins.begin(), by_pins.end(),
                   [&](Vertex a, Vertex b) { return breadth.pins(a) < breadth.pins(b); });
  std::vector<Vertex> order;
  std::vector<bool> reached(graph.vertices);
  for (const Vertex start : by_pins) {
    if (reached[start]) continue;
    // The last vertex found from anywhere is far out: so begins the search that counts.
    std::vector<Vertex> trial;
    std::vector<bool> seen = reached;
    breadth.search(start, trial, seen);
    breadth.search(trial.back(), order, reached);
  }
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

Parts fill_by_overlap(const PartitionProblem& problem) {
  const Groups groups = groups_of(problem);
  const Instance instance = make_instance(problem, groups.of, groups.count(), fixed_point_for(problem.graph, 0));
  const Parts of_group = start_by_overlap(instance);
  Parts parts(problem.graph.vertices);
  for (Vertex v = 0; v < parts.size(); ++v) parts[v] = of_group[groups.of[v]];
  return parts;
}

}  // namespace ranvier::mapper::hypergraph
