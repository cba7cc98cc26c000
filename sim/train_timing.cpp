// SPDX-License-Identifier: Apache-2.0
#include "sim/train_timing.h"

#include <algorithm>
#include <deque>
#include <type_traits>

#include "mapper/work.h"
#include "sim/train_resources.h"

namespace ranvier::sim {
namespace {

constexpr int kRounds = 8;  // in which a slice is shared out
constexpr std::int64_t kPart = TrainResources::kPart;
constexpr std::int64_t kWhole = TrainResources::kWhole;

std::int64_t rounded(std::int64_t n, std::int64_t d) { return (n + d / 2) / d; }

class TrainTimer final : public StepTimer {
 public:
  explicit TrainTimer(ChipRun& run)
      : run_(run), chip_(run.problem().board.chip), shared_(run), queues_(2 * run.problem().board.cores()) {}

  bool wants_shape() const override { return true; }

  StepTiming time(const StepFacts& facts) override {
    begin(facts);
    for (now_ = 0; now_ < static_cast<std::int64_t>(due_.size()); ++now_) run_slice();
    return finish();
  }

 private:
  using Way = TrainResources::Way;
  using Resource = TrainResources::Resource;
  using UnitState = TrainResources::UnitState;

  struct Due {
    std::uint32_t leg;
    std::int32_t packets;
  };
  struct LegState {
    const Way* way = nullptr;
    bool feeds_next = false;     // its packets are relayed over the next one
    std::int64_t left = 0;       // packets that have not gone over it
    std::int64_t lag = 0;        // cycles behind the train's own time, in an empty chip
    std::int64_t available = 0;  // when its last packet is there to go
    std::int64_t cost = 0;       // of integrating a packet, in parts of a cycle
    std::int64_t parts = 0;      // of a packet that it may send, of kWhole
    std::int64_t backlog = 0;    // that the last packet of those that just went found
    bool late = false;
  };
  /// Packets that came to a queue in one slice; they go together, each leg at the same pace.
  struct Batch {
    std::int64_t slice = 0;
    std::vector<Due> legs;
    std::int64_t packets = 0;
  };
  /// What waits at a core to enter the network: its own packets, or its relays.
  struct Queue {
    std::deque<Batch> batches;
    std::int64_t pace = 0;  // of the first batch, in this round, of kWhole
    bool listed = false;
    bool blocked = false;  // for the rest of this slice
    int tries = 0;         // in this slice, at less than the whole pace
  };

