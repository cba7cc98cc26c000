// SPDX-License-Identifier: Apache-2.0
// Routers with VC allocation of its own (presets s3 and d5): one iteration of iSLIP, or input first, between input VCs
// and output VCs, beside the switch's.
#pragma once

#include "sim/cycle_network_engine.h"

namespace ranvier::sim {

/// A head has been routed.
template <class S>
void CycleEngine<S>::ask_routed(Place place) {
  ask_front(place.router, place.side, place.vc, inputs_[index(place)]);
  routers_at_work_.insert(place.router);
}

/// Every head asks for all free VCs of its output, credit or not. Each VC grants, each head accepts one; or each head
/// chooses one, each VC one of those heads. Heads that win become bodies. Says whether any did.
template <class S>
bool CycleEngine<S>::allocate_vcs(std::uint32_t r, std::int64_t now) {
  Router& router = routers_[r];
  bool any = false;
  for (std::uint32_t o = 0; o < ports(); ++o) {
    OutputPort& output = router.output[o];
    if (output.heads == 0 || output.free_vcs == 0) continue;
    std::uint64_t offers[kMaxInputs];  // by input VC: output VCs that grant; by output VC: heads that chose it
    std::uint64_t offered = 0;
    if (S::kGeneral && mesh_.allocator == Allocator::kInputFirst) {
      for (std::uint64_t heads = heads_for(r, o, output.free_vcs); heads != 0; heads &= heads - 1) {
        const auto bit = static_cast<std::uint32_t>(std::countr_zero(heads));
        const std::uint64_t free = std::uint64_t{open_to(r, o, bit, output.free_vcs)} << (o * vcs());
        const std::uint32_t number = round_robin(free, vc_first_output_[index(r, bit / vcs(), bit % vcs())]);
        if (!has(offered, number)) offers[number] = 0;
        include(offered, number);
        include(offers[number], bit);
      }
      any |= offered != 0;
      for (; offered != 0; offered &= offered - 1) {
        const auto number = static_cast<std::uint32_t>(std::countr_zero(offered));
        const std::uint32_t v = number - o * vcs();
        win_vc(r, round_robin(offers[number], vc_first_input_[index(r, o, v)]), o, v, now);
      }
      continue;
    }
    for (std::uint32_t free = output.free_vcs; free != 0; free &= free - 1) {
      const auto v = static_cast<std::uint32_t>(std::countr_zero(free));
      const std::uint64_t heads = heads_for(r, o, 1u << v);
      if (S::kGeneral && heads == 0) continue;  // all keep to the other class
      const std::uint32_t to = round_robin(heads, vc_first_input_[index(r, o, v)]);
      if (!has(offered, to)) offers[to] = 0;
      include(offered, to);
      include(offers[to], o * vcs() + v);
    }
    any |= offered != 0;
    for (; offered != 0; offered &= offered - 1) {
      const auto bit = static_cast<std::uint32_t>(std::countr_zero(offered));
      const std::uint32_t number = round_robin(offers[bit], vc_first_output_[index(r, bit / vcs(), bit % vcs())]);
      win_vc(r, bit, o, number - o * vcs(), now);
    }
  }
  return any;
}

/// Head `bit` holds VC `v` of output `o` from now on; pointers move past both.
template <class S>
void CycleEngine<S>::win_vc(std::uint32_t r, std::uint32_t bit, std::uint32_t o, std::uint32_t v, std::int64_t now) {
  OutputPort& output = routers_[r].output[o];
  const std::uint32_t numbers = ports() * vcs();
  const std::uint32_t port = bit / vcs(), vc = bit % vcs();
  const std::size_t i = index(r, port, vc);
  vc_first_output_[i] = after(o * vcs() + v, numbers);
  vc_first_input_[index(r, o, v)] = after(bit, numbers);
  inputs_[i].output_vc = static_cast<std::uint8_t>(v);
  holders_[index(r, o, v)] = static_cast<std::uint8_t>(bit);
  exclude(output.free_vcs, v);
  exclude(output.heads, bit);
  if (inputs_[i].forked != 0) branch(i, o).vc = static_cast<std::uint8_t>(v);
  if (mesh_.timing.vc_allocation > 1) {
    granted_.add(now + mesh_.timing.vc_allocation, Place::pack(r, o, v));
  } else {
    include(output.bodies, bit);
  }
}

/// The holder of an output VC may ask for the switch.
template <class S>
void CycleEngine<S>::ask_granted(Place place) {
  Router& router = routers_[place.router];
  include(router.output[place.side].bodies, holders_[index(place)]);
  include(router.wanted, place.side);
  routers_at_work_.insert(place.router);
}

template <class S>
bool CycleEngine<S>::run_staged_router(std::uint32_t r, std::int64_t now) {
  Router& router = routers_[r];
  // Bids for the switch stand before this cycle's VC allocation. A speculative head bids with no VC yet.
  InputSet sure[kPorts];
  InputSet able[kPorts];
  std::uint32_t bidding = 0;
  for (auto outputs = static_cast<std::uint32_t>(router.wanted & router.open); outputs != 0; outputs &= outputs - 1) {
    const auto o = static_cast<std::uint32_t>(std::countr_zero(outputs));
    const OutputPort& output = router.output[o];
    sure[o] = able[o] = able_bodies(router, r, o);
    if (mesh_.kind == RouterKind::kSpeculative) able[o] |= heads_for(r, o, output.credit_vcs & output.free_vcs);
    if (able[o] != 0) bidding |= 1u << o;
  }
  const bool vc_won = allocate_vcs(r, now);
  const bool bid_made =
      allocate_switch(r, sure, able, bidding, [&](std::uint32_t port, std::uint32_t vc, std::uint32_t o) {
        const OutputPort& output = router.output[o];
        if (!has(output.bodies, port * vcs() + vc)) return;  // a speculative winner without a VC wastes the switch
        const std::size_t i = index(r, port, vc);
        const std::uint32_t v = inputs_[i].forked != 0 ? branch(i, o).vc : inputs_[i].output_vc;
        if (has(output.credit_vcs, v)) send(r, port, vc, o, now);  // and so does one without a credit
      });
  return (vc_won || bid_made) && router.wanted != 0;
}

}  // namespace ranvier::sim
