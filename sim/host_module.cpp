// SPDX-License-Identifier: Apache-2.0
#include "sim/host_module.h"

#include <algorithm>

namespace ranvier::sim {

HostModule::HostModule(const sc_core::sc_module_name& name, ChipRun& run, const ChipClock& clock, NetworkPort& network,
                       DeliveryPort& chip)
    : sc_module(name),
      run_(run),
      clock_(clock),
      network_(network),
      chip_(chip),
      latency_(run.problem().board.chip.host_link.latency_cycles.value),
      cycles_per_flit_(run.problem().board.chip.host_link.cycles_per_flit.value) {
  SC_HAS_PROCESS(HostModule);
  SC_METHOD(arrive);
  sensitive << arrival_;
  dont_initialize();
}

void HostModule::fire() {
  emissions_.clear();
  run_.fire(TileId(0), emissions_);
  for (const Emission& e : emissions_) {
    const Event event{e.token, e.channel, e.value, 0};
    for (const std::uint32_t flow : run_.flows().flows_of(TileId(0), e.token, e.channel)) {
      const FlowPath& path = run_.flows()[flow];
      ++run_.tally().flow_events[flow];
      if (path.to_device) {
        run_.receive(path.local, event, Cycles(0), [](TileId, Cycles) {});
      } else {
        send(flow, event);
      }
    }
  }
  start();
}

void HostModule::send(std::uint32_t flow, const Event& event) {
  const FlowPath& path = run_.flows()[flow];
  down_free_ = std::max(down_free_, clock_.now());
  for (std::uint32_t leg = 0; leg < path.legs.size(); ++leg) {
    if (path.legs[leg].relayed || (path.forked && leg > 0)) continue;
    run_.tally().host_flits[path.stage.value()] += path.flits;
    down_free_ += path.flits * cycles_per_flit_;
    arriving_.push_back({down_free_ + latency_, {flow, leg, event}});
  }
}

void HostModule::start() {
  if (!arriving_.empty()) arrival_.notify(clock_.until(arriving_.front().at));
}

void HostModule::arrive() {
  const std::int64_t now = clock_.now();
  while (!arriving_.empty() && arriving_.front().at <= now) {
    const Transfer transfer = arriving_.front().transfer;
    arriving_.pop_front();
    run_.count_sent(transfer.flow, transfer.leg);
    network_.send(transfer, now);
  }
  if (arriving_.empty()) {
    busy_until_ = now;
    chip_.fell_idle();
  } else {
    arrival_.notify(clock_.until(arriving_.front().at));
  }
}

void HostModule::take(const FlowPath& path, std::int64_t at) {
  run_.tally().host_flits[path.stage.value()] += path.flits;
  up_free_ = std::max(up_free_, at) + path.flits * cycles_per_flit_;
  busy_until_ = up_free_ + latency_;
}

}  // namespace ranvier::sim