  void begin(const StepFacts& facts) {
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

  void enter(std::size_t i) {
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

  void enter(const LocalTrain& local) {
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

  void loop_back(std::int64_t slice, CoreId core, std::int64_t work) {
    if (local_due_.size() <= static_cast<std::size_t>(slice)) local_due_.resize(static_cast<std::size_t>(slice) + 1);
    local_due_[static_cast<std::size_t>(slice)].push_back({core, work});
    if (due_.size() < local_due_.size()) due_.resize(local_due_.size());
  }

  /// The unit cannot begin before its core has fired.
  void wait_for_firing(const FiringCore& core) {
    UnitState& u = shared_.unit_state(core.core);
    if (u.first_sent == INT64_MAX) return;
    u.first_sent = std::max(u.first_sent, core.cycles - u.way);
    u.end = std::max(u.end, core.cycles + u.work);
  }

  void done_at(CoreId core, std::int64_t cycle) {
    if (cycle <= compute_end_) return;
    compute_end_ = cycle;
    slowest_ = core;
  }

  void add_due(std::int64_t slice, std::size_t leg, std::int64_t packets) {
    const auto at = static_cast<std::size_t>(slice);
    if (due_.size() <= at) due_.resize(at + 1);
    due_[at].push_back({static_cast<std::uint32_t>(leg), static_cast<std::int32_t>(packets)});
  }

  void run_slice() {
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

  static std::size_t queue_of(const Way& way) { return 2 * way.from.value() + (way.relayed ? 1 : 0); }

  void arrive(std::uint32_t i, std::int64_t packets) {
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

  std::int64_t delay_to_next(std::size_t i) const {
    return rounded(legs_[i + 1].lag, slice_) - rounded(legs_[i].lag, slice_);
  }

  /// Every resource gives all that ask for it the same share of what they ask for. Packets leave a core in the order in
  /// which they came: what came together goes no faster than the slowest of it. False: nothing went.
  bool share_out() {
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

  /// Calls visit(queue, leg) or visit(queue, leg, packets) for what the first batches hold.
  template <class Visit>
  void for_each_sending(Visit&& visit) {
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

  /// Relays go before a core's own packets; so do those that come of a packet within the slice.
  void ask_for_port(const Queue& q) {
    for (const Due& d : q.batches.front().legs) {
      const Way& way = *legs_[d.leg].way;
      shared_.asked_of(shared_.port(way), way.relayed) += way.flits * kPart * d.packets;
      for (std::size_t i = d.leg; legs_[i].feeds_next && delay_to_next(i) == 0; ++i) {
        const Way& next = *legs_[i + 1].way;
        shared_.asked_of(shared_.port(next), true) += next.flits * kPart * d.packets;
      }
    }
  }

  bool send_all() {
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

  /// Sends the first batch of a queue at its pace; the next one has its turn in the next round.
  bool send(Queue& q) {
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

  /// The part of what the leg asks for that its scarcest resource gives, of kWhole.
  std::int64_t share_of(const LegState& s) {
    std::int64_t share = kWhole;
    for_each_need(s, [&](const Resource& r, std::int64_t) {
      share = std::min(share, TrainResources::part_of(r.left, r.demand));
    });
    return share;
  }

  /// Calls visit(resource, parts of a cycle for a packet) for all that a packet needs beyond its port; of a forked one
  /// for its tree, and where each leg ends.
  template <class Visit>
  void for_each_need(const LegState& s, Visit&& visit) {
    const Way& way = *s.way;
    if (!way.forked) return shared_.for_each_resource(way, s.cost, visit);
    shared_.for_each_link(way.tree_begin, way.tree_end, way.flits, visit);
    const LegState* leg = &s;
    for (std::uint32_t l = 0; l < way.legs; ++l) shared_.for_each_end(*leg[l].way, leg[l].cost, visit);
  }

  /// What is left waits for the next slice.
  void close() {
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

  /// Sends up to so many packets, as many as the resources have room for.
  std::int64_t go(std::size_t i, std::int64_t packets) {
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

  /// What the last of so many packets finds before it where most waits, in parts of a cycle.
  std::int64_t backlog_of(const LegState& s, std::int64_t packets) {
    std::int64_t backlog = 0;
    const auto look = [&](const Resource& r, std::int64_t cost) {
      backlog = std::max(backlog, r.queue + cost * (packets - 1));
    };
    look(shared_.port(*s.way), s.way->flits * kPart);
    shared_.for_each_resource(*s.way, s.cost, look);
    return backlog;
  }

  /// So many packets have gone over a leg.
  void land(std::size_t i, std::int64_t packets, bool late) {
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

  /// Relays that have waited for more than the slice in which they came: what comes and goes within one is not told.
  void note_peak(std::size_t number) {
    if (number % 2 == 0) return;
    std::int64_t held = 0;
    for (const Batch& batch : queues_[number].batches) {
      if (batch.slice < now_) held += batch.packets;
    }
    UnitState& u = shared_.unit_state(CoreId(number / 2));
    u.peak_relays = std::max(u.peak_relays, held);
  }

  StepTiming finish() {
    for (const CoreId core : shared_.cores_used()) {
      const UnitState& u = shared_.unit_state(core);
      done_at(core, u.end);
      note_buffers(core, u);
    }
    std::int64_t end = std::max(network_end_, compute_end_);
    const chips::EdgeLink& host = chip_.host_link;
    if (facts_->host_up_flits > 0) {
      const std::int64_t flits = facts_->host_up_flits * host.cycles_per_flit.value;
      end =
          std::max(end, std::max(up_last_ + host.cycles_per_flit.value, up_first_ + flits) + host.latency_cycles.value);
    }
    StepTiming timing;
    timing.duration = std::max<std::int64_t>(1, end);
    timing.compute = compute_end_;
    timing.slowest_core = slowest_;
    timing.network = network_end_;
    return timing;
  }

  void note_buffers(CoreId core, const UnitState& u) {
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

  ChipRun& run_;
  const chips::Chip& chip_;
  TrainResources shared_;

  // The step in work.
  const StepFacts* facts_ = nullptr;
  std::int64_t slice_ = 1;             // cycles
  std::int64_t now_ = 0;               // slice
  std::vector<Queue> queues_;          // by core: own packets, relays
  std::vector<LegState> legs_;         // by StepFacts::legs
  std::vector<std::vector<Due>> due_;  // by slice: packets that get to a leg
  std::vector<std::vector<std::pair<CoreId, std::int64_t>>> local_due_;
  std::vector<std::size_t> waiting_;  // queues with packets
  std::int64_t network_end_ = 0, compute_end_ = 0, up_first_ = 0, up_last_ = 0;
  CoreId slowest_;  // that was done at compute_end_
};

}  // namespace

std::unique_ptr<StepTimer> make_train_timing(ChipRun& run) { return std::make_unique<TrainTimer>(run); }

}  // namespace ranvier::sim
