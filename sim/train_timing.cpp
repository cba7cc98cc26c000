// SPDX-License-Identifier: Apache-2.0
#include "sim/train_timing.h"

#include <algorithm>
#include <deque>
#include <type_traits>

#include "mapper/mesh.h"
#include "mapper/work.h"
#include "sim/network_timing.h"

namespace ranvier::sim {
namespace {

constexpr std::int64_t kPart = 256;    // capacities and costs in parts of a cycle
constexpr std::int64_t kWhole = 4096;  // shares
constexpr int kRounds = 8;             // in which a slice is shared out

std::int64_t rounded(std::int64_t n, std::int64_t d) { return (n + d / 2) / d; }

class TrainTimer final : public StepTimer {
 public:
  explicit TrainTimer(ChipRun& run)
      : run_(run),
        chip_(run.problem().board.chip),
        links_(mapper::link_count(run.problem().board)),
        cores_(run.problem().board.cores()),
        cost_(links_),
        buffered_flits_(chip_.noc.buffer_flits.value * chip_.noc.virtual_channels.value),
        resources_(links_ + kUnits * cores_),
        units_(cores_),
        queues_(2 * cores_) {
    const chips::Board& board = run.problem().board;
    const MeshSpec mesh = mesh_of(board);
    for (std::size_t f = 0; f < run.flows().size(); ++f) {
      const FlowPath& path = run.flows()[f];
      for (const Leg& leg : path.legs) {
        Way way;
        way.begin = static_cast<std::uint32_t>(way_links_.size());
        way.zero_load = zero_load_cycles(mesh, leg.from, leg.to, path.flits);
        way.flits = path.flits;
        way.from = leg.from;
        way.to = leg.to;
        way.relayed = leg.relayed;
        way.ends_on_core = !path.to_device && !run.flows().is_readout(f);
        mapper::for_each_xy_link(board, leg.from, leg.to, [&](LinkId link) {
          cost_[link.value()] = mapper::cycles_per_flit(board, link) * kPart;
          way_links_.push_back(static_cast<std::uint32_t>(link.value()));
        });
        way.end = static_cast<std::uint32_t>(way_links_.size());
        ways_.push_back(way);
      }
    }
  }

  bool wants_shape() const override { return true; }

  StepTiming time(const StepFacts& facts) override {
    begin(facts);
    for (now_ = 0; now_ < static_cast<std::int64_t>(due_.size()); ++now_) run_slice();
    return finish();
  }

 private:
  // Resources: links, then of each core these.
  enum Unit : std::size_t { kInjection, kEjection, kIntegration, kRelay, kUnits };

  /// A leg's links in way_links_.
  struct Way {
    std::uint32_t begin = 0, end = 0;
    std::int64_t zero_load = 0;
    std::int64_t flits = 1;
    CoreId from, to;
    bool relayed = false;
    bool ends_on_core = true;  // else at the host
  };
  struct Resource {
    std::int64_t slice = -1;  // that the rest is of
    std::int64_t queue = 0;   // work that it has, in parts of a cycle
    std::int64_t left = 0;    // work that it takes on in this slice
    std::int64_t demand = 0;  // asked for in round `round`
    std::int64_t prior = 0;   // and by those that go first
    std::int64_t round = -1;
  };
  /// An integrating unit's queue, and where its work ends.
  struct UnitState {
    std::int64_t packets = 0, work = 0;  // of the whole step; cycles
    std::int64_t first_arrival = INT64_MAX;
    std::int64_t slice = 0;  // that `queue` is at the beginning of
    std::int64_t queue = 0;  // parts of a cycle
    std::int64_t end = 0;    // cycles
    std::int64_t peak_relays = 0, peak_queue = 0;
  };
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

  std::size_t unit(Unit u, CoreId core) const { return links_ + u * cores_ + core.value(); }
  const Way& way_of(const LegTrain& t) const { return ways_[run_.flows()[t.flow].first_leg + t.leg]; }

  void begin(const StepFacts& facts) {
    facts_ = &facts;
    slice_ = facts.slice_cycles;
    due_.clear();
    legs_.assign(facts.legs.size(), {});
    for (Resource& r : resources_) r.slice = -1;
    for (const CoreId core : used_) units_[core.value()] = {};
    used_.clear();
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
    for (const CoreId core : used_) {
      UnitState& u = units_[core.value()];
      if (u.first_arrival == INT64_MAX) continue;
      // Nothing can be done before the first event is there.
      u.slice = u.first_arrival / slice_;
      u.queue += u.first_arrival % slice_ * kPart;
    }
  }

