// SPDX-License-Identifier: Apache-2.0
#include "sim/core_module.h"

#include <algorithm>

#include "sim/core_costs.h"

namespace ranvier::sim {

CoreModule::CoreModule(const sc_core::sc_module_name& name, CoreId core, ChipRun& run, const ChipClock& clock,
                       NetworkPort& network)
    : sc_module(name),
      core_(core),
      run_(run),
      clock_(clock),
      network_(network),
      fifo_events_(std::max<std::int64_t>(1, run.problem().board.chip.core.receive_fifo_events.value)),
      relay_events_(run.problem().board.chip.core.relay_buffer_events.value),
      relay_cycles_(run.problem().board.chip.core.relay_cycles.value),
      emit_cycles_(run.problem().board.chip.core.emit_cycles.value),
      pipeline_(run.pipeline(core)) {
  SC_HAS_PROCESS(CoreModule);
  SC_METHOD(slot_freed);
  sensitive << slot_free_;
  dont_initialize();
}

void CoreModule::fire(const std::vector<TileId>& tiles) {
  step_start_ = fired_at_ = clock_.now();
  if (!tiles.empty()) fired_at_ += pipeline_.start;
  for (const TileId tile : tiles) {
    emissions_.clear();
    const std::int64_t start = fired_at_;
    const Cycles cycles = run_.fire(tile, emissions_);
    std::int64_t more = 0;  // cycles for further packets of events so far
    for (const Emission& e : emissions_) more += send(tile, e, start + e.at.count() + more);
    run_.tally().packet_cycles[tile.value()] += more;
    fired_at_ += cycles.count() + more;
    run_.note_activity(core_, CoreUnit::kFire, tile, start, cycles.count() + more);
  }
}

std::int64_t CoreModule::send(TileId tile, const Emission& emission, std::int64_t at) {
  const Event event{emission.token, emission.channel, emission.value, 0};
  std::int64_t more = 0;
  bool first = true;  // the emission's own cycles are those of the first flow's first packet
  for (const std::uint32_t flow : run_.flows().flows_of(tile, emission.token, emission.channel)) {
    const FlowPath& path = run_.flows()[flow];
    if (event.value == 0 && !path.zeros) continue;
    ++run_.tally().flow_events[flow];
    if (!path.local.empty()) {
      ++run_.tally().local_events[flow];
      if (path.delay > 0) {
        run_.hold(path.delay, path.local, event);
      } else {
        loop_back_.push_back({at, &path.local, event});
      }
    }
    std::int64_t free = static_cast<std::int64_t>(path.packets) - run_.flows().further_packets(path, first);
    for (std::uint32_t leg = 0; leg < path.legs.size(); ++leg) {
      if (path.legs[leg].relayed || (path.forked && leg > 0)) continue;
      if (--free < 0) more += emit_cycles_;
      run_.count_sent(flow, leg);
      network_.send({flow, leg, event}, at + more);
    }
    first = false;
  }
  return more;
}

void CoreModule::receive_due(const std::vector<Target>& targets, const Event& event) {
  serve(targets, event, clock_.now());
}

void CoreModule::serve_loop_back(std::int64_t until) {
  for (; !loop_back_.empty() && loop_back_.front().at <= until; loop_back_.pop_front()) {
    serve(*loop_back_.front().targets, loop_back_.front().event, loop_back_.front().at);
  }
}

std::int64_t CoreModule::finish_step() {
  serve_loop_back(fired_at_);
  return std::max(fired_at_, integrated_at_ > step_start_ ? integrated_at_ + pipeline_.drain : 0);
}

std::int64_t CoreModule::serve(const std::vector<Target>& targets, const Event& event, std::int64_t at) {
  const std::int64_t start = integration_start(run_.problem().board.chip.core, at, integrated_at_, fired_at_);
  integrated_at_ = start;
  run_.receive(targets, event, Cycles(start - step_start_), [&](TileId tile, Cycles cycles) {
    run_.note_activity(core_, CoreUnit::kIntegrate, tile, integrated_at_, cycles.count());
    integrated_at_ += cycles.count();
  });
  return start;
}

void CoreModule::drop_served(std::int64_t now) {
  while (!waiting_.empty() && waiting_.front() <= now) waiting_.pop_front();
}

void CoreModule::deliver(const Transfer& transfer, std::int64_t at) {
  const FlowPath& path = run_.flows()[transfer.flow];
  if (transfer.leg + 1 < path.legs.size() && path.legs[transfer.leg + 1].relayed) relay(transfer, at);
  const std::vector<Target>& targets = path.legs[transfer.leg].targets;
  if (path.delay > 0) {
    run_.hold(path.delay, targets, transfer.event);
    return;
  }
  drop_served(at);
  serve_loop_back(at + pipeline_.receive);
  const std::int64_t start = serve(targets, transfer.event, at + pipeline_.receive);
  if (start == at) return;
  waiting_.push_back(start);
  const auto occupancy = static_cast<std::int64_t>(waiting_.size());
  std::int64_t& peak = run_.tally().peak_receive_fifo[core_.value()];
  peak = std::max(peak, occupancy);
  if (occupancy < fifo_events_ || closed_) return;
  closed_ = true;
  network_.set_ejection(core_, false);
  slot_free_.notify(clock_.until(waiting_.front()));
}

void CoreModule::slot_freed() {
  if (!closed_) return;
  drop_served(clock_.now());
  closed_ = false;
  network_.set_ejection(core_, true);
}

void CoreModule::settle() {
  slot_freed();
  waiting_.clear();
  if (!loop_back_.empty()) throw std::logic_error("an event of a core to itself outlasts its step");
}

void CoreModule::relay(const Transfer& transfer, std::int64_t at) {
  if (relay_slots_ >= relay_events_) {
    run_.lose_events(core_);
    return;
  }
  ++relay_slots_;
  std::int64_t& peak = run_.tally().peak_relay_buffer[core_.value()];
  peak = std::max(peak, relay_slots_);
  relay_free_at_ = std::max(at, relay_free_at_) + relay_cycles_;
  run_.count_leg(transfer.flow, transfer.leg + 1);
  network_.send({transfer.flow, transfer.leg + 1, transfer.event}, relay_free_at_);
}

}  // namespace ranvier::sim
