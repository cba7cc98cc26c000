// SPDX-License-Identifier: Apache-2.0
// Instances from problems, and their contraction.
#include "mapper/hypergraph/instance.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ranvier::mapper::hypergraph {

namespace {

/// Distinct items of a list through a map, ascending.
class DistinctPins {
 public:
  explicit DistinctPins(std::size_t vertices) : seen_(vertices, 0) {}
  void begin() {
    ++stamp_;
    pins_.clear();
  }
  void add(Vertex v) {
    if (seen_[v] == stamp_) return;
    seen_[v] = stamp_;
    pins_.push_back(v);
  }
  std::span<const Vertex> sorted() {
    if (!std::is_sorted(pins_.begin(), pins_.end())) std::sort(pins_.begin(), pins_.end());
    return pins_;
  }

 private:
  std::vector<std::uint32_t> seen_;
  std::uint32_t stamp_ = 0;
  std::vector<Vertex> pins_;
};

/// Collects nets; those of one pin go to the vertex, those without effect are left out.
class NetBuilder {
 public:
  NetBuilder(Instance& into, std::size_t shared) : into_(&into), shared_(shared) {}
  void add(std::span<const Vertex> pins, std::int64_t weight, std::span<const std::int64_t> size) {
    const bool sized = std::any_of(size.begin(), size.end(), [](std::int64_t s) { return s > 0; });
    if (pins.size() == 1 && sized)
      for (std::size_t s = 0; s < shared_; ++s) into_->own[pins[0] * shared_ + s] += size[s];
    if (pins.size() < 2 || (weight == 0 && !sized)) return;
    into_->pins.items.insert(into_->pins.items.end(), pins.begin(), pins.end());
    into_->pins.offset.push_back(into_->pins.items.size());
    into_->weight.push_back(weight);
    into_->size.insert(into_->size.end(), size.begin(), size.end());
  }

 private:
  Instance* into_;
  std::size_t shared_;
};

std::uint64_t hash_of(std::span<const Vertex> pins) {
  std::uint64_t h = 0xcbf29ce484222325u;
  for (const Vertex v : pins) {
    h = (h ^ v) * 0x9e3779b97f4a7c15u;
    h ^= h >> 29;
  }
  return h;
}

/// Merges nets of equal pins: the first keeps its place, so the order does not depend on the hash.
void merge_equal_nets(Instance& instance) {
  const std::size_t nets = instance.pins.size();
  const std::size_t shared = instance.shared();
  std::size_t capacity = 16;
  while (capacity < nets * 2) capacity *= 2;
  std::vector<Net> table(capacity, UINT32_MAX);
  Lists pins;
  pins.offset.reserve(nets + 1);
  std::size_t kept = 0;
  for (std::size_t e = 0; e < nets; ++e) {
    const auto list = instance.pins[e];
    std::size_t at = hash_of(list) & (capacity - 1);
    while (table[at] != UINT32_MAX && !std::ranges::equal(pins[table[at]], list)) at = (at + 1) & (capacity - 1);
    if (table[at] != UINT32_MAX) {
      instance.weight[table[at]] += instance.weight[e];
      for (std::size_t s = 0; s < shared; ++s) instance.size[table[at] * shared + s] += instance.size[e * shared + s];
      continue;
    }
    table[at] = static_cast<Net>(kept);
    pins.items.insert(pins.items.end(), list.begin(), list.end());
    pins.offset.push_back(pins.items.size());
    instance.weight[kept] = instance.weight[e];
    for (std::size_t s = 0; s < shared; ++s) instance.size[kept * shared + s] = instance.size[e * shared + s];
    ++kept;
  }
  instance.weight.resize(kept);
  instance.size.resize(kept * shared);
  instance.pins = std::move(pins);
}

/// Apart pairs, both ways and distinct.
Lists apart_lists(std::vector<std::pair<Vertex, Vertex>> pairs, std::size_t vertices) {
  const std::size_t one_way = pairs.size();
  for (std::size_t i = 0; i < one_way; ++i) pairs.emplace_back(pairs[i].second, pairs[i].first);
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  Lists lists;
  lists.offset.assign(vertices + 1, 0);
  for (const auto& [a, b] : pairs) {
    ++lists.offset[a + std::size_t{1}];
    lists.items.push_back(b);
  }
  for (std::size_t v = 0; v < vertices; ++v) lists.offset[v + 1] += lists.offset[v];
  return lists;
}

}  // namespace