  void enter(std::size_t i) {
    const LegTrain& t = facts_->legs[i];
    LegState& s = legs_[i];
    const CellTrain& train = facts_->trains[t.train];
    s.left = t.packets;
    s.cost = t.integrate * kPart / t.packets;
    s.way = &way_of(t);
    const bool relayed = s.way->relayed;
    if (relayed) legs_[i - 1].feeds_next = true;
    s.lag = relayed ? legs_[i - 1].lag + legs_[i - 1].way->zero_load + chip_.core.relay_cycles.value : t.offset;
    if (s.way->ends_on_core) {
      UnitState& u = used(s.way->to);
      u.packets += t.packets;
      u.work += t.integrate;
      u.first_arrival = std::min(u.first_arrival, train.first + s.lag + s.way->zero_load);
    }
    if (relayed) return;
    s.available = train.last + s.lag;
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
    UnitState& u = used(local.core);
    u.work += local.integrate;
    if (local.train == LocalTrain::kNoTrain) {
      u.queue += local.integrate * kPart;
      u.first_arrival = 0;
      u.end = std::max(u.end, local.integrate);
      return;
    }
    const CellTrain& train = facts_->trains[local.train];
    u.first_arrival = std::min(u.first_arrival, train.first);
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
    UnitState& u = units_[core.core.value()];
    if (u.first_arrival == INT64_MAX) return;
    u.first_arrival = std::max(u.first_arrival, core.cycles);
    u.end = std::max(u.end, core.cycles + u.work);
  }

  void done_at(CoreId core, std::int64_t cycle) {
    if (cycle <= compute_end_) return;
    compute_end_ = cycle;
    slowest_ = core;
  }

  UnitState& used(CoreId core) {
    UnitState& u = units_[core.value()];
    if (u.packets == 0 && u.work == 0 && u.first_arrival == INT64_MAX) used_.push_back(core);
    return u;
  }

  void add_due(std::int64_t slice, std::size_t leg, std::int64_t packets) {
    const auto at = static_cast<std::size_t>(slice);
    if (due_.size() <= at) due_.resize(at + 1);
    due_[at].push_back({static_cast<std::uint32_t>(leg), static_cast<std::int32_t>(packets)});
  }

  /// The queue of a core's integrating unit at the beginning of this slice.
  UnitState& queue_now(CoreId core) {
    UnitState& u = units_[core.value()];
    if (u.slice < now_) {
      u.queue = std::max<std::int64_t>(0, u.queue - (now_ - u.slice) * slice_ * kPart);
      u.slice = now_;
    }
    return u;
  }

  Resource& resource(std::size_t index) {
    Resource& r = resources_[index];
    if (r.slice == now_) return r;
    const std::int64_t slice = slice_ * kPart;
    const std::int64_t queue = r.slice < 0 ? 0 : std::max<std::int64_t>(0, r.queue - (now_ - r.slice) * slice);
    r = {now_, queue, slice - queue, 0};
    if (index < links_) {
      r.left += buffered_flits_ * cost_[index];  // in the buffers before the link
    } else if (index >= links_ + kIntegration * cores_ && index < links_ + kRelay * cores_) {
      const UnitState& u = queue_now(CoreId(index - links_ - kIntegration * cores_));
      // The FIFO takes what the unit has not come to.
      const std::int64_t mean = u.packets > 0 ? u.work * kPart / u.packets : 0;
      r.queue = 0;
      r.left = slice + chip_.core.receive_fifo_events.value * mean - u.queue;
    }
    return r;
  }

  /// Calls visit(resource, parts of a cycle for a packet) for all that a packet of the leg needs beyond its port.
  template <class Visit>
  void for_each_resource(const LegState& s, Visit&& visit) {
    const Way& way = *s.way;
    if (way.relayed) visit(resource(unit(kRelay, way.from)), chip_.core.relay_cycles.value * kPart);
    for (std::uint32_t l = way.begin; l < way.end; ++l)
      visit(resource(way_links_[l]), way.flits * cost_[way_links_[l]]);
    visit(resource(unit(kEjection, way.to)), way.flits * kPart);
    if (s.cost > 0 && way.ends_on_core) visit(resource(unit(kIntegration, way.to)), s.cost);
  }

