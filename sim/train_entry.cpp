// SPDX-License-Identifier: Apache-2.0
// What a step of trains begins with, and what it comes to.
#include <algorithm>

#include "mapper/work.h"
#include "sim/train_timer.h"

namespace ranvier::sim {

void TrainTimer::begin(const StepFacts& facts) {
  facts_ = &facts;
  slice_ = facts.slice_cycles;
  due_.clear();
  legs_.assign(facts.legs.size(), {});
  shared_.begin_step(slice_);
  network_end_ = compute_end_ = 0;
  slowest_ = CoreId();
  up_first_ = INT64_MAX;
  up_last_ = 0;
  for (std::size_t i = 0; i < legs_.size(); ++i) enter(i);
  for (const LocalTrain& local : facts.locals) enter(local);
  for (const FiringCore& core : facts.firing) {
    done_at(core.core, core.cycles);
    if (mapper::units_take_turns(chip_.core)) wait_for_firing(core);
  }
  for (const CoreId core : shared_.cores_used()) {
    UnitState& u = shared_.unit_state(core);
    if (u.first_sent == INT64_MAX) continue;
    // Nothing can be done before the first event.
    u.slice = u.first_sent / slice_;
    u.queue += u.first_sent % slice_ * kPart;
  }
}

void TrainTimer::enter(std::size_t i) {
  const LegTrain& t = facts_->legs[i];
  LegState& s = legs_[i];
  const CellTrain& train = facts_->trains[t.train];
  s.left = t.packets;
  s.cost = t.integrate * kPart / t.packets;
  s.way = &shared_.way(run_.flows()[t.flow].first_leg + t.leg);
  const bool relayed = s.way->relayed;
  if (relayed) legs_[i - 1].feeds_next = true;
  s.lag = relayed ? legs_[i - 1].lag + legs_[i - 1].way->zero_load + chip_.core.relay_cycles.value : t.offset;
  if (s.way->ends_on_core) {
    UnitState& u = shared_.used(s.way->to);
    u.packets += t.packets;
    u.work += t.integrate;
    u.first_sent = std::min(u.first_sent, train.first + s.lag);
    u.way = std::min(u.way, s.way->zero_load);
  }
  if (relayed) return;
  s.available = train.last + s.lag;
  if (s.way->forked_off) return;
  const std::int64_t first = train.first / slice_, slices = train.last / slice_ - first + 1;
  // Of a flow that carries no zeros fewer packets go than events were emitted.
  std::int64_t events = 0, packets = 0;
  for (std::int64_t k = 0; k < slices; ++k) {
    events += facts_->shape[train.shape + static_cast<std::size_t>(k)];
    const std::int64_t upto = t.packets * events / train.events;
    if (upto > packets) add_due(first + k + rounded(s.lag, slice_), i, upto - packets);
    packets = upto;
  }
}

void TrainTimer::enter(const LocalTrain& local) {
  UnitState& u = shared_.used(local.core);
  u.work += local.integrate;
  if (local.train == LocalTrain::kNoTrain) {
    u.queue += local.integrate * kPart;
    u.first_sent = u.way = 0;
    u.end = std::max(u.end, local.integrate);
    return;
  }
  const CellTrain& train = facts_->trains[local.train];
  u.first_sent = std::min(u.first_sent, train.first);
  u.way = 0;
  u.end = std::max(u.end, train.last + local.integrate / local.events);
  const std::int64_t first = train.first / slice_, slices = train.last / slice_ - first + 1;
  std::int64_t events = 0, work = 0;
  for (std::int64_t k = 0; k < slices; ++k) {
    events += facts_->shape[train.shape + static_cast<std::size_t>(k)];
    const std::int64_t upto = local.integrate * kPart * events / train.events;
    if (upto > work) loop_back(first + k, local.core, upto - work);
    work = upto;
  }
}

void TrainTimer::loop_back(std::int64_t slice, CoreId core, std::int64_t work) {
  if (local_due_.size() <= static_cast<std::size_t>(slice)) local_due_.resize(static_cast<std::size_t>(slice) + 1);
  local_due_[static_cast<std::size_t>(slice)].push_back({core, work});
  if (due_.size() < local_due_.size()) due_.resize(local_due_.size());
}

void TrainTimer::wait_for_firing(const FiringCore& core) {
  UnitState& u = shared_.unit_state(core.core);
  if (u.first_sent == INT64_MAX) return;
  u.first_sent = std::max(u.first_sent, core.cycles - u.way);
  u.end = std::max(u.end, core.cycles + u.work);
}

StepTiming TrainTimer::finish() {
  for (const CoreId core : shared_.cores_used()) {
    const UnitState& u = shared_.unit_state(core);
    done_at(core, u.end);
    note_buffers(core, u);
  }
  std::int64_t end = std::max(network_end_, compute_end_);
  const chips::EdgeLink& host = chip_.host_link;
  if (facts_->host_up_flits > 0) {
    const std::int64_t flits = facts_->host_up_flits * host.cycles_per_flit.value;
    end = std::max(end, std::max(up_last_ + host.cycles_per_flit.value, up_first_ + flits) + host.latency_cycles.value);
  }
  StepTiming timing;
  timing.duration = std::max<std::int64_t>(1, end);
  timing.compute = compute_end_;
  timing.slowest_core = slowest_;
  timing.network = network_end_;
  return timing;
}

void TrainTimer::note_buffers(CoreId core, const UnitState& u) {
  if (u.packets > 0) {
    const std::int64_t mean = std::max<std::int64_t>(1, u.work * kPart / u.packets);
    const std::int64_t held = std::min(chip_.core.receive_fifo_events.value, u.peak_queue / mean);
    std::int64_t& peak = run_.tally().peak_receive_fifo[core.value()];
    peak = std::max(peak, held);
  }
  const std::int64_t slots = chip_.core.relay_buffer_events.value;
  std::int64_t& peak = run_.tally().peak_relay_buffer[core.value()];
  peak = std::max(peak, std::min(slots, u.peak_relays));
  if (u.peak_relays > slots) run_.lose_events(core, u.peak_relays - slots);
}

}  // namespace ranvier::sim
