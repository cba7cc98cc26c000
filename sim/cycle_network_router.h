// SPDX-License-Identifier: Apache-2.0
// What a router of the flit-level network does in a cycle: bids, switch allocation (one iteration of iSLIP: every output
// grants, every input accepts, pointers move on acceptance only), sending. Included by cycle_network_engine.cpp alone.
#pragma once

#include "sim/cycle_network_engine.h"

namespace ranvier::sim {

template <std::uint32_t kVcs, bool kStages>
void CycleEngine<kVcs, kStages>::take_credit(Place place) {
  const std::size_t i = index(place.router, place.side, place.vc);
  if (credits_[i]++ != 0) return;
  if (place.side == kCoreSide) {
    CoreSide& side = cores_[place.router];
    side.credit_vcs = static_cast<std::uint16_t>(side.credit_vcs | 1u << place.vc);
    if (!side.queue.empty()) sources_at_work_.insert(place.router);
  } else {
    Router& router = routers_[place.router];
    OutputPort& output = router.output[place.side];
    output.credit_vcs = static_cast<std::uint16_t>(output.credit_vcs | 1u << place.vc);
    if ((router.wanted >> place.side & 1u) != 0) routers_at_work_.insert(place.router);
  }
}

template <std::uint32_t kVcs, bool kStages>
void CycleEngine<kVcs, kStages>::take_arrival(Place place, std::int64_t now) {
  InputVc& input = inputs_[index(place.router, place.side, place.vc)];
  if (input.visible++ != 0) return;
  if (place.side == kCoreSide) {
    sinks_at_work_.insert(place.router);
  } else {
    bid(place.router, place.side, place.vc, input, now);
    routers_at_work_.insert(place.router);
  }
}

/// The flit in front of an input VC asks for its output from cycle `now` on; a staged router's head is routed first.
template <std::uint32_t kVcs, bool kStages>
void CycleEngine<kVcs, kStages>::bid(std::uint32_t r, std::uint32_t port, std::uint32_t vc, InputVc& input,
                                     std::int64_t now) {
  Router& router = routers_[r];
  const VcMask bit = VcMask{1} << (port * vcs() + vc);
  const Flit flit = flits_[input.base + (input.read & input.mask)];
  if (!flit.head()) {
    router.output[input.output].bodies |= bit;
  } else {
    std::uint32_t o = kLocal;
    if (flit.x() != router.x) {
      o = flit.x() > router.x ? 0 : 1;
    } else if (flit.y() != router.y) {
      o = flit.y() > router.y ? 2 : 3;
    }
    input.output = static_cast<std::uint8_t>(o);
    if (kStages && mesh_.kind == RouterKind::kStaged) {
      routed_.at(now + 1).push_back(Place::pack(r, port, vc));
      return;
    }
    router.output[o].heads |= bit;
  }
  router.wanted = static_cast<std::uint8_t>(router.wanted | 1u << input.output);
}

/// Input VCs that hold a VC of output `o` and have a credit for it.
template <std::uint32_t kVcs, bool kStages>
VcMask CycleEngine<kVcs, kStages>::able_bodies(const Router& router, std::uint32_t r, std::uint32_t o) const {
  const OutputPort& output = router.output[o];
  VcMask able = 0;
  if (output.bodies == 0) return able;
  for (std::uint32_t held = output.credit_vcs & ~std::uint32_t{output.free_vcs}; held != 0; held &= held - 1) {
    const std::uint8_t holder = holders_[index(r, o, static_cast<std::uint32_t>(std::countr_zero(held)))];
    able |= output.bodies & VcMask{1} << holder;
  }
  return able;
}

template <std::uint32_t kVcs, bool kStages>
std::uint32_t CycleEngine<kVcs, kStages>::ports_of(VcMask able) const {
  if constexpr (kVcs == 1) return static_cast<std::uint32_t>(able);
  std::uint32_t ports = 0;
  const VcMask one_port = (VcMask{1} << vcs()) - 1;
  for (std::uint32_t port = 0; port < kPorts; ++port, able >>= vcs()) ports |= std::uint32_t{(able & one_port) != 0} << port;
  return ports;
}

/// One iteration of iSLIP over the `outputs` with someone in `able`. Of an input's VCs one stands for each output, those in
/// first_choice before the others. Calls won(port, vc, output); says whether anybody bid.
template <std::uint32_t kVcs, bool kStages>
template <class Won>
bool CycleEngine<kVcs, kStages>::allocate_switch(Router& router, const VcMask* first_choice, const VcMask* able,
                                                 std::uint32_t outputs, Won&& won) {
  std::uint32_t offers[kPorts] = {};  // by input: outputs that grant it the switch
  std::uint32_t offered = 0;
  for (; outputs != 0; outputs &= outputs - 1) {
    const auto o = static_cast<std::uint32_t>(std::countr_zero(outputs));
    const std::uint32_t port = round_robin(ports_of(able[o]), router.output[o].first_input);
    offers[port] |= 1u << o;
    offered |= 1u << port;
  }
  for (std::uint32_t ports = offered; ports != 0; ports &= ports - 1) {
    const auto port = static_cast<std::uint32_t>(std::countr_zero(ports));
    const std::uint32_t o = round_robin(offers[port], router.first_output[port]);
    router.output[o].first_input = static_cast<std::uint8_t>(port + 1 == kPorts ? 0 : port + 1);
    router.first_output[port] = static_cast<std::uint8_t>(o + 1 == kPorts ? 0 : o + 1);
    std::uint32_t vc = 0;
    if constexpr (kVcs != 1) {
      const VcMask one_port = (VcMask{1} << vcs()) - 1;
      VcMask standing = first_choice[o] >> (port * vcs()) & one_port;
      if (standing == 0) standing = able[o] >> (port * vcs()) & one_port;
      vc = round_robin(standing, router.first_vc[port]);
      router.first_vc[port] = static_cast<std::uint8_t>(vc + 1 == vcs() ? 0 : vc + 1);
    }
    won(port, vc, o);
  }
  return offered != 0;
}

template <std::uint32_t kVcs, bool kStages>
bool CycleEngine<kVcs, kStages>::run_router(std::uint32_t r, std::int64_t now) {
  Router& router = routers_[r];
  VcMask able[kPorts];
  std::uint32_t bidding = 0;
  for (std::uint32_t outputs = router.wanted & router.open; outputs != 0; outputs &= outputs - 1) {
    const auto o = static_cast<std::uint32_t>(std::countr_zero(outputs));
    const OutputPort& output = router.output[o];
    able[o] = able_bodies(router, r, o);
    if ((output.credit_vcs & output.free_vcs) != 0) able[o] |= output.heads;
    if (able[o] != 0) bidding |= 1u << o;
  }
  const bool bid_made = allocate_switch(router, able, able, bidding, [&](std::uint32_t port, std::uint32_t vc, std::uint32_t o) {
    OutputPort& output = router.output[o];
    InputVc& input = inputs_[index(r, port, vc)];
    const VcMask bit = VcMask{1} << (port * vcs() + vc);
    if ((output.heads & bit) != 0) {
      const std::uint32_t out_vc = round_robin(output.credit_vcs & output.free_vcs, output.first_vc);
      output.first_vc = static_cast<std::uint8_t>(out_vc + 1 == vcs() ? 0 : out_vc + 1);
      input.output_vc = static_cast<std::uint8_t>(out_vc);
      output.heads &= ~bit;
      output.free_vcs = static_cast<std::uint16_t>(output.free_vcs & ~(1u << out_vc));
      holders_[index(r, o, out_vc)] = static_cast<std::uint8_t>(port * vcs() + vc);
    }
    send(r, port, vc, o, now);
  });
  // Without a bid nothing changes until an arrival, a credit or a link that reopens wakes the router.
  return bid_made && (router.wanted & router.open) != 0;
}

/// The flit in front of input VC (port, vc), which holds a VC of output `o`, goes on its way.
template <std::uint32_t kVcs, bool kStages>
void CycleEngine<kVcs, kStages>::send(std::uint32_t r, std::uint32_t port, std::uint32_t vc, std::uint32_t o, std::int64_t now) {
  Router& router = routers_[r];
  OutputPort& output = router.output[o];
  InputVc& input = inputs_[index(r, port, vc)];
  const Flit flit = flits_[input.base + (input.read++ & input.mask)];
  const std::uint32_t out_vc = input.output_vc;
  output.bodies &= ~(VcMask{1} << (port * vcs() + vc));
  if (flit.tail()) output.free_vcs = static_cast<std::uint16_t>(output.free_vcs | 1u << out_vc);
  if ((output.heads | output.bodies) == 0) router.wanted = static_cast<std::uint8_t>(router.wanted & ~(1u << o));
  if (--input.visible != 0) bid(r, port, vc, input, now + 1);

  if (--credits_[index(r, o, out_vc)] == 0) {
    output.credit_vcs = static_cast<std::uint16_t>(output.credit_vcs & ~(1u << out_vc));
  }
  const std::uint32_t to = r + delta_[o];
  const std::uint32_t side = o == kLocal ? kCoreSide : o ^ 1u;
  InputVc& next = inputs_[index(to, side, out_vc)];
  flits_[next.base + (next.write++ & next.mask)] = flit;
  std::int64_t arrival = now + mesh_.timing.hop();
  if (o != kLocal) ++link_flits_[r * 4 + o];
  if ((router.edge >> o & 1u) != 0) {
    arrival = now + mesh_.edge_hop();
    if (mesh_.edge.cycles_per_flit > 1) {
      router.open = static_cast<std::uint8_t>(router.open & ~(1u << o));
      reopenings_.at(now + mesh_.edge.cycles_per_flit).push_back(Place::pack(r, o, 0));
    }
  }
  arrivals_.at(arrival).push_back(Place::pack(to, side, out_vc));
  give_credit(r, port, vc, now);
}

/// To whoever fills input `port` of router `r`.
template <std::uint32_t kVcs, bool kStages>
void CycleEngine<kVcs, kStages>::give_credit(std::uint32_t r, std::uint32_t port, std::uint32_t vc, std::int64_t now) {
  if (port == kLocal) {
    credits_back_.at(now + mesh_.timing.credit).push_back(Place::pack(r, kCoreSide, vc));
  } else {
    const bool edge = (routers_[r].edge >> port & 1u) != 0;
    const std::int64_t delay = edge ? mesh_.edge_credit() : mesh_.timing.credit;
    credits_back_.at(now + delay).push_back(Place::pack(r + delta_[port], port ^ 1u, vc));
  }
}

}  // namespace ranvier::sim
