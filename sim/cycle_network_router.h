// SPDX-License-Identifier: Apache-2.0
// What a router of the flit-level network does in a cycle: flits ask for outputs, winners of the switch are sent.
// Included by cycle_network_engine.cpp's instances alone.
#pragma once

#include "sim/cycle_network_engine.h"
#include "sim/network_topology.h"

namespace ranvier::sim {

template <class S>
void CycleEngine<S>::take_credit(Place place) {
  const std::size_t i = index(place);
  if (watch_ != nullptr && !is_core_side(place.side)) watch_->credited(place.router, place.side, place.vc, now_);
  if (credits_[i]++ != 0) return;
  if (is_core_side(place.side)) {
    const std::uint32_t core = core_at(place.router, place.side);
    CoreSide& side = cores_[core];
    include(side.credit_vcs, place.vc);
    if (!side.queue.empty()) sources_at_work_.insert(core);
  } else {
    Router& router = routers_[place.router];
    include(router.output[place.side].credit_vcs, place.vc);
    if (has(router.wanted, place.side)) routers_at_work_.insert(place.router);
  }
}

template <class S>
void CycleEngine<S>::take_arrival(Place place, std::int64_t now) {
  InputVc& input = inputs_[index(place)];
  if (watch_ != nullptr && !is_core_side(place.side)) {
    const auto slot = static_cast<std::uint32_t>(input.read + input.visible) & input.mask;
    watch_->arrives(place.router, place.side, place.vc, watched(flits_[input.base + slot]), now);
  }
  if (input.forked != 0) return feed_branches(place, input);
  if (input.visible++ != 0) return;
  if (is_core_side(place.side)) {
    sinks_at_work_.insert(core_at(place.router, place.side));
  } else {
    bid(place.router, place.side, place.vc, input, now);
    routers_at_work_.insert(place.router);
  }
}

/// Output of a head on its way from router `r`; `wraps` as in FirstLink.
template <class S>
std::uint32_t CycleEngine<S>::route(std::uint32_t r, Flit flit, bool& wraps) const {
  const Router& router = routers_[r];
  wraps = false;
  if constexpr (S::kGeneral) {
    if (rings_) {
      const auto to = static_cast<std::int32_t>(flit.y()) * mesh_.width + static_cast<std::int32_t>(flit.x());
      if (to == static_cast<std::int32_t>(r)) return kLinks + flit.local();
      const FirstLink link =
          first_link(mesh_, router.x, router.y, way_between(mesh_, static_cast<std::int32_t>(r), to));
      wraps = link.wraps;
      return link.direction;
    }
  }
  const std::uint32_t o = router.route(flit.x(), flit.y());
  if constexpr (!S::kOneCore) {
    if (o == kLinks) return o + flit.local();
  }
  return o;
}

/// The flit in front of an input VC asks for its output from cycle `now` on; a head is routed first, where that takes
/// time.
template <class S>
void CycleEngine<S>::bid(std::uint32_t r, std::uint32_t port, std::uint32_t vc, InputVc& input,
                         [[maybe_unused]] std::int64_t now) {
  Router& router = routers_[r];
  const Flit flit = flits_[input.front()];
  if (!flit.head()) {
    include(router.output[input.output].bodies, port * vcs() + vc);
    include(router.wanted, input.output);
    return;
  }
  if constexpr (S::kStages) {
    if (mesh_.timing.route > 0) {
      routed_.add(now + mesh_.timing.route, Place::pack(r, port, vc));
      return;
    }
  }
  ask_front(r, port, vc, input);
}

template <class S>
void CycleEngine<S>::ask_front(std::uint32_t r, std::uint32_t port, std::uint32_t vc, InputVc& input) {
  const Flit flit = flits_[input.front()];
  if (flit.on_tree()) return begin_fork(r, port, vc, input);
  bool wraps = false;
  const std::uint32_t o = route(r, flit, wraps);
  input.output = static_cast<std::uint8_t>(o);
  ask(r, port, vc, o, wraps);
}

/// A head asks for a VC of output `o`. On a ring: of the lower class while its way is still to pass the edge, of the
/// upper from there on, and once it has been in the upper; of any otherwise. Along a ring, from the edge, channels are
/// then taken in the order lower, upper, each by position, so that none waits for itself (Dally and Seitz 1987).
template <class S>
void CycleEngine<S>::ask(std::uint32_t r, std::uint32_t port, std::uint32_t vc, std::uint32_t o,
                         [[maybe_unused]] bool wraps) {
  Router& router = routers_[r];
  const std::uint32_t bit = port * vcs() + vc;
  include(router.output[o].heads, bit);
  include(router.wanted, o);
  if constexpr (S::kGeneral) {
    if (!rings_ || o >= kLinks) return;
    bool upper = false;
    if (!wraps && port == (o ^ 1u)) {  // straight on
      const bool in_x = o < kSouth || o > kNorth;
      const auto side = static_cast<std::uint32_t>(in_x ? mesh_.width : mesh_.height);
      const std::uint32_t at = in_x ? router.x : router.y;
      const bool past_edge = at == ((o & 1u) == 0 ? 0 : side - 1);
      upper = past_edge || has(high_vcs_, vc);
    }
    ClassLimits& limits = limits_[std::size_t{r} * ports() + o];
    exclude(limits.low, bit);
    exclude(limits.high, bit);
    if (wraps) include(limits.low, bit);
    if (upper) include(limits.high, bit);
  }
}

template <class S>
bool CycleEngine<S>::run_router(std::uint32_t r, std::int64_t now) {
  Router& router = routers_[r];
  bool bid_made = false;
  const auto open_outputs = static_cast<std::uint32_t>(router.wanted & router.open);
  if (kVcs == 1 && router.forks == 0) {
    // An input bids for one output only, so what an output grants is accepted. The next flit of an input that has won
    // may bid for an output that is still to come in this loop: not before the next cycle.
    std::uint32_t waiting = (1u << ports()) - 1u;
    for (std::uint32_t outputs = open_outputs; outputs != 0; outputs &= outputs - 1) {
      const auto o = static_cast<std::uint32_t>(std::countr_zero(outputs));
      OutputPort& output = router.output[o];
      if (output.credit_vcs == 0) continue;
      const auto able = static_cast<std::uint32_t>(output.free_vcs != 0 ? output.heads : output.bodies) & waiting;
      if (able == 0) continue;
      bid_made = true;
      const std::uint32_t port = round_robin(able, output.first_input);
      output.first_input = after(port, ports());
      exclude(waiting, port);
      if (output.free_vcs != 0) take_vc(r, port, 0, o);
      send(r, port, 0, o, now);
    }
  } else {
    InputSet sure[kPorts];  // a packet that holds its VC goes before a head, as in the speculative router
    InputSet able[kPorts];
    std::uint32_t bidding = 0;
    for (std::uint32_t outputs = open_outputs; outputs != 0; outputs &= outputs - 1) {
      const auto o = static_cast<std::uint32_t>(std::countr_zero(outputs));
      const OutputPort& output = router.output[o];
      sure[o] = able[o] = able_bodies(router, r, o);
      able[o] |= heads_for(r, o, output.credit_vcs & output.free_vcs);
      if (able[o] != 0) bidding |= 1u << o;
    }
    bid_made = allocate_switch(r, sure, able, bidding, [&](std::uint32_t port, std::uint32_t vc, std::uint32_t o) {
      if (has(router.output[o].heads, port * vcs() + vc)) take_vc(r, port, vc, o);
      send(r, port, vc, o, now);
    });
  }
  // Without a bid nothing changes until an arrival, a credit or a link that reopens wakes the router.
  return bid_made && (router.wanted & router.open) != 0;
}

/// The head in front of input VC (port, vc), which has won output `o`, gets the next free VC with a credit.
template <class S>
void CycleEngine<S>::take_vc(std::uint32_t r, std::uint32_t port, std::uint32_t vc, std::uint32_t o) {
  OutputPort& output = routers_[r].output[o];
  const std::uint32_t bit = port * vcs() + vc;
  std::uint32_t out_vc = 0;
  if constexpr (kVcs != 1) {
    const std::size_t i = index(r, port, vc);
    out_vc = round_robin(open_to(r, o, bit, output.credit_vcs & output.free_vcs), output.first_vc);
    output.first_vc = after(out_vc, vcs());
    inputs_[i].output_vc = static_cast<std::uint8_t>(out_vc);
    if (inputs_[i].forked != 0) branch(i, o).vc = static_cast<std::uint8_t>(out_vc);
    holders_[index(r, o, out_vc)] = static_cast<std::uint8_t>(bit);
  }
  exclude(output.heads, bit);
  exclude(output.free_vcs, out_vc);
}

/// The flit in front of input VC (port, vc), which holds a VC of output `o`, goes on its way.
template <class S>
void CycleEngine<S>::send(std::uint32_t r, std::uint32_t port, std::uint32_t vc, std::uint32_t o, std::int64_t now) {
  Router& router = routers_[r];
  OutputPort& output = router.output[o];
  InputVc& input = inputs_[index(r, port, vc)];
  if (input.forked != 0) return send_branch(r, port, vc, o, now);
  const Flit flit = flits_[input.front()];
  ++input.read;
  const std::uint32_t out_vc = kVcs == 1 ? 0 : input.output_vc;
  if (watch_ != nullptr) {
    watch_->sends(r, {port, vc}, {o, out_vc}, watched(flit), now);
    watch_->frees(r, {port, vc}, now);
  }
  exclude(output.bodies, port * vcs() + vc);
  if (flit.tail()) include(output.free_vcs, out_vc);
  if ((output.heads | output.bodies) == 0) exclude(router.wanted, o);
  if (--input.visible != 0) bid(r, port, vc, input, now + 1);
  launch(r, o, out_vc, flit, now);
  return_credit(r, port, vc, now);
}

/// A flit that has won output `o` and holds its VC enters the next buffer's slot, to be seen when it arrives.
template <class S>
void CycleEngine<S>::launch(std::uint32_t r, std::uint32_t o, std::uint32_t out_vc, Flit flit, std::int64_t now) {
  Router& router = routers_[r];
  if (--credits_[index(r, o, out_vc)] == 0) exclude(router.output[o].credit_vcs, out_vc);
  const std::uint32_t to = neighbour(r, o);
  const std::uint32_t side = opposite(o);
  InputVc& next = inputs_[index(to, side, out_vc)];
  flits_[next.back()] = flit;
  ++next.write;
  std::int64_t arrival = now + hop_[o < kLinks ? o : kLinks];
  std::int64_t busy = mesh_.timing.local_cycles_per_flit;
  if (o < kLinks) {
    ++link_flits_[std::size_t{r} * kLinks + o];
    busy = mesh_.timing.link_cycles_per_flit;
    if (has(router.edge, o)) {
      arrival = now + mesh_.edge_hop();
      busy = mesh_.edge.cycles_per_flit;
    }
  }
  if (busy > 1) {
    exclude(router.open, o);
    reopenings_.add(now + busy, Place::pack(r, o, 0));
  }
  arrivals_.add(arrival, Place::pack(to, side, out_vc));
}

/// The credit of a slot that has become free goes to whoever fills this input.
template <class S>
void CycleEngine<S>::return_credit(std::uint32_t r, std::uint32_t port, std::uint32_t vc, std::int64_t now) {
  const std::uint32_t from = neighbour(r, port);
  const std::uint32_t from_side = opposite(port);
  const std::int64_t delay = has(routers_[r].edge, port) ? mesh_.edge_credit() : mesh_.timing.credit;
  credits_back_.add(now + delay, Place::pack(from, from_side, vc));
}

}  // namespace ranvier::sim
