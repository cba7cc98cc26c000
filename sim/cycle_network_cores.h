// SPDX-License-Identifier: Apache-2.0
// The ends of the flit-level network: packets wait for their cycle and in their source's queues, enter flit by flit,
// and leave through the sinks.
#pragma once

#include "base/random.h"
#include "sim/cycle_network_engine.h"

namespace ranvier::sim {

template <class S>
void CycleEngine<S>::inject(const Packet& packet, std::int64_t at) {
  assert(packet.destination.value() < cores_.size());
  schedule(packet, packet.destination.value(), false, at);
  ++packets_inside_;
}

template <class S>
void CycleEngine<S>::schedule(const Packet& packet, std::uint32_t destination, bool tree, std::int64_t at) {
  assert(packet.source.value() < cores_.size() && packet.flits > 0);
  std::int64_t ready = std::max(at, now_ + 1);
  if (options_.random_delay_cycles > 0) {
    ready += random_below(static_cast<std::uint32_t>(options_.random_delay_cycles) + 1u, options_.seed, packet.id, 0);
  }
  schedule_.add({packet.id, packet.source.value(), destination, packet.flits, packet.relay, kNoPacket, tree}, ready);
}

template <class S>
void CycleEngine<S>::set_ejection(CoreId core, bool open) {
  cores_[core.value()].sink_open = open;
  if (open) sinks_at_work_.insert(core.value());
}

template <class S>
bool CycleEngine<S>::run_source(std::uint32_t core, std::int64_t now) {
  CoreSide& side = cores_[core];
  if (side.queue.empty()) return false;
  if (now < side.open_at) return true;
  const bool first = side.sent == 0;
  if (first) {
    if (side.credit_vcs == 0) return false;
    side.sending_relay = !side.queue.relays.empty();
  } else if (!has(side.credit_vcs, side.vc)) {
    return false;
  }
  PacketList& queue = side.queue.of(side.sending_relay);
  const WaitingPacket& packet = schedule_[queue.first];
  const std::uint32_t router = core / locals();
  const std::uint32_t port = kLinks + core % locals();
  if (first) {
    side.vc = static_cast<std::uint8_t>(round_robin(side.credit_vcs, side.first_vc));
    side.first_vc = after(side.vc, vcs());
  }
  Flit flit{packet.id, 0, 0};
  if (packet.tree) {
    flit.id = packet.destination;
    flit.climb(trees_.root(tree_packets_[packet.destination].tree));
  } else {
    const Router& to = routers_[packet.destination / locals()];
    flit.aim(to.x, to.y, packet.destination % locals());
  }
  if (first) {
    flit.x_head |= Flit::kMark;
    if (entry_log_ != nullptr) entry_log_->push_back({packet.id, now});
  }
  if (++side.sent == packet.flits) {
    flit.y_tail |= Flit::kMark;
    schedule_.drop_first(queue);
    side.sent = 0;
  }
  InputVc& input = inputs_[index(router, port, side.vc)];
  flits_[input.back()] = flit;
  ++input.write;
  if (--credits_[index(router, core_side(port), side.vc)] == 0) exclude(side.credit_vcs, side.vc);
  arrivals_.add(now + mesh_.timing.inject, Place::pack(router, port, side.vc));
  side.open_at = now + mesh_.timing.local_cycles_per_flit;
  return !side.queue.empty();
}

template <class S>
bool CycleEngine<S>::run_sink(std::uint32_t core, std::int64_t now, std::vector<Delivery>& out) {
  CoreSide& side = cores_[core];
  if (!side.sink_open) return false;
  const std::uint32_t router = core / locals();
  const std::uint32_t port = kLinks + core % locals();
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
  credits_back_.add(now + mesh_.timing.credit, Place::pack(router, port, vc));
  if (head_log_ != nullptr && flit.head()) head_log_->push_back({flit.id, now});
  if (flit.tail()) {
    out.push_back({delivered_id(flit), CoreId(core), now});
    --packets_inside_;
  }
  return input.visible != 0 || waiting != std::uint64_t{1} << vc;
}

}  // namespace ranvier::sim
