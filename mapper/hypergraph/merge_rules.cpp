// SPDX-License-Identifier: Apache-2.0
// Limits of clusters while they are built.
#include "mapper/hypergraph/merge_rules.h"

#include <algorithm>

namespace ranvier::mapper::hypergraph {

MergeRules::MergeRules(const Instance& instance, const ClusterLimits& limits)
    : instance_(&instance), limits_(limits), net_in_(instance.pins.size(), 0), vertex_in_(instance.vertices, 0) {
  load_.assign(instance.summed(), 0);
  use_.assign(instance.shared(), 0);
  largest_.assign(instance.shared(), 0);
  added_.assign(instance.shared(), 0);
}

void MergeRules::add(Vertex v) {
  const Instance& g = *instance_;
  vertex_in_[v] = stamp_;
  for (std::size_t r = 0; r < load_.size(); ++r) load_[r] += g.demand[v * load_.size() + r];
  const std::size_t shared = use_.size();
  for (std::size_t s = 0; s < shared; ++s) use_[s] += g.own[v * shared + s];
  for (const Net e : g.nets_of[v]) {
    if (net_in_[e] == stamp_) continue;
    net_in_[e] = stamp_;
    for (std::size_t s = 0; s < shared; ++s) use_[s] += g.size[e * shared + s];
  }
}

void MergeRules::begin(Vertex first, bool any_pin) {
  ++stamp_;
  first_ = first;
  std::ranges::fill(load_, 0);
  std::ranges::fill(use_, 0);
  add(first);
  largest_ = use_;
  pinned_ = instance_->pinned[first];
  any_pin_ = any_pin;
}

bool MergeRules::join(Vertex v) {
  const Instance& g = *instance_;
  if (!any_pin_ && g.pinned[v] != pinned_) return false;
  for (std::size_t r = 0; r < load_.size(); ++r) {
    const std::int64_t demand = g.demand[v * load_.size() + r];
    if (demand > 0 && load_[r] + demand > g.summed_limit[r] / limits_.summed_divisor) return false;
  }
  for (const Vertex u : g.apart[v])
    if (vertex_in_[u] == stamp_) return false;
  const std::size_t shared = use_.size();
  if (shared > 0) {
    std::vector<std::int64_t>& alone = added_;  // first all of v, then what is new
    for (std::size_t s = 0; s < shared; ++s) alone[s] = g.own[v * shared + s];
    for (const Net e : g.nets_of[v])
      for (std::size_t s = 0; s < shared; ++s) alone[s] += g.size[e * shared + s];
    for (std::size_t s = 0; s < shared; ++s) largest_[s] = std::max(largest_[s], alone[s]);
    for (const Net e : g.nets_of[v])
      if (net_in_[e] == stamp_)
        for (std::size_t s = 0; s < shared; ++s) added_[s] -= g.size[e * shared + s];
    for (std::size_t s = 0; s < shared; ++s) {
      const std::int64_t room = std::max(g.shared_limit[s] / limits_.shared_divisor, largest_[s] + largest_[s] / 4);
      if (added_[s] > 0 && use_[s] + added_[s] > std::min(room, g.shared_limit[s])) return false;
    }
  }
  add(v);
  return true;
}

Clustering numbered(const std::vector<Vertex>& leader) {
  Clustering result;
  result.of.assign(leader.size(), UINT32_MAX);
  std::vector<Vertex> number(leader.size(), UINT32_MAX);
  for (Vertex v = 0; v < leader.size(); ++v) {
    if (number[leader[v]] == UINT32_MAX) number[leader[v]] = static_cast<Vertex>(result.count++);
    result.of[v] = number[leader[v]];
  }
  return result;
}

}  // namespace ranvier::mapper::hypergraph
