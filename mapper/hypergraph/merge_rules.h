// SPDX-License-Identifier: Apache-2.0
// Whether a vertex may join a cluster that is being built: limits of sums and set unions, pins, apart.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/hypergraph/coarsen.h"

namespace ranvier::mapper::hypergraph {

/// One cluster at a time. The union of shared items is exact.
class MergeRules {
 public:
  MergeRules(const Instance& instance, const ClusterLimits& limits);
  /// `any_pin`: vertices that are not pinned may join a pinned one, as in a part.
  void begin(Vertex first, bool any_pin = false);
  Vertex first() const { return first_; }
  /// Adds the vertex, or changes nothing.
  bool join(Vertex v);

 private:
  void add(Vertex v);

  const Instance* instance_;
  ClusterLimits limits_;
  Vertex first_ = 0;
  std::uint32_t stamp_ = 0;
  std::vector<std::uint32_t> net_in_;     // by net: stamp of the cluster that holds a pin
  std::vector<std::uint32_t> vertex_in_;  // by vertex
  std::vector<std::int64_t> load_;
  std::vector<std::int64_t> use_;
  std::vector<std::int64_t> largest_;  // shared demand of one member
  std::vector<std::int64_t> added_;
  Part pinned_ = kNoPart;
  bool any_pin_ = false;
};

}  // namespace ranvier::mapper::hypergraph
