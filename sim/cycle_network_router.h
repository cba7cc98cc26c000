// SPDX-License-Identifier: Apache-2.0
// What a router of the flit-level network does in a cycle: bids, switch allocation (one iteration of iSLIP: every
// output grants, every input accepts, pointers move on acceptance only), sending. Included by cycle_network_engine.cpp
// alone.
#pragma once

#include "sim/cycle_network_engine.h"

namespace ranvier::sim {

template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
void CycleEngine<kVcs, kStages, kPorts>::take_credit(Place place) {
  const std::size_t i = index(place.router, place.side, place.vc);
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

template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
void CycleEngine<kVcs, kStages, kPorts>::take_arrival(Place place, std::int64_t now) {
  InputVc& input = inputs_[index(place.router, place.side, place.vc)];
  if (input.visible++ != 0) return;
  if (is_core_side(place.side)) {
    sinks_at_work_.insert(core_at(place.router, place.side));
  } else {
    bid(place.router, place.side, place.vc, input, now);
    routers_at_work_.insert(place.router);
  }
}

/// The flit in front of an input VC asks for its output from cycle `now` on; a staged router's head is routed first.
template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
void CycleEngine<kVcs, kStages, kPorts>::bid(std::uint32_t r, std::uint32_t port, std::uint32_t vc, InputVc& input,
                                             [[maybe_unused]] std::int64_t now) {
  Router& router = routers_[r];
  const std::uint32_t bit = port * vcs() + vc;
  const Flit flit = flits_[input.front()];
  if (!flit.head()) {
    include(router.output[input.output].bodies, bit);
  } else {
    std::uint32_t o = router.route(flit.x(), flit.y());
    if constexpr (kPorts != kLocal + 1) {
      if (o == kLocal) o += flit.local();
    }
    input.output = static_cast<std::uint8_t>(o);
    if constexpr (kStages) {
      if (mesh_.kind == RouterKind::kStaged) {
        routed_.at(now + 1).push_back(Place::pack(r, port, vc));
        return;
      }
    }
    include(router.output[o].heads, bit);
  }
  include(router.wanted, input.output);
}

/// Input VCs that hold a VC of output `o` and have a credit for it.
template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
auto CycleEngine<kVcs, kStages, kPorts>::able_bodies(const Router& router, std::uint32_t r, std::uint32_t o) const
    -> InputSet {
  const OutputPort& output = router.output[o];
  if constexpr (kVcs == 1) return output.credit_vcs != 0 ? output.bodies : InputSet{0};
  InputSet able = 0;
  if (output.bodies == 0) return able;
  for (std::uint32_t held = output.credit_vcs & ~std::uint32_t{output.free_vcs}; held != 0; held &= held - 1) {
    const std::uint8_t holder = holders_[index(r, o, static_cast<std::uint32_t>(std::countr_zero(held)))];
    if (has(output.bodies, holder)) include(able, holder);
  }
  return able;
}

template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
std::uint32_t CycleEngine<kVcs, kStages, kPorts>::ports_of(InputSet able) const {
  if constexpr (kVcs == 1) return able;
  std::uint32_t ports = 0;
  for (std::uint32_t port = 0; port < this->ports(); ++port) ports |= std::uint32_t{vcs_of(able, port) != 0} << port;
  return ports;
}

template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
std::uint32_t CycleEngine<kVcs, kStages, kPorts>::vcs_of(InputSet able, std::uint32_t port) const {
  return static_cast<std::uint32_t>(able >> (port * vcs())) & ((1u << vcs()) - 1u);
}

/// One iteration of iSLIP over the `outputs` with someone in `able`. Of an input's VCs one stands for each output,
/// those in first_choice before the others. Calls won(port, vc, output); says whether anybody bid.
template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
template <class Won>
bool CycleEngine<kVcs, kStages, kPorts>::allocate_switch(Router& router, const InputSet* first_choice,
                                                         const InputSet* able, std::uint32_t outputs, Won&& won) {
  std::uint32_t offers[kPorts] = {};  // by input: outputs that grant it the switch
  std::uint32_t offered = 0;
  for (; outputs != 0; outputs &= outputs - 1) {
    const auto o = static_cast<std::uint32_t>(std::countr_zero(outputs));
    const std::uint32_t port = round_robin(ports_of(able[o]), router.output[o].first_input);
    offers[port] |= 1u << o;
    offered |= 1u << port;
  }
  const bool bid_made = offered != 0;
  for (; offered != 0; offered &= offered - 1) {
    const auto port = static_cast<std::uint32_t>(std::countr_zero(offered));
    const std::uint32_t o = round_robin(offers[port], router.first_output[port]);
    router.output[o].first_input = after(port, ports());
    router.first_output[port] = after(o, ports());
    std::uint32_t standing = vcs_of(first_choice[o], port);
    if (standing == 0) standing = vcs_of(able[o], port);
    const std::uint32_t vc = round_robin(standing, router.first_vc[port]);
    router.first_vc[port] = after(vc, vcs());
    won(port, vc, o);
  }
  return bid_made;
}

template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
bool CycleEngine<kVcs, kStages, kPorts>::run_router(std::uint32_t r, std::int64_t now) {
  Router& router = routers_[r];
  bool bid_made = false;
  if constexpr (kVcs == 1) {
    // An input bids for one output only, so what an output grants is accepted. The next flit of an input that has won
    // may bid for an output that is still to come in this loop: not before the next cycle.
    std::uint32_t waiting = (1u << ports()) - 1u;
    for (std::uint32_t outputs = router.wanted & router.open; outputs != 0; outputs &= outputs - 1) {
      const auto o = static_cast<std::uint32_t>(std::countr_zero(outputs));
      OutputPort& output = router.output[o];
      if (output.credit_vcs == 0) continue;
      const std::uint32_t able = (output.free_vcs != 0 ? output.heads : output.bodies) & waiting;
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
    for (std::uint32_t outputs = router.wanted & router.open; outputs != 0; outputs &= outputs - 1) {
      const auto o = static_cast<std::uint32_t>(std::countr_zero(outputs));
      const OutputPort& output = router.output[o];
      sure[o] = able[o] = able_bodies(router, r, o);
      if ((output.credit_vcs & output.free_vcs) != 0) able[o] |= output.heads;
      if (able[o] != 0) bidding |= 1u << o;
    }
    bid_made = allocate_switch(router, sure, able, bidding, [&](std::uint32_t port, std::uint32_t vc, std::uint32_t o) {
      if (has(router.output[o].heads, port * vcs() + vc)) take_vc(r, port, vc, o);
      send(r, port, vc, o, now);
    });
  }
  // Without a bid nothing changes until an arrival, a credit or a link that reopens wakes the router.
  return bid_made && (router.wanted & router.open) != 0;
}

/// The head in front of input VC (port, vc), which has won output `o`, gets the next free VC with a credit.
template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
void CycleEngine<kVcs, kStages, kPorts>::take_vc(std::uint32_t r, std::uint32_t port, std::uint32_t vc,
                                                 std::uint32_t o) {
  OutputPort& output = routers_[r].output[o];
  const std::uint32_t bit = port * vcs() + vc;
  std::uint32_t out_vc = 0;
  if constexpr (kVcs != 1) {
    out_vc = round_robin(output.credit_vcs & output.free_vcs, output.first_vc);
    output.first_vc = after(out_vc, vcs());
    inputs_[index(r, port, vc)].output_vc = static_cast<std::uint8_t>(out_vc);
    holders_[index(r, o, out_vc)] = static_cast<std::uint8_t>(bit);
  }
  exclude(output.heads, bit);
  exclude(output.free_vcs, out_vc);
}

/// The flit in front of input VC (port, vc), which holds a VC of output `o`, goes on its way.
template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
void CycleEngine<kVcs, kStages, kPorts>::send(std::uint32_t r, std::uint32_t port, std::uint32_t vc, std::uint32_t o,
                                              std::int64_t now) {
  Router& router = routers_[r];
  OutputPort& output = router.output[o];
  InputVc& input = inputs_[index(r, port, vc)];
  const Flit flit = flits_[input.front()];
  ++input.read;
  const std::uint32_t out_vc = kVcs == 1 ? 0 : input.output_vc;
  exclude(output.bodies, port * vcs() + vc);
  if (flit.tail()) include(output.free_vcs, out_vc);
  if ((output.heads | output.bodies) == 0) exclude(router.wanted, o);
  if (--input.visible != 0) bid(r, port, vc, input, now + 1);

  if (--credits_[index(r, o, out_vc)] == 0) exclude(output.credit_vcs, out_vc);
  const std::uint32_t to = neighbour(r, o);
  const std::uint32_t side = opposite(o);
  InputVc& next = inputs_[index(to, side, out_vc)];
  flits_[next.back()] = flit;
  ++next.write;
  std::int64_t arrival = now + hop_[o < kLocal ? o : kLocal];
  if (o < kLocal) {
    ++link_flits_[std::size_t{r} * 4 + o];
    std::int64_t busy = mesh_.timing.link_cycles_per_flit;
    if (has(router.edge, o)) {
      arrival = now + mesh_.edge_hop();
      busy = mesh_.edge.cycles_per_flit;
    }
    if (busy > 1) {
      exclude(router.open, o);
      reopenings_.at(now + busy).push_back(Place::pack(r, o, 0));
    }
  }
  arrivals_.at(arrival).push_back(Place::pack(to, side, out_vc));

  // The slot's credit goes to whoever fills this input.
  const std::uint32_t from = neighbour(r, port);
  const std::uint32_t from_side = opposite(port);
  const std::int64_t delay = has(router.edge, port) ? mesh_.edge_credit() : mesh_.timing.credit;
  credits_back_.at(now + delay).push_back(Place::pack(from, from_side, vc));
}

}  // namespace ranvier::sim
