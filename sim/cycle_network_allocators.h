// SPDX-License-Identifier: Apache-2.0
// Who gets a router's switch: one iteration of iSLIP (outputs grant, inputs accept, pointers move on acceptance only),
// or separable input first (inputs choose, then outputs). All round robin. The branches of a fork that wait for the
// same flit share one grant: the switch copies it.
#pragma once

#include "sim/cycle_network_engine.h"

namespace ranvier::sim {

/// Of `vcs`, those of output `o` that head `bit` may take.
template <class S>
auto CycleEngine<S>::open_to(std::uint32_t r, std::uint32_t o, std::uint32_t bit, std::uint32_t vcs) const
    -> std::uint32_t {
  if constexpr (S::kGeneral) {
    if (rings_ && o < kLinks) {
      const ClassLimits& limits = limits_[std::size_t{r} * ports() + o];
      if (has(limits.low, bit)) return vcs & low_vcs_;
      if (has(limits.high, bit)) return vcs & high_vcs_;
    }
  }
  return vcs;
}

/// Heads that ask for output `o` and may take one of `vcs`.
template <class S>
auto CycleEngine<S>::heads_for(std::uint32_t r, std::uint32_t o, std::uint32_t vcs) const -> InputSet {
  if (vcs == 0) return 0;
  InputSet heads = routers_[r].output[o].heads;
  if constexpr (S::kGeneral) {
    if (rings_ && o < kLinks) {
      const ClassLimits& limits = limits_[std::size_t{r} * ports() + o];
      if ((vcs & low_vcs_) == 0) heads &= ~limits.low;
      if ((vcs & high_vcs_) == 0) heads &= ~limits.high;
    }
  }
  return heads;
}

/// Input VCs that hold a VC of output `o` and have a credit for it.
template <class S>
auto CycleEngine<S>::able_bodies(const Router& router, std::uint32_t r, std::uint32_t o) const -> InputSet {
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

template <class S>
std::uint32_t CycleEngine<S>::ports_of(InputSet able) const {
  if constexpr (kVcs == 1) return able;
  std::uint32_t ports = 0;
  for (std::uint32_t port = 0; port < this->ports(); ++port) ports |= std::uint32_t{vcs_of(able, port) != 0} << port;
  return ports;
}

template <class S>
std::uint32_t CycleEngine<S>::vcs_of(InputSet able, std::uint32_t port) const {
  return static_cast<std::uint32_t>(able >> (port * vcs())) & ((1u << vcs()) - 1u);
}

/// The outputs with someone in `able` are given away; of an input's VCs one stands for each output, those in
/// first_choice before the others. Calls won(port, vc, output); says whether anybody bid.
template <class S>
template <class Won>
bool CycleEngine<S>::allocate_switch(std::uint32_t r, const InputSet* first_choice, const InputSet* able,
                                     std::uint32_t outputs, Won&& won) {
  Router& router = routers_[r];
  const bool bid_made = outputs != 0;
  if constexpr (S::kGeneral) {
    if (mesh_.allocator == Allocator::kInputFirst) {
      input_first(r, first_choice, able, outputs, won);
      return bid_made;
    }
  }
  std::uint32_t offers[kPorts] = {};  // by input: outputs that grant it the switch
  std::uint32_t offered = 0;
  for (; outputs != 0; outputs &= outputs - 1) {
    const auto o = static_cast<std::uint32_t>(std::countr_zero(outputs));
    const std::uint32_t port = round_robin(ports_of(able[o]), router.output[o].first_input);
    offers[port] |= 1u << o;
    offered |= 1u << port;
  }
  for (; offered != 0; offered &= offered - 1) {
    const auto port = static_cast<std::uint32_t>(std::countr_zero(offered));
    const std::uint32_t o = round_robin(offers[port], router.first_output[port]);
    const std::uint32_t vc = stand(router, first_choice[o], able[o], port);
    std::uint32_t won_too = router.forks == 0 ? 0 : same_flit(r, port, vc, o, offers[port], able);
    router.output[o].first_input = after(port, ports());
    router.first_output[port] = after(o, ports());
    router.first_vc[port] = after(vc, vcs());
    won(port, vc, o);
    for (; won_too != 0; won_too &= won_too - 1) {
      const auto other = static_cast<std::uint32_t>(std::countr_zero(won_too));
      router.output[other].first_input = after(port, ports());
      won(port, vc, other);
    }
  }
  return bid_made;
}

/// The VC of an input port that stands for an output.
template <class S>
std::uint32_t CycleEngine<S>::stand(const Router& router, InputSet first_choice, InputSet able,
                                    std::uint32_t port) const {
  std::uint32_t standing = vcs_of(first_choice, port);
  if (standing == 0) standing = vcs_of(able, port);
  return round_robin(standing, router.first_vc[port]);
}

template <class S>
template <class Won>
void CycleEngine<S>::input_first(std::uint32_t r, const InputSet* first_choice, const InputSet* able,
                                 std::uint32_t outputs, Won&& won) {
  Router& router = routers_[r];
  std::uint32_t wishes[kPorts] = {};  // by input: outputs that one of its VCs can use
  std::uint32_t wishing = 0;
  for (std::uint32_t left = outputs; left != 0; left &= left - 1) {
    const auto o = static_cast<std::uint32_t>(std::countr_zero(left));
    for (std::uint32_t inputs = ports_of(able[o]); inputs != 0; inputs &= inputs - 1) {
      const auto port = static_cast<std::uint32_t>(std::countr_zero(inputs));
      wishes[port] |= 1u << o;
      wishing |= 1u << port;
    }
  }
  std::uint32_t chosen[kPorts];
  std::uint32_t chosen_vc[kPorts];
  std::uint32_t asked_by[kPorts] = {};  // by output
  for (; wishing != 0; wishing &= wishing - 1) {
    const auto port = static_cast<std::uint32_t>(std::countr_zero(wishing));
    const std::uint32_t o = round_robin(wishes[port], router.first_output[port]);
    const std::uint32_t vc = stand(router, first_choice[o], able[o], port);
    chosen[port] = o;
    chosen_vc[port] = vc;
    std::uint32_t asked = 1u << o;
    if (router.forks != 0) asked |= same_flit(r, port, vc, o, wishes[port], able);
    for (; asked != 0; asked &= asked - 1) asked_by[std::countr_zero(asked)] |= 1u << port;
  }
  for (; outputs != 0; outputs &= outputs - 1) {
    const auto o = static_cast<std::uint32_t>(std::countr_zero(outputs));
    if (asked_by[o] == 0) continue;
    const std::uint32_t port = round_robin(asked_by[o], router.output[o].first_input);
    router.output[o].first_input = after(port, ports());
    if (chosen[port] == o) router.first_output[port] = after(o, ports());
    router.first_vc[port] = after(chosen_vc[port], vcs());
    won(port, chosen_vc[port], o);
  }
}

}  // namespace ranvier::sim
