// SPDX-License-Identifier: Apache-2.0
// One part after another, filled to its limits.
#include "mapper/hypergraph/open_part.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "mapper/hypergraph/errors.h"

namespace ranvier::mapper::hypergraph {
namespace {

/// Pairs (list, item) as lists; items of a list in the order of the pairs.
Lists lists_of(std::size_t lists, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& pairs) {
  Lists result;
  result.offset.assign(lists + 1, 0);
  for (const auto& [list, item] : pairs) ++result.offset[list + 1];
  std::partial_sum(result.offset.begin(), result.offset.end(), result.offset.begin());
  result.items.resize(pairs.size());
  std::vector<std::size_t> next(result.offset.begin(), result.offset.end() - 1);
  for (const auto& [list, item] : pairs) result.items[next[list]++] = item;
  return result;
}

/// Group of each vertex, and its vertices: groups of `together` that share a vertex are one.
std::pair<std::vector<std::uint32_t>, Lists> groups_of(const PartitionProblem& problem) {
  std::vector<Vertex> leader(problem.graph.vertices);
  std::iota(leader.begin(), leader.end(), 0);
  const auto find = [&](Vertex v) {
    while (leader[v] != v) v = leader[v] = leader[leader[v]];
    return v;
  };
  for (const std::vector<Vertex>& group : problem.together)
    for (const Vertex v : group) leader[find(v)] = find(group.front());
  std::vector<std::uint32_t> group(leader.size());
  std::vector<std::pair<std::uint32_t, std::uint32_t>> members;
  for (Vertex v = 0; v < leader.size(); ++v) {
    group[v] = find(v);
    members.emplace_back(group[v], v);
  }
  return {std::move(group), lists_of(leader.size(), members)};
}

}  // namespace

OpenPart::OpenPart(const PartitionProblem& problem)
    : problem_(problem),
      parts_(problem.graph.vertices, kNoPart),
      summed_used_(problem.summed.size(), 0),
      shared_used_(problem.shared.size(), 0) {
  std::tie(group_of_, groups_) = groups_of(problem);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> both_ways;
  for (const auto& [a, b] : problem.apart) {
    both_ways.emplace_back(a, b);
    both_ways.emplace_back(b, a);
  }
  apart_ = lists_of(problem.graph.vertices, both_ways);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pinned;
  Part parts = 0;
  for (Vertex v = 0; v < problem.pinned.size(); ++v) {
    const Part to = problem.pinned[v];
    if (to == kNoPart) continue;
    for (const Vertex member : group(v)) {
      if (assigned(member)) continue;
      parts_[member] = to;
      pinned.emplace_back(to, member);
    }
    parts = std::max(parts, to + 1);
  }
  pinned_ = lists_of(parts, pinned);
  for (const SharedResource& r : problem.shared) {
    item_in_.emplace_back(r.size.size(), 0);
    item_asked_.emplace_back(r.size.size(), 0);
  }
  open(0);
}

bool OpenPart::within(const std::string& resource, std::int64_t needed, std::int64_t limit) {
  if (needed <= limit) return true;
  short_of_ = resource;
  short_demand_ = needed;
  short_limit_ = limit;
  return false;
}

bool OpenPart::fits(Vertex v) {
  const auto members = group(v);
  for (const Vertex m : members)
    for (const Vertex other : apart_[m])
      if (parts_[other] == open_) return false;
  for (std::size_t r = 0; r < summed_used_.size(); ++r) {
    const SummedResource& resource = problem_.summed[r];
    std::int64_t needed = summed_used_[r];
    for (const Vertex m : members) needed += resource.demand[m];
    if (!within(resource.name, needed, resource.limit)) return false;
  }
  ++question_;
  for (std::size_t r = 0; r < shared_used_.size(); ++r) {
    const SharedResource& resource = problem_.shared[r];
    std::int64_t needed = shared_used_[r];
    for (const Vertex m : members) {
      for (const std::uint32_t item : resource.items_of[m]) {
        if (item_in_[r][item] == open_ + 1 || item_asked_[r][item] == question_) continue;
        item_asked_[r][item] = question_;
        needed += resource.size[item];
      }
    }
    if (!within(resource.name, needed, resource.limit)) return false;
  }
  return true;
}

void OpenPart::use(Vertex v) {
  empty_ = false;
  for (std::size_t r = 0; r < summed_used_.size(); ++r) summed_used_[r] += problem_.summed[r].demand[v];
  for (std::size_t r = 0; r < shared_used_.size(); ++r) {
    for (const std::uint32_t item : problem_.shared[r].items_of[v]) {
      if (item_in_[r][item] == open_ + 1) continue;
      item_in_[r][item] = open_ + 1;
      shared_used_[r] += problem_.shared[r].size[item];
    }
  }
}

void OpenPart::add(Vertex v) {
  for (const Vertex m : group(v)) {
    parts_[m] = open_;
    use(m);
  }
}

void OpenPart::open(Part part) {
  open_ = part;
  empty_ = true;
  std::fill(summed_used_.begin(), summed_used_.end(), 0);
  std::fill(shared_used_.begin(), shared_used_.end(), 0);
  if (part < pinned_.size())
    for (const Vertex v : pinned_[part]) use(v);
}

void OpenPart::next(Vertex v) {
  if (empty_) throw NoPartition(short_of_, v, short_demand_, short_limit_);
  open(open_ + 1);
}

}  // namespace ranvier::mapper::hypergraph
