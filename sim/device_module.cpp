// SPDX-License-Identifier: Apache-2.0
#include "sim/device_module.h"

#include <algorithm>

namespace ranvier::sim {
namespace {

sc_core::sc_time time_of(Duration d) { return sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(d.count())); }

/// From now to the next multiple of `period` at `after` from now or later.
sc_core::sc_time until_edge(const sc_core::sc_time& after, const sc_core::sc_time& period) {
  const sc_dt::uint64 now = sc_core::sc_time_stamp().value(), p = period.value();
  const sc_dt::uint64 at = (now + after.value() + p - 1) / p * p;
  return sc_core::sc_time::from_value(at - now);
}

}  // namespace

DeviceModule::DeviceModule(const sc_core::sc_module_name& name, ChipRun& run, const ChipClock& chip_clock,
                           HostModule& host, DeliveryPort& chip)
    : sc_module(name),
      run_(run),
      chip_clock_(chip_clock),
      host_(host),
      chip_(chip),
      period_(time_of(chips::device_time(*run.problem().board.device, 1))),
      chip_period_(time_of(chips::clock_period(run.problem().board.chip))) {
  SC_HAS_PROCESS(DeviceModule);
  SC_METHOD(computed);
  sensitive << computed_;
  dont_initialize();
  SC_METHOD(sent);
  sensitive << sent_;
  dont_initialize();
  SC_METHOD(received);
  sensitive << received_;
  dont_initialize();
}

sc_core::sc_time DeviceModule::edge() const { return until_edge(sc_core::SC_ZERO_TIME, period_); }

sc_core::sc_time DeviceModule::chip_edge(const sc_core::sc_time& after) const {
  return until_edge(after, chip_period_);
}

sc_core::sc_time DeviceModule::link(std::int64_t bytes) const {
  return time_of(mapper::link_time(*run_.problem().board.device, bytes));
}

void DeviceModule::begin_step(const mapper::DeviceStep& step, const std::vector<TileId>& tiles) {
  step_ = step;
  collected_ = step.in_bytes == 0;
  if (step.from_host) collect();
  if (tiles.empty()) return;
  fire(tiles);
  ++pending_;
  // In later waves the host has what it sends.
  if (step.compute.count() == 0 && step.out_bytes == 0) return sent_.notify(sc_core::SC_ZERO_TIME);
  computed_.notify(edge() + time_of(step.compute));
}

void DeviceModule::fire(const std::vector<TileId>& tiles) {
  for (const TileId tile : tiles) {
    emissions_.clear();
    run_.fire(tile, emissions_);
    for (const Emission& e : emissions_) {
      const Event event{e.token, e.channel, e.value, 0};
      for (const std::uint32_t flow : run_.flows().flows_of(tile, e.token, e.channel)) {
        const FlowPath& path = run_.flows()[flow];
        ++run_.tally().flow_events[flow];
        if (path.to_device) {
          run_.receive(path.local, event, Cycles(0), [](TileId, Cycles) {});
        } else {
          outgoing_.push_back({flow, 0, event});
        }
      }
    }
  }
}

void DeviceModule::computed() {
  if (step_.out_bytes > 0) {
    sent_.notify(chip_edge(edge() + link(step_.out_bytes)));
  } else {
    sent_.notify(chip_edge(sc_core::SC_ZERO_TIME));
  }
}

void DeviceModule::sent() {
  for (const Transfer& t : outgoing_) host_.send(t.flow, t.event);
  outgoing_.clear();
  host_.start();
  done();
}

void DeviceModule::collect() {
  collected_ = true;
  ++pending_;
  received_.notify(chip_edge(edge() + link(step_.in_bytes)));
}

void DeviceModule::read_out(std::int64_t bytes) {
  ++pending_;
  received_.notify(chip_edge(edge() + link(bytes)));
}

void DeviceModule::received() { done(); }

void DeviceModule::done() {
  --pending_;
  busy_until_ = chip_clock_.now();
  chip_.fell_idle();
}

}  // namespace ranvier::sim
