// SPDX-License-Identifier: Apache-2.0
// Slices of a step of trains.
#include "sim/train_timing.h"

#include <algorithm>
#include <type_traits>

#include "sim/train_timer.h"

namespace ranvier::sim {
namespace {

constexpr int kRounds = 8;  // in which a slice is shared out

}  // namespace

void TrainTimer::add_due(std::int64_t slice, std::size_t leg, std::int64_t packets) {
  const auto at = static_cast<std::size_t>(slice);
  if (due_.size() <= at) due_.resize(at + 1);
  due_[at].push_back({static_cast<std::uint32_t>(leg), static_cast<std::int32_t>(packets)});
}

void TrainTimer::run_slice() {
  const auto at = static_cast<std::size_t>(now_);
  shared_.begin_slice(now_);
  if (at < local_due_.size()) {
    for (const auto& [core, work] : local_due_[at]) shared_.integrate(core, work);
    local_due_[at].clear();
  }
  for (const Due& d : due_[at]) arrive(d.leg, d.packets);
  due_[at] = {};
  if (waiting_.empty()) return;
  for (int round = 0; round < kRounds && share_out(); ++round) {
  }
  close();
}

void TrainTimer::arrive(std::uint32_t i, std::int64_t packets) {
  const Way& way = *legs_[i].way;
  const std::size_t number = queue_of(way);
  Queue& q = queues_[number];
  if (!q.listed) waiting_.push_back(number);
  q.listed = true;
  if (q.batches.empty() || q.batches.back().slice != now_) q.batches.push_back({now_, {}, 0});
  q.batches.back().legs.push_back({i, static_cast<std::int32_t>(packets)});
  q.batches.back().packets += packets;
  if (way.relayed)
    shared_.unit_state(way.from).peak_relays = std::max<std::int64_t>(1, shared_.unit_state(way.from).peak_relays);
}

bool TrainTimer::share_out() {
  std::sort(waiting_.begin(), waiting_.end());
  shared_.begin_round();
  for (const std::size_t number : waiting_) {
    Queue& q = queues_[number];
    q.pace = q.batches.empty() || q.blocked ? -1 : kWhole;
    if (q.pace >= 0) ask_for_port(q);
  }
  for_each_sending([&](Queue& q, const LegState& s) { q.pace = std::min(q.pace, shared_.share_of_port(*s.way)); });
  for_each_sending([&](Queue& q, const LegState& s, std::int64_t packets) {
    for_each_need(s, [&](Resource& r, std::int64_t cost) {
      shared_.asked_of(r, false) += (cost * packets * q.pace + kWhole - 1) / kWhole;
    });
  });
  for (const std::size_t number : waiting_) {
    Queue& q = queues_[number];
    if (q.pace < 0) continue;
    std::int64_t share = kWhole;
    for (const Due& d : q.batches.front().legs)
      if (d.packets > 0) share = std::min(share, share_of(legs_[d.leg]));
    q.pace = q.pace * share / kWhole;
  }
  return send_all();
}

template <class Visit>
void TrainTimer::for_each_sending(Visit&& visit) {
  for (const std::size_t number : waiting_) {
    Queue& q = queues_[number];
    if (q.pace < 0) continue;
    for (const Due& d : q.batches.front().legs) {
      if (d.packets == 0) continue;
      if constexpr (std::is_invocable_v<Visit, Queue&, const LegState&, std::int64_t>) {
        visit(q, legs_[d.leg], std::int64_t{d.packets});
      } else {
        visit(q, legs_[d.leg]);
      }
    }
  }
}

void TrainTimer::ask_for_port(const Queue& q) {
  for (const Due& d : q.batches.front().legs) {
    const Way& way = *legs_[d.leg].way;
    shared_.asked_of(shared_.port(way), way.relayed) += way.flits * kPart * d.packets;
    for (std::size_t i = d.leg; legs_[i].feeds_next && delay_to_next(i) == 0; ++i) {
      const Way& next = *legs_[i + 1].way;
      shared_.asked_of(shared_.port(next), true) += next.flits * kPart * d.packets;
    }
  }
}

bool TrainTimer::send_all() {
  bool went = false;
  for (std::size_t k = 0; k < waiting_.size(); ++k) {  // relays may join the list
    Queue& q = queues_[waiting_[k]];
    if (q.pace < 0) continue;
    // What a second try does not move has to wait for the next slice.
    q.blocked = q.pace < kWhole && q.tries++ > 0;
    went = send(q) || went;
    q.pace = -1;
  }
  return went;
}

bool TrainTimer::send(Queue& q) {
  bool went = false;
  // A relay of this slice may come to this very queue: the batch is looked up anew each time.
  for (std::size_t k = 0; k < q.batches.front().legs.size(); ++k) {
    const Due d = q.batches.front().legs[k];
    if (d.packets == 0) continue;
    LegState& s = legs_[d.leg];
    const std::int64_t parts = d.packets * q.pace + s.parts;
    const std::int64_t gone = go(d.leg, std::min<std::int64_t>(d.packets, parts / kWhole));
    s.parts = q.pace == kWhole ? 0 : parts % kWhole;
    q.batches.front().legs[k].packets -= static_cast<std::int32_t>(gone);
    q.batches.front().packets -= gone;
    went = went || gone > 0;
  }
  if (q.batches.front().packets == 0) q.batches.pop_front();
  return went;
}

std::int64_t TrainTimer::share_of(const LegState& s) {
  std::int64_t share = kWhole;
  for_each_need(
      s, [&](const Resource& r, std::int64_t) { share = std::min(share, TrainResources::part_of(r.left, r.demand)); });
  return share;
}

template <class Visit>
void TrainTimer::for_each_need(const LegState& s, Visit&& visit) {
  const Way& way = *s.way;
  if (!way.forked) return shared_.for_each_resource(way, s.cost, visit);
  shared_.for_each_link(way.tree_begin, way.tree_end, way.flits, visit);
  const LegState* leg = &s;
  for (std::uint32_t l = 0; l < way.legs; ++l) shared_.for_each_end(*leg[l].way, leg[l].cost, visit);
}

void TrainTimer::close() {
  std::size_t kept = 0;
  for (const std::size_t number : waiting_) {
    Queue& q = queues_[number];
    note_peak(number);
    q.blocked = false;
    q.tries = 0;
    if (q.batches.empty()) {
      q.listed = false;
      continue;
    }
    for (const Batch& batch : q.batches) {
      if (batch.slice != now_) break;
      for (const Due& d : batch.legs) legs_[d.leg].late = legs_[d.leg].late || d.packets > 0;
    }
    for (const Due& d : q.batches.back().legs) legs_[d.leg].late = legs_[d.leg].late || d.packets > 0;
    waiting_[kept++] = number;
  }
  waiting_.resize(kept);
  if (kept > 0 && due_.size() < static_cast<std::size_t>(now_) + 2) due_.resize(static_cast<std::size_t>(now_) + 2);
}

std::int64_t TrainTimer::go(std::size_t i, std::int64_t packets) {
  LegState& s = legs_[i];
  const Way& way = *s.way;
  const auto room = [&](const Resource& r, std::int64_t cost) {
    if (cost > 0) packets = std::min(packets, (std::max<std::int64_t>(0, r.left) + cost - 1) / cost);
  };
  Resource& port = shared_.port(way);
  room(port, way.flits * kPart);
  for_each_need(s, room);
  if (packets <= 0) return 0;
  for (std::uint32_t l = 0; l < way.legs; ++l) legs_[i + l].backlog = backlog_of(legs_[i + l], packets);
  const auto take = [&](Resource& r, std::int64_t cost) {
    r.left -= cost * packets;
    r.queue += cost * packets;
  };
  take(port, way.flits * kPart);
  for_each_need(s, take);
  for (std::uint32_t l = 0; l < way.legs; ++l) land(i + l, packets, s.late);
  return packets;
}

std::int64_t TrainTimer::backlog_of(const LegState& s, std::int64_t packets) {
  std::int64_t backlog = 0;
  const auto look = [&](const Resource& r, std::int64_t cost) {
    backlog = std::max(backlog, r.queue + cost * (packets - 1));
  };
  look(shared_.port(*s.way), s.way->flits * kPart);
  shared_.for_each_resource(*s.way, s.cost, look);
  return backlog;
}

void TrainTimer::land(std::size_t i, std::int64_t packets, bool late) {
  LegState& s = legs_[i];
  const Way& way = *s.way;
  s.left -= packets;
  // What a slice does not get through waits on the way.
  const std::int64_t wait = std::max<std::int64_t>(0, s.backlog / kPart - slice_);
  if (way.ends_on_core) shared_.integrate(way.to, s.cost * packets);
  if (s.feeds_next) {
    if (const std::int64_t delay = delay_to_next(i) + rounded(wait, slice_); delay > 0) {
      add_due(now_ + delay, i + 1, packets);
    } else {
      arrive(static_cast<std::uint32_t>(i + 1), packets);
    }
  }
  if (s.left > 0) return;
  const bool waits = late || wait > 0;
  const std::int64_t gone = std::max(s.available, waits ? now_ * slice_ + s.backlog / kPart : 0);
  const std::int64_t there = gone + way.zero_load;
  network_end_ = std::max(network_end_, there);
  if (s.feeds_next) legs_[i + 1].available = there + chip_.core.relay_cycles.value;
  if (way.ends_on_core) {
    UnitState& u = shared_.unit_state(way.to);
    u.end = std::max(u.end, there + s.cost / kPart);
  } else {
    up_first_ = std::min(up_first_, facts_->trains[facts_->legs[i].train].first + s.lag + way.zero_load);
    up_last_ = std::max(up_last_, there);
  }
}

void TrainTimer::note_peak(std::size_t number) {
  if (number % 2 == 0) return;
  std::int64_t held = 0;
  for (const Batch& batch : queues_[number].batches) {
    if (batch.slice < now_) held += batch.packets;
  }
  UnitState& u = shared_.unit_state(CoreId(number / 2));
  u.peak_relays = std::max(u.peak_relays, held);
}

std::unique_ptr<StepTimer> make_train_timing(ChipRun& run) { return std::make_unique<TrainTimer>(run); }

}  // namespace ranvier::sim
