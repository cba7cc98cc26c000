// SPDX-License-Identifier: Apache-2.0
// Flit-level network: building it, and its way through time. What a router does in a cycle is in
// cycle_network_router.h.
#include "sim/cycle_network_engine.h"

#include <algorithm>
#include <cassert>

#include "base/random.h"
#include "mapper/mesh.h"
#include "sim/cycle_network_router.h"
#include "sim/cycle_network_stages.h"

namespace ranvier::sim {

template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
CycleEngine<kVcs, kStages, kPorts>::CycleEngine(const MeshSpec& mesh, const NetworkOptions& options)
    : mesh_(mesh),
      options_(options),
      vcs_(static_cast<std::uint32_t>(mesh.virtual_channels)),
      locals_(static_cast<std::uint32_t>(mesh.cores_per_router)),
      delta_{1u, ~0u, static_cast<std::uint32_t>(mesh.width), ~static_cast<std::uint32_t>(mesh.width) + 1u, 0u},
      hop_{mesh.timing.hop(), mesh.timing.hop(), mesh.timing.vertical_hop(), mesh.timing.vertical_hop(),
           mesh.timing.hop()},
      routers_(static_cast<std::size_t>(mesh.routers())),
      cores_(static_cast<std::size_t>(mesh.cores())),
      inputs_((routers_.size() << Sides<kPorts>::kBits) * vcs()),
      credits_(inputs_.size()),
      holders_(inputs_.size()),
      vc_first_input_(kStages ? inputs_.size() : 0),
      vc_first_output_(vc_first_input_.size()),
      link_flits_(routers_.size() * 4),
      credits_back_(std::max(mesh.timing.credit, mesh.edge_credit())),
      arrivals_(std::max({mesh.timing.hop(), mesh.timing.vertical_hop(), mesh.timing.inject, mesh.edge_hop()})),
      reopenings_(std::max(mesh.edge.cycles_per_flit, mesh.timing.link_cycles_per_flit)),
      routed_(mesh.head_setup()),
      routers_at_work_(routers_.size()),
      sources_at_work_(cores_.size()),
      sinks_at_work_(cores_.size()) {
  for (std::uint32_t r = 0; r < routers_.size(); ++r) build_router(r);
}

template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
void CycleEngine<kVcs, kStages, kPorts>::build_router(std::uint32_t r) {
  const auto all_vcs = static_cast<VcSet>((1u << vcs()) - 1u);
  const auto width = static_cast<std::uint32_t>(mesh_.width);
  const auto height = static_cast<std::uint32_t>(mesh_.height);
  Router& router = routers_[r];
  router.x = static_cast<std::uint16_t>(r % width);
  router.y = static_cast<std::uint16_t>(r / width);
  router.open = static_cast<typename Router::PortSet>((1u << ports()) - 1u);
  const bool present[kLocal] = {router.x + 1u < width, router.x > 0, router.y + 1u < height, router.y > 0};
  const auto chip = [this](std::uint32_t at) {
    const auto number = static_cast<std::int32_t>(at);
    return std::pair(number % mesh_.width / mesh_.chip_width, number / mesh_.width / mesh_.chip_height);
  };
  const std::int64_t loop = mesh_.edge_hop() + mesh_.edge_credit() + mesh_.head_setup();
  const auto edge_depth =
      static_cast<std::uint32_t>((loop + mesh_.edge.cycles_per_flit - 1) / mesh_.edge.cycles_per_flit);
  for (std::uint32_t side = 0; side < ports() + locals(); ++side) {
    if (side < kLocal && !present[side]) continue;
    const bool edge = side < kLocal && chip(r) != chip(r + delta_[side]);
    auto depth = static_cast<std::uint32_t>(mesh_.buffer_flits);
    // A link controller's receive buffer covers the round trip of its credits, or the link could not run at its rate.
    if (edge) depth = std::max(depth, edge_depth);
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

template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
void CycleEngine<kVcs, kStages, kPorts>::inject(const Packet& packet, std::int64_t at) {
  assert(packet.source.value() < cores_.size() && packet.destination.value() < cores_.size() && packet.flits > 0);
  std::int64_t ready = std::max(at, now_ + 1);
  if (options_.random_delay_cycles > 0) {
    ready += random_below(static_cast<std::uint32_t>(options_.random_delay_cycles) + 1u, options_.seed, packet.id, 0);
  }
  schedule_.add({packet.id, packet.source.value(), packet.destination.value(), packet.flits, packet.relay, kNoPacket},
                ready);
  ++packets_inside_;
}

template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
void CycleEngine<kVcs, kStages, kPorts>::set_ejection(CoreId core, bool open) {
  cores_[core.value()].sink_open = open;
  if (open) sinks_at_work_.insert(core.value());
}

template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
std::int64_t CycleEngine<kVcs, kStages, kPorts>::next_scheduled() const {
  const std::int64_t from = now_ + 1;
  std::int64_t next = schedule_.next(kNever);
  next = std::min(next, credits_back_.next(from, kNever));
  next = std::min(next, arrivals_.next(from, kNever));
  next = std::min(next, reopenings_.next(from, kNever));
  return kStages ? std::min(next, routed_.next(from, kNever)) : next;
}

template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
std::int64_t CycleEngine<kVcs, kStages, kPorts>::next_event() const {
  if (packets_inside_ == 0) return kNever;
  return at_work() ? now_ + 1 : next_scheduled();
}

template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
void CycleEngine<kVcs, kStages, kPorts>::advance(std::int64_t until, std::vector<Delivery>& out) {
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
}

template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
void CycleEngine<kVcs, kStages, kPorts>::step(std::int64_t now, std::vector<Delivery>& out) {
  std::vector<std::uint32_t>& credits = credits_back_.at(now);
  for (const std::uint32_t place : credits) take_credit(Place(place));
  credits.clear();
  std::vector<std::uint32_t>& arrivals = arrivals_.at(now);
  for (const std::uint32_t place : arrivals) take_arrival(Place(place), now);
  arrivals.clear();
  std::vector<std::uint32_t>& reopenings = reopenings_.at(now);
  for (const std::uint32_t packed : reopenings) {
    const Place place(packed);
    include(routers_[place.router].open, place.side);
    routers_at_work_.insert(place.router);
  }
  reopenings.clear();
  if constexpr (kStages) {
    std::vector<std::uint32_t>& routed = routed_.at(now);
    for (const std::uint32_t place : routed) ask_for_vc(Place(place));
    routed.clear();
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
  routers_at_work_.update([&](std::uint32_t r) { return kStages ? run_staged_router(r, now) : run_router(r, now); });
}

template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
bool CycleEngine<kVcs, kStages, kPorts>::run_source(std::uint32_t core, std::int64_t now) {
  CoreSide& side = cores_[core];
  if (side.queue.empty()) return false;
  if (side.sent == 0) {
    if (side.credit_vcs == 0) return false;
    side.sending_relay = !side.queue.relays.empty();
  } else if (!has(side.credit_vcs, side.vc)) {
    return false;
  }
  PacketList& queue = side.queue.of(side.sending_relay);
  const WaitingPacket& packet = schedule_[queue.first];
  if (side.sent == 0) {
    side.vc = static_cast<std::uint8_t>(round_robin(side.credit_vcs, side.first_vc));
    side.first_vc = after(side.vc, vcs());
    if (entry_log_ != nullptr) entry_log_->push_back({packet.id, now});
  }
  const Router& to = routers_[packet.destination / locals()];
  Flit flit{packet.id, 0, 0};
  flit.aim(to.x, to.y, packet.destination % locals());
  if (side.sent == 0) flit.x_head |= Flit::kMark;
  if (++side.sent == packet.flits) {
    flit.y_tail |= Flit::kMark;
    schedule_.drop_first(queue);
    side.sent = 0;
  }
  const std::uint32_t router = core / locals();
  const std::uint32_t port = kLocal + core % locals();
  InputVc& input = inputs_[index(router, port, side.vc)];
  flits_[input.back()] = flit;
  ++input.write;
  if (--credits_[index(router, core_side(port), side.vc)] == 0) exclude(side.credit_vcs, side.vc);
  arrivals_.at(now + mesh_.timing.inject).push_back(Place::pack(router, port, side.vc));
  return !side.queue.empty();
}

template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
bool CycleEngine<kVcs, kStages, kPorts>::run_sink(std::uint32_t core, std::int64_t now, std::vector<Delivery>& out) {
  CoreSide& side = cores_[core];
  if (!side.sink_open) return false;
  const std::uint32_t router = core / locals();
  const std::uint32_t port = kLocal + core % locals();
  std::uint64_t waiting = 0;
  for (std::uint32_t v = 0; v < vcs(); ++v)
    waiting |= std::uint64_t{inputs_[index(router, core_side(port), v)].visible != 0} << v;
  if (waiting == 0) return false;
  const std::uint32_t vc = round_robin(waiting, side.sink_first_vc);
  side.sink_first_vc = after(vc, vcs());
  InputVc& input = inputs_[index(router, core_side(port), vc)];
  const Flit flit = flits_[input.front()];
  ++input.read;
  --input.visible;
  credits_back_.at(now + mesh_.timing.credit).push_back(Place::pack(router, port, vc));
  if (flit.tail()) {
    out.push_back({flit.id, CoreId(core), now});
    --packets_inside_;
  }
  return input.visible != 0 || waiting != std::uint64_t{1} << vc;
}

template class CycleEngine<1, false, 5>;
template class CycleEngine<4, false, 5>;
template class CycleEngine<0, false, 5>;
template class CycleEngine<0, true, 5>;
template class CycleEngine<0, false, 8>;
template class CycleEngine<0, false, kLocal + kMaxCoresPerRouter>;

}  // namespace ranvier::sim
