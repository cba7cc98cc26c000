// SPDX-License-Identifier: Apache-2.0
// What lasts in an idle network, as bytes: no packet is inside, but credits may be on their way, links still busy with
// the flit before, and every arbiter stands where its last winner left it.
#pragma once

#include <stdexcept>

#include "sim/cycle_network_engine.h"
#include "sim/state_bytes.h"

namespace ranvier::sim {

template <class S>
void CycleEngine<S>::save(StateWriter& to) const {
  if (packets_inside_ != 0) throw std::logic_error("the state of a network with packets inside cannot be saved");
  to.value(static_cast<std::uint64_t>(inputs_.size()));
  to.value(now_);
  for (const Router& router : routers_) {
    to.value(router.open);
    to.value(router.first_output);
    to.value(router.first_vc);
    for (const OutputPort& output : router.output) {
      to.value(output.credit_vcs);
      to.value(output.first_input);
      to.value(output.first_vc);
    }
  }
  for (const CoreSide& core : cores_) {
    to.value(core.open_at);
    to.value(core.credit_vcs);
    to.value(core.first_vc);
    to.value(core.sink_first_vc);
    to.value(static_cast<std::uint8_t>(core.sink_open));
  }
  to.array(credits_);
  to.array(vc_first_input_);
  to.array(vc_first_output_);
  to.array(link_flits_);
  for (const EventWheel* wheel : {&credits_back_, &reopenings_}) {
    for (std::int64_t cycle = now_ + 1; cycle <= now_ + wheel->span(); ++cycle) {
      const EventBucket& events = wheel->at(cycle);
      to.value(static_cast<std::uint64_t>(events.size()));
      for (const std::uint32_t event : events) to.value(event);
    }
  }
}

template <class S>
void CycleEngine<S>::restore(StateReader& from) {
  if (packets_inside_ != 0) throw std::logic_error("the state of a network with packets inside cannot be replaced");
  std::uint64_t inputs = 0;
  from.value(inputs);
  if (inputs != inputs_.size()) throw StateMismatch("state of another network");
  from.value(now_);
  for (Router& router : routers_) {
    from.value(router.open);
    from.value(router.first_output);
    from.value(router.first_vc);
    for (OutputPort& output : router.output) {
      from.value(output.credit_vcs);
      from.value(output.first_input);
      from.value(output.first_vc);
    }
  }
  for (CoreSide& core : cores_) {
    std::uint8_t open = 0;
    from.value(core.open_at);
    from.value(core.credit_vcs);
    from.value(core.first_vc);
    from.value(core.sink_first_vc);
    from.value(open);
    core.sink_open = open != 0;
  }
  from.array(credits_);
  from.array(vc_first_input_);
  from.array(vc_first_output_);
  from.array(link_flits_);
  for (EventWheel* wheel : {&credits_back_, &reopenings_}) {
    for (std::int64_t cycle = now_ + 1; cycle <= now_ + wheel->span(); ++cycle) {
      std::uint64_t events = 0;
      from.value(events);
      if (events > inputs_.size() * 16) throw StateMismatch("state of another network");
      wheel->at(cycle).clear();
      for (; events > 0; --events) {
        std::uint32_t event = 0;
        from.value(event);
        if (event >> (4 + S::kSideBits) >= routers_.size()) throw StateMismatch("state of another network");
        wheel->add(cycle, event);
      }
    }
  }
  schedule_.move_to(now_ + 1);
  observed_ = now_;
}

}  // namespace ranvier::sim
