// SPDX-License-Identifier: Apache-2.0
// Counts of pins by net and part, kept up to date by moves.
#include "mapper/hypergraph/state.h"

#include <algorithm>
#include <stdexcept>

namespace ranvier::mapper::hypergraph {

std::int64_t excess_share(std::int64_t used, std::int64_t limit) {
  if (used <= limit) return 0;
  // In double: both may be near 2^62. Monotone in `used`, and at least 1.
  const double share =
      static_cast<double>(used - limit) / static_cast<double>(std::max<std::int64_t>(limit, 1)) * State::kWhole;
  return 1 + static_cast<std::int64_t>(std::min(share, 0x1p40));
}

State::State(const Instance& instance, std::size_t parts)
    : instance_(&instance), parts_(parts), summed_(instance.summed()), shared_(instance.shared()) {
  part_.assign(instance.vertices, kNoPart);
  members_.assign(parts, 0);
  load_.assign(parts * summed_, 0);
  use_.assign(parts * shared_, 0);
  const std::size_t nets = instance.pins.size();
  offset_.assign(nets + 1, 0);
  for (std::size_t e = 0; e < nets; ++e) offset_[e + 1] = offset_[e] + std::min(instance.pins[e].size(), parts);
  count_.assign(offset_[nets], 0);
  slot_part_.assign(offset_[nets], 0);
  spread_.assign(nets, 0);
  weight_of_.assign(instance.vertices, 0);
  alone_ = instance.own;
  for (Vertex v = 0; v < instance.vertices; ++v)
    for (const Net e : instance.nets_of[v]) {
      weight_of_[v] += instance.weight[e];
      for (std::size_t s = 0; s < shared_; ++s) alone_[v * shared_ + s] += instance.size[e * shared_ + s];
    }
}

State::State(const Instance& instance, std::size_t parts, const Parts& assigned) : State(instance, parts) {
  for (Vertex v = 0; v < instance.vertices; ++v)
    if (assigned[v] != kNoPart) place(v, assigned[v]);
}

void State::place(Vertex v, Part to) {
  const Instance& g = *instance_;
  part_[v] = to;
  if (members_[to]++ == 0) ++used_parts_;
  for (std::size_t r = 0; r < summed_; ++r) load_[to * summed_ + r] += g.demand[v * summed_ + r];
  for (std::size_t s = 0; s < shared_; ++s) use_[to * shared_ + s] += g.own[v * shared_ + s];
  for (const Net e : g.nets_of[v]) {
    std::size_t slot = offset_[e];
    if (dense(e)) {
      slot += to;
    } else {
      const std::size_t end = slot + spread_[e];
      while (slot != end && slot_part_[slot] != to) ++slot;
      if (slot == end) {
        slot_part_[slot] = to;
        count_[slot] = 0;
      }
    }
    if (count_[slot]++ > 0) continue;
    if (spread_[e]++ > 0) cut_ += g.weight[e];
    for (std::size_t s = 0; s < shared_; ++s) use_[to * shared_ + s] += g.size[e * shared_ + s];
  }
}

void State::remove(Vertex v) {
  const Instance& g = *instance_;
  const Part from = part_[v];
  part_[v] = kNoPart;
  if (--members_[from] == 0) --used_parts_;
  for (std::size_t r = 0; r < summed_; ++r) load_[from * summed_ + r] -= g.demand[v * summed_ + r];
  for (std::size_t s = 0; s < shared_; ++s) use_[from * shared_ + s] -= g.own[v * shared_ + s];
  for (const Net e : g.nets_of[v]) {
    std::size_t slot = offset_[e];
    if (dense(e))
      slot += from;
    else
      while (slot_part_[slot] != from) ++slot;
    if (--count_[slot] > 0) continue;
    if (--spread_[e] > 0) cut_ -= g.weight[e];
    if (!dense(e)) {
      const std::size_t last = offset_[e] + spread_[e];
      slot_part_[slot] = slot_part_[last];
      count_[slot] = count_[last];
    }
    for (std::size_t s = 0; s < shared_; ++s) use_[from * shared_ + s] -= g.size[e * shared_ + s];
  }
}

std::int64_t State::violation(Part p) const {
  std::int64_t sum = 0;
  for (std::size_t r = 0; r < summed_; ++r) sum += excess_share(load(p, r), instance_->summed_limit[r]);
  for (std::size_t s = 0; s < shared_; ++s) sum += excess_share(use(p, s), instance_->shared_limit[s]);
  return sum;
}

std::int64_t State::violation() const {
  std::int64_t sum = 0;
  for (Part p = 0; p < parts_; ++p) sum += violation(p);
  return sum;
}

std::size_t State::conflicts() const {
  std::size_t both_ways = 0;
  for (Vertex v = 0; v < instance_->vertices; ++v)
    for (const Vertex u : instance_->apart[v]) both_ways += part_[v] != kNoPart && part_[v] == part_[u];
  return both_ways / 2;
}

bool State::allowed(Vertex v, Part to) const {
  if (instance_->pinned[v] != kNoPart && instance_->pinned[v] != to) return false;
  for (const Vertex u : instance_->apart[v])
    if (part_[u] == to) return false;
  return true;
}

bool State::fits(Vertex v, Part to) const {
  const Instance& g = *instance_;
  if (!allowed(v, to)) return false;
  for (std::size_t r = 0; r < summed_; ++r)
    if (load(to, r) + g.demand[v * summed_ + r] > g.summed_limit[r]) return false;
  for (std::size_t s = 0; s < shared_; ++s) {
    std::int64_t sum = use(to, s) + alone(v, s);
    if (sum <= g.shared_limit[s]) continue;
    for (const Net e : g.nets_of[v])
      if (g.size[e * shared_ + s] > 0 && count(e, to) > 0) sum -= g.size[e * shared_ + s];
    if (sum > g.shared_limit[s]) return false;
  }
  return true;
}

Neighbourhood::Neighbourhood(const State& state) : state_(&state), shared_(state.instance().shared()) {
  weight_.assign(state.parts(), 0);
  size_.assign(state.parts() * shared_, 0);
  freed_.assign(shared_, 0);
  seen_.assign(state.parts(), 0);
}

void Neighbourhood::look(Vertex v) {
  for (const Part p : touched_) {
    weight_[p] = 0;
    seen_[p] = 0;
    for (std::size_t s = 0; s < shared_; ++s) size_[p * shared_ + s] = 0;
  }
  touched_.clear();
  vertex_ = v;
  save_ = 0;
  const Instance& g = state_->instance();
  for (std::size_t s = 0; s < shared_; ++s) freed_[s] = g.own[v * shared_ + s];
  const Part home = state_->part(v);
  const std::size_t others = state_->parts_used() - (home == kNoPart ? 0 : 1);
  for (const Net e : g.nets_of[v]) {
    const std::int64_t weight = g.weight[e];
    const std::int64_t* size = g.size.data() + e * shared_;
    if (touched_.size() == others && state_->counts_by_part(e) != nullptr) {
      add_net(state_->counts_by_part(e), home, weight, size);
      continue;
    }
    state_->for_each_part(e, [&](Part p, std::uint32_t count) {
      if (p == home) {
        if (count > 1) return;
        save_ += weight;
        for (std::size_t s = 0; s < shared_; ++s) freed_[s] += size[s];
        return;
      }
      if (!seen_[p]) {
        seen_[p] = 1;
        touched_.push_back(p);
      }
      weight_[p] += weight;
      for (std::size_t s = 0; s < shared_; ++s) size_[p * shared_ + s] += size[s];
    });
  }
}

/// Without branches, once every part is listed: where neurons have hundreds of nets over nearly all parts, as in the
/// cortical microcircuit, partitioning spends its time here.
void Neighbourhood::add_net(const std::uint32_t* count, Part home, std::int64_t weight, const std::int64_t* size) {
  const std::size_t parts = weight_.size();
  const auto held = [&](std::size_t p) { return -static_cast<std::int64_t>(count[p] != 0); };
  for (std::size_t p = 0; p < parts; ++p) weight_[p] += weight & held(p);
  if (shared_ == 1) {
    for (std::size_t p = 0; p < parts; ++p) size_[p] += size[0] & held(p);
  } else {
    for (std::size_t p = 0; p < parts; ++p)
      for (std::size_t s = 0; s < shared_; ++s) size_[p * shared_ + s] += size[s] & held(p);
  }
  if (home == kNoPart || count[home] == 0) return;
  weight_[home] -= weight;
  for (std::size_t s = 0; s < shared_; ++s) size_[home * shared_ + s] -= size[s];
  if (count[home] > 1) return;
  save_ += weight;
  for (std::size_t s = 0; s < shared_; ++s) freed_[s] += size[s];
}

bool Neighbourhood::fits(Part p) const {
  const Instance& g = state_->instance();
  for (std::size_t r = 0; r < g.summed(); ++r)
    if (state_->load(p, r) + g.demand[vertex_ * g.summed() + r] > g.summed_limit[r]) return false;
  for (std::size_t s = 0; s < shared_; ++s)
    if (state_->use(p, s) + added(p, s) > g.shared_limit[s]) return false;
  return state_->allowed(vertex_, p);
}

std::int64_t Neighbourhood::violation_with(Part p) const {
  const Instance& g = state_->instance();
  std::int64_t sum = 0;
  for (std::size_t r = 0; r < g.summed(); ++r)
    sum += excess_share(state_->load(p, r) + g.demand[vertex_ * g.summed() + r], g.summed_limit[r]);
  for (std::size_t s = 0; s < shared_; ++s) sum += excess_share(state_->use(p, s) + added(p, s), g.shared_limit[s]);
  return sum;
}

std::int64_t Neighbourhood::violation_without() const {
  const Instance& g = state_->instance();
  const Part home = state_->part(vertex_);
  std::int64_t sum = 0;
  for (std::size_t r = 0; r < g.summed(); ++r)
    sum += excess_share(state_->load(home, r) - g.demand[vertex_ * g.summed() + r], g.summed_limit[r]);
  for (std::size_t s = 0; s < shared_; ++s) sum += excess_share(state_->use(home, s) - freed_[s], g.shared_limit[s]);
  return sum;
}

}  // namespace ranvier::mapper::hypergraph