std::int64_t FixedPoint::of(double weight) const { return std::llround(std::ldexp(weight, exponent)); }

FixedPoint fixed_point_for(const Hypergraph& graph, double extra) {
  double sum = 1 + extra;
  for (std::size_t e = 0; e < graph.pins.size(); ++e)
    sum += graph.weight[e] * static_cast<double>(graph.pins[e].size());
  return {std::min(32, 58 - std::ilogb(sum))};
}

Instance make_instance(const PartitionProblem& problem, std::span<const Vertex> group, std::size_t groups,
                       FixedPoint scale) {
  Instance instance;
  instance.vertices = groups;
  for (const SummedResource& r : problem.summed) instance.summed_limit.push_back(r.limit);
  for (const SharedResource& r : problem.shared) instance.shared_limit.push_back(r.limit);
  const std::size_t summed = instance.summed();
  const std::size_t shared = instance.shared();
  instance.demand.assign(groups * summed, 0);
  for (std::size_t r = 0; r < summed; ++r)
    for (std::size_t v = 0; v < group.size(); ++v)
      instance.demand[group[v] * summed + r] += problem.summed[r].demand[v];
  instance.own.assign(groups * shared, 0);
  instance.pinned.assign(groups, kNoPart);
  for (std::size_t v = 0; v < problem.pinned.size(); ++v)
    if (problem.pinned[v] != kNoPart) instance.pinned[group[v]] = problem.pinned[v];
  std::vector<std::pair<Vertex, Vertex>> apart;
  for (const auto& [a, b] : problem.apart) apart.emplace_back(group[a], group[b]);
  instance.apart = apart_lists(std::move(apart), groups);

  DistinctPins distinct(groups);
  NetBuilder builder(instance, shared);
  std::vector<std::int64_t> size(shared, 0);
  for (std::size_t e = 0; e < problem.graph.pins.size(); ++e) {
    distinct.begin();
    for (const Vertex v : problem.graph.pins[e]) distinct.add(group[v]);
    builder.add(distinct.sorted(), scale.of(problem.graph.weight[e]), size);
  }
  for (std::size_t s = 0; s < shared; ++s) {
    const SharedResource& resource = problem.shared[s];
    const Lists users = transposed(resource.items_of, resource.size.size());
    for (std::size_t i = 0; i < users.size(); ++i) {
      distinct.begin();
      for (const Vertex v : users[i]) distinct.add(group[v]);
      size[s] = resource.size[i];
      builder.add(distinct.sorted(), 0, size);
    }
    size[s] = 0;
  }
  merge_equal_nets(instance);
  instance.nets_of = transposed(instance.pins, groups);
  return instance;
}

Instance contract(const Instance& fine, std::span<const Vertex> cluster, std::size_t clusters) {
  Instance coarse;
  coarse.vertices = clusters;
  coarse.summed_limit = fine.summed_limit;
  coarse.shared_limit = fine.shared_limit;
  const std::size_t summed = fine.summed();
  const std::size_t shared = fine.shared();
  coarse.demand.assign(clusters * summed, 0);
  coarse.own.assign(clusters * shared, 0);
  coarse.pinned.assign(clusters, kNoPart);
  std::vector<std::pair<Vertex, Vertex>> apart;
  for (Vertex v = 0; v < fine.vertices; ++v) {
    for (std::size_t r = 0; r < summed; ++r) coarse.demand[cluster[v] * summed + r] += fine.demand[v * summed + r];
    for (std::size_t s = 0; s < shared; ++s) coarse.own[cluster[v] * shared + s] += fine.own[v * shared + s];
    if (fine.pinned[v] != kNoPart) coarse.pinned[cluster[v]] = fine.pinned[v];
    for (const Vertex u : fine.apart[v])
      if (v < u) apart.emplace_back(cluster[v], cluster[u]);
  }
  coarse.apart = apart_lists(std::move(apart), clusters);
  DistinctPins distinct(clusters);
  NetBuilder builder(coarse, shared);
  for (std::size_t e = 0; e < fine.pins.size(); ++e) {
    distinct.begin();
    for (const Vertex v : fine.pins[e]) distinct.add(cluster[v]);
    builder.add(distinct.sorted(), fine.weight[e], {fine.size.data() + e * shared, shared});
  }
  merge_equal_nets(coarse);
  coarse.nets_of = transposed(coarse.pins, clusters);
  return coarse;
}

}  // namespace ranvier::mapper::hypergraph
