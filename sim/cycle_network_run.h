// SPDX-License-Identifier: Apache-2.0
// Flit-level network: building it, and its way through time. What a router does in a cycle is in
// cycle_network_router.h and its neighbours.
#pragma once

#include <algorithm>
#include <cassert>

#include "sim/cycle_network_allocators.h"
#include "sim/cycle_network_cores.h"
#include "sim/cycle_network_fork.h"
#include "sim/cycle_network_probe.h"
#include "sim/cycle_network_router.h"
#include "sim/cycle_network_save.h"
#include "sim/cycle_network_stages.h"

namespace ranvier::sim {

template <class S>
CycleEngine<S>::CycleEngine(const MeshSpec& mesh, const NetworkOptions& options)
    : mesh_(mesh),
      options_(options),
      vcs_(static_cast<std::uint32_t>(mesh.virtual_channels)),
      locals_(static_cast<std::uint32_t>(mesh.cores_per_router)),
      rings_(mesh.topology != Topology::kMesh),
      low_vcs_(static_cast<VcSet>((1u << (vcs() / 2)) - 1u)),
      high_vcs_(static_cast<VcSet>((1u << vcs()) - 1u - low_vcs_)),
      routers_(static_cast<std::size_t>(mesh.routers())),
      cores_(static_cast<std::size_t>(mesh.cores())),
      inputs_((routers_.size() << S::kSideBits) * vcs()),
      credits_(inputs_.size()),
      holders_(inputs_.size()),
      vc_first_input_(S::kStages ? inputs_.size() : 0),
      vc_first_output_(vc_first_input_.size()),
      link_flits_(routers_.size() * kLinks),
      neighbours_(S::kGeneral ? routers_.size() * kLinks : 0),
      limits_(rings_ ? routers_.size() * ports() : 0),
      trees_(mesh),
      credits_back_(std::max(mesh.timing.credit, mesh.edge_credit())),
      arrivals_(std::max({mesh.timing.hop(), mesh.timing.vertical_hop(), mesh.timing.inject, mesh.edge_hop()})),
      reopenings_(
          std::max({mesh.edge.cycles_per_flit, mesh.timing.link_cycles_per_flit, mesh.timing.local_cycles_per_flit})),
      routed_(mesh.timing.route + 1),
      granted_(mesh.timing.vc_allocation),
      routers_at_work_(routers_.size()),
      sources_at_work_(cores_.size()),
      sinks_at_work_(cores_.size()) {
  const auto width = static_cast<std::uint32_t>(mesh.width);
  for (std::uint32_t d = 0; d <= kLinks; ++d) {
    hop_[d] = d == kSouth || d == kNorth ? mesh.timing.vertical_hop() : mesh.timing.hop();
    delta_[d] = d == kEast ? 1u : d == kWest ? ~0u : d == kSouth ? width : d == kNorth ? ~width + 1u : 0u;
  }
  for (std::uint32_t r = 0; r < routers_.size(); ++r) build_router(r);
}

template <class S>
void CycleEngine<S>::build_router(std::uint32_t r) {
  const auto all_vcs = static_cast<VcSet>((1u << vcs()) - 1u);
  const auto width = static_cast<std::uint32_t>(mesh_.width);
  Router& router = routers_[r];
  router.x = static_cast<std::uint16_t>(r % width);
  router.y = static_cast<std::uint16_t>(r / width);
  router.open = static_cast<typename Router::PortSet>((1u << ports()) - 1u);
  const auto chip = [this](std::uint32_t at) {
    const auto number = static_cast<std::int32_t>(at);
    return std::pair(number % mesh_.width / mesh_.chip_width, number / mesh_.width / mesh_.chip_height);
  };
  for (std::uint32_t side = 0; side < ports() + locals(); ++side) {
    bool edge = false;
    if (side < kLinks) {
      const std::int32_t next = router_next_to(mesh_, static_cast<std::int32_t>(r), side);
      if (next < 0) continue;
      if constexpr (S::kGeneral) neighbours_[r * kLinks + side] = static_cast<std::uint32_t>(next);
      edge = chip(r) != chip(static_cast<std::uint32_t>(next));
    }
    const auto depth = static_cast<std::uint32_t>(edge ? mesh_.edge_buffer_flits() : mesh_.buffer_flits);
    if (edge) include(router.edge, side);
    const std::uint32_t slots = std::bit_ceil(depth);
    for (std::uint32_t v = 0; v < vcs(); ++v) {
      // Depth is that of the input port of this side, and equals that of the port at the other end of a link.
      InputVc& input = inputs_[index(r, side, v)];
      input.base = static_cast<std::uint32_t>(flits_.size());
      input.mask = static_cast<std::uint16_t>(slots - 1);
      flits_.resize(flits_.size() + slots);
      credits_[index(r, side, v)] = static_cast<std::uint16_t>(depth);
    }
    if (is_core_side(side)) {
      cores_[core_at(r, side)].credit_vcs = all_vcs;
    } else {
      router.output[side].credit_vcs = all_vcs;
      router.output[side].free_vcs = all_vcs;
    }
  }
}

template <class S>
std::int64_t CycleEngine<S>::next_scheduled() const {
  const std::int64_t from = now_ + 1;
  std::int64_t next = schedule_.next(kNever);
  next = std::min(next, credits_back_.next(from, kNever));
  next = std::min(next, arrivals_.next(from, kNever));
  next = std::min(next, reopenings_.next(from, kNever));
  return S::kStages ? std::min({next, routed_.next(from, kNever), granted_.next(from, kNever)}) : next;
}

template <class S>
std::int64_t CycleEngine<S>::next_event() const {
  if (packets_inside_ == 0) return kNever;
  return at_work() ? now_ + 1 : next_scheduled();
}

template <class S>
void CycleEngine<S>::advance(std::int64_t until, std::vector<Delivery>& out) {
  while (now_ < until) {
    std::int64_t next = now_ + 1;
    if (!at_work()) {
      next = next_scheduled();
      if (next > until) {
        now_ = until;
        break;
      }
    }
    schedule_.move_to(next);
    now_ = next;
    step(next, out);
  }
  schedule_.move_to(now_ + 1);
  if (probe_ != nullptr) observe_rest(now_);
}

template <class S>
void CycleEngine<S>::step(std::int64_t now, std::vector<Delivery>& out) {
  if (probe_ != nullptr) observe_rest(now - 1);
  EventBucket& credits = credits_back_.at(now);
  for (const std::uint32_t place : credits) take_credit(Place(place));
  credits.clear();
  EventBucket& arrivals = arrivals_.at(now);
  for (const std::uint32_t place : arrivals) take_arrival(Place(place), now);
  arrivals.clear();
  EventBucket& reopenings = reopenings_.at(now);
  for (const std::uint32_t packed : reopenings) {
    const Place place(packed);
    include(routers_[place.router].open, place.side);
    routers_at_work_.insert(place.router);
  }
  reopenings.clear();
  if constexpr (S::kStages) {
    EventBucket& routed = routed_.at(now);
    for (const std::uint32_t place : routed) ask_routed(Place(place));
    routed.clear();
    EventBucket& granted = granted_.at(now);
    for (const std::uint32_t place : granted) ask_granted(Place(place));
    granted.clear();
  }
  for (std::uint32_t i = schedule_.take(now); i != kNoPacket;) {
    const std::uint32_t next = schedule_[i].next;
    const std::uint32_t core = schedule_[i].core;
    schedule_.append(cores_[core].queue.of(schedule_[i].relay), i);
    sources_at_work_.insert(core);
    i = next;
  }
  sources_at_work_.update([&](std::uint32_t core) { return run_source(core, now); });
  sinks_at_work_.update([&](std::uint32_t core) { return run_sink(core, now, out); });
  if (probe_ != nullptr) observe_before(1);
  const bool staged = S::kStages && mesh_.kind != RouterKind::kSingleStage;
  routers_at_work_.update([&](std::uint32_t r) { return staged ? run_staged_router(r, now) : run_router(r, now); });
  if (probe_ != nullptr) observe_after(now);
}

}  // namespace ranvier::sim
