// SPDX-License-Identifier: Apache-2.0
// Routers with VC allocation of its own (presets s3 and d5): one iteration of iSLIP between input VCs and output VCs,
// beside the switch's. Included by cycle_network_engine.cpp alone.
#pragma once

#include "sim/cycle_network_engine.h"

namespace ranvier::sim {

/// A staged router's head has been routed.
template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
void CycleEngine<kVcs, kStages, kPorts>::ask_for_vc(Place place) {
  Router& router = routers_[place.router];
  const std::uint32_t o = inputs_[index(place.router, place.side, place.vc)].output;
  include(router.output[o].heads, place.side * vcs() + place.vc);
  include(router.wanted, o);
  routers_at_work_.insert(place.router);
}

/// Every head asks for all free VCs of its output, credit or not. Each VC grants, each head accepts one. Heads that win
/// become bodies. Says whether any did.
template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
bool CycleEngine<kVcs, kStages, kPorts>::allocate_vcs(std::uint32_t r) {
  Router& router = routers_[r];
  const std::uint32_t numbers = ports() * vcs();  // of input VCs and of output VCs
  bool any = false;
  for (std::uint32_t o = 0; o < ports(); ++o) {
    OutputPort& output = router.output[o];
    if (output.heads == 0 || output.free_vcs == 0) continue;
    std::uint64_t offers[kMaxInputs];  // by input VC: output VCs that grant
    std::uint64_t offered = 0;
    for (std::uint32_t free = output.free_vcs; free != 0; free &= free - 1) {
      const auto v = static_cast<std::uint32_t>(std::countr_zero(free));
      const std::uint32_t to = round_robin(output.heads, vc_first_input_[index(r, o, v)]);
      if (!has(offered, to)) offers[to] = 0;
      include(offered, to);
      include(offers[to], o * vcs() + v);
    }
    any = true;
    for (; offered != 0; offered &= offered - 1) {
      const auto bit = static_cast<std::uint32_t>(std::countr_zero(offered));
      const std::size_t i = index(r, bit / vcs(), bit % vcs());
      const std::uint32_t number = round_robin(offers[bit], vc_first_output_[i]);
      const std::uint32_t v = number - o * vcs();
      vc_first_output_[i] = after(number, numbers);
      vc_first_input_[index(r, o, v)] = after(bit, numbers);
      inputs_[i].output_vc = static_cast<std::uint8_t>(v);
      holders_[index(r, o, v)] = static_cast<std::uint8_t>(bit);
      exclude(output.free_vcs, v);
      exclude(output.heads, bit);
      include(output.bodies, bit);
    }
  }
  return any;
}

template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
bool CycleEngine<kVcs, kStages, kPorts>::run_staged_router(std::uint32_t r, std::int64_t now) {
  Router& router = routers_[r];
  // Bids for the switch stand before this cycle's VC allocation. A speculative head bids with no VC yet.
  InputSet sure[kPorts];
  InputSet able[kPorts];
  std::uint32_t bidding = 0;
  for (std::uint32_t outputs = router.wanted & router.open; outputs != 0; outputs &= outputs - 1) {
    const auto o = static_cast<std::uint32_t>(std::countr_zero(outputs));
    const OutputPort& output = router.output[o];
    sure[o] = able[o] = able_bodies(router, r, o);
    if (mesh_.kind == RouterKind::kSpeculative && (output.credit_vcs & output.free_vcs) != 0) able[o] |= output.heads;
    if (able[o] != 0) bidding |= 1u << o;
  }
  const bool vc_won = allocate_vcs(r);
  const bool bid_made =
      allocate_switch(router, sure, able, bidding, [&](std::uint32_t port, std::uint32_t vc, std::uint32_t o) {
        const OutputPort& output = router.output[o];
        const bool has_vc = has(output.bodies, port * vcs() + vc);
        // A speculative winner without VC or credit wastes the switch.
        if (has_vc && has(output.credit_vcs, inputs_[index(r, port, vc)].output_vc)) send(r, port, vc, o, now);
      });
  return (vc_won || bid_made) && router.wanted != 0;
}

}  // namespace ranvier::sim