  void run_slice() {
    const auto at = static_cast<std::size_t>(now_);
    if (at < local_due_.size()) {
      for (const auto& [core, work] : local_due_[at]) integrate(core, work, 0);
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
      units_[way.from.value()].peak_relays = std::max<std::int64_t>(1, units_[way.from.value()].peak_relays);
  }

  std::int64_t delay_to_next(std::size_t i) const {
    return rounded(legs_[i + 1].lag, slice_) - rounded(legs_[i].lag, slice_);
  }

  /// Every resource gives all that ask for it the same share of what they ask for. Packets leave a core in the order in
  /// which they came: what came together goes no faster than the slowest of it. False: nothing went.
  bool share_out() {
    std::sort(waiting_.begin(), waiting_.end());
    ++round_;
    for (const std::size_t number : waiting_) {
      Queue& q = queues_[number];
      q.pace = q.batches.empty() || q.blocked ? -1 : kWhole;
      if (q.pace >= 0) ask_for_port(q);
    }
    for_each_sending([&](Queue& q, const LegState& s) { q.pace = std::min(q.pace, share_of_port(*s.way)); });
    for_each_sending([&](Queue& q, const LegState& s, std::int64_t packets) {
      for_each_resource(s, [&](Resource& r, std::int64_t cost) {
        asked_of(r, false) += (cost * packets * q.pace + kWhole - 1) / kWhole;
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
      asked_of(resource(unit(kInjection, way.from)), way.relayed) += way.flits * kPart * d.packets;
      for (std::size_t i = d.leg; legs_[i].feeds_next && delay_to_next(i) == 0; ++i) {
        const Way& next = *legs_[i + 1].way;
        asked_of(resource(unit(kInjection, next.from)), true) += next.flits * kPart * d.packets;
      }
    }
  }

  std::int64_t share_of_port(const Way& way) {
    const Resource& r = resource(unit(kInjection, way.from));
    return way.relayed ? part_of(r.left, r.prior) : part_of(r.left - r.prior, r.demand);
  }

  static std::int64_t part_of(std::int64_t left, std::int64_t asked) {
    return asked <= left ? kWhole : std::max<std::int64_t>(0, left) / kPart * kWhole / (asked / kPart + 1);
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

  std::int64_t& asked_of(Resource& r, bool first) {
    if (r.round != round_) r.demand = r.prior = 0;
    r.round = round_;
    return first ? r.prior : r.demand;
  }

  /// The part of what the leg asks for that its scarcest resource gives, of kWhole.
  std::int64_t share_of(const LegState& s) {
    std::int64_t share = kWhole;
    for_each_resource(s, [&](const Resource& r, std::int64_t) { share = std::min(share, part_of(r.left, r.demand)); });
    return share;
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
    Resource& port = resource(unit(kInjection, way.from));
    room(port, way.flits * kPart);
    for_each_resource(s, room);
    if (packets <= 0) return 0;
    std::int64_t backlog = 0;
    const auto take = [&](Resource& r, std::int64_t cost) {
      r.left -= cost * packets;
      r.queue += cost * packets;
      backlog = std::max(backlog, r.queue);
    };
    take(port, way.flits * kPart);
    for_each_resource(s, take);
    s.left -= packets;
    // What a slice does not get through waits on the way.
    const std::int64_t wait = std::max<std::int64_t>(0, backlog / kPart - slice_);
    if (way.ends_on_core) integrate(way.to, s.cost * packets, way.zero_load + wait);
    if (s.feeds_next) {
      if (const std::int64_t delay = delay_to_next(i) + rounded(wait, slice_); delay > 0) {
        add_due(now_ + delay, i + 1, packets);
      } else {
        arrive(static_cast<std::uint32_t>(i + 1), packets);
      }
    }
    if (s.left > 0) return packets;
    const bool waits = s.late || wait > 0;
    const std::int64_t gone = std::max(s.available, waits ? now_ * slice_ + backlog / kPart : 0);
    const std::int64_t there = gone + way.zero_load;
    network_end_ = std::max(network_end_, there);
    if (s.feeds_next) legs_[i + 1].available = there + chip_.core.relay_cycles.value;
    if (way.ends_on_core) {
      UnitState& u = units_[way.to.value()];
      u.end = std::max(u.end, there + s.cost / kPart);
    } else {
      up_first_ = std::min(up_first_, facts_->trains[facts_->legs[i].train].first + s.lag + way.zero_load);
      up_last_ = std::max(up_last_, there);
    }
    return packets;
  }

  void integrate(CoreId core, std::int64_t work, std::int64_t zero_load) {
    UnitState& u = queue_now(core);
    u.queue += work;
    u.peak_queue = std::max(u.peak_queue, u.queue);
    const std::int64_t shift = u.slice > now_ ? (u.slice - now_) * slice_ : 0;
    u.end = std::max(u.end, now_ * slice_ + std::max(shift, zero_load % slice_) + u.queue / kPart);
  }

  /// Relays that have waited for more than the slice in which they came: what comes and goes within one is not told.
  void note_peak(std::size_t number) {
    if (number % 2 == 0) return;
    std::int64_t held = 0;
    for (const Batch& batch : queues_[number].batches) {
      if (batch.slice < now_) held += batch.packets;
    }
    UnitState& u = units_[number / 2];
    u.peak_relays = std::max(u.peak_relays, held);
  }

  StepTiming finish() {
    for (const CoreId core : used_) {
      const UnitState& u = units_[core.value()];
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
  std::size_t links_, cores_;
  std::vector<std::int64_t> cost_;  // by link: of a flit, in parts of a cycle
  std::vector<Way> ways_;           // by leg of the flow table
  std::vector<std::uint32_t> way_links_;
  std::int64_t buffered_flits_;  // that wait for a link in the buffers of one input

  // The step in work.
  const StepFacts* facts_ = nullptr;
  std::int64_t slice_ = 1;  // cycles
  std::int64_t now_ = 0;    // slice
  std::int64_t round_ = 0;  // since the run began
  std::vector<Resource> resources_;
  std::vector<UnitState> units_;  // by core
  std::vector<Queue> queues_;     // by core: own packets, relays
  std::vector<CoreId> used_;
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
