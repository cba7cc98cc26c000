// SPDX-License-Identifier: Apache-2.0
#include "sim/analytic_timing.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "mapper/mesh.h"
#include "mapper/work.h"
#include "sim/fluid_queue.h"
#include "sim/network_timing.h"

namespace ranvier::sim {
namespace {

class AnalyticTimer final : public StepTimer {
 public:
  explicit AnalyticTimer(ChipRun& run)
      : run_(run),
        chip_(run.problem().board.chip),
        links_(mapper::link_count(run.problem().board)),
        cores_(run.problem().board.cores()),
        servers_(links_ + kUnits * cores_) {
    const chips::Board& board = run.problem().board;
    const MeshSpec mesh = mesh_of(board);
    for (std::size_t f = 0; f < run.flows().size(); ++f) {
      const FlowPath& path = run.flows()[f];
      owner_.clear();
      for (std::size_t l = 0; l < path.legs.size(); ++l) add_way(board, mesh, path, l);
    }
  }

  StepTiming time(const StepFacts& facts) override {
    facts_ = &facts;
    legs_.assign(facts.legs.size(), {});
    // First the waits of trains as they are sent. Then relayed ones come as late and as thin as what feeds them, and
    // sources stop where FIFOs are full.
    pass_network();
    pay_bursts_once();
    hold_sources();
    pass_network();
    return finish();
  }

 private:
  // Servers: links, then of each core these.
  enum Unit : std::size_t { kInjection, kEjection, kRelay, kIntegration, kUnits };
  struct Hop {
    std::uint32_t link;
    std::int32_t after;  // cycles from the source queue to the link, in an empty network
    std::int32_t cycles_per_flit;
  };
  struct Way {
    std::uint32_t begin, end;  // into hops_; of a forked train those that no leg before it has
    std::int64_t zero_load;
    std::uint32_t branch = 0;  // forked: the leg that it goes with until then
  };
  struct LegState {
    double made_first = 0, made_last = 0;    // when its packets are there to go,
    double first = 0, last = 0;              // and when what is before them in their core has let them
    double wait = 0;                         // of its last packet in the network
    double first_bound = 0, last_bound = 0;  // that are known so far of first and last
    double late() const { return std::max(0.0, last_bound - made_last); }
  };
  struct Server {
    std::vector<Inflow> inflows;
    std::vector<std::uint32_t> legs;  // of the inflows; kNoLeg: nobody asks for the wait
  };
  static constexpr std::uint32_t kNoLeg = UINT32_MAX;

  void add_way(const chips::Board& board, const MeshSpec& mesh, const FlowPath& path, std::size_t l) {
    const Leg& leg = path.legs[l];
    Way way{static_cast<std::uint32_t>(hops_.size()), 0, zero_load_cycles(mesh, leg.way, path.flits)};
    std::int32_t after = mesh.timing.inject;
    for_each_leg_link(board, path, leg, [&](LinkId link) {
      after += mesh.head_setup();
      const auto [owner, mine] = owner_.try_emplace(link, static_cast<std::uint32_t>(l));
      if (mine || !path.forked) {
        hops_.push_back({link.value(), after, static_cast<std::int32_t>(mapper::cycles_per_flit(board, link))});
      } else {
        way.branch = owner->second;
      }
      after += mapper::crosses_chip(board, link)                ? mesh.edge_hop()
               : mapper::vertical(mapper::link_direction(link)) ? mesh.timing.vertical_hop()
                                                                : mesh.timing.hop();
    });
    way.end = static_cast<std::uint32_t>(hops_.size());
    ways_.push_back(way);
  }

  /// Goes with leg 0 of its train as far as their ways are one.
  bool forked_off(const LegTrain& t) const { return t.leg > 0 && run_.flows()[t.flow].forked; }
  const Leg& leg_of(const LegTrain& t) const { return run_.flows()[t.flow].legs[t.leg]; }
  const Way& way_of(const LegTrain& t) const { return ways_[run_.flows()[t.flow].first_leg + t.leg]; }
  bool ends_on_core(const LegTrain& t) const {
    return !run_.flows()[t.flow].to_device && !run_.flows().is_readout(t.flow);
  }
  std::size_t unit(Unit u, CoreId core) const { return links_ + u * cores_ + core.value(); }

  /// `work` of leg `leg` comes to a server from `first` to `last`, in so many pieces.
  void flow_to(std::size_t server, double first, double last, double work, std::int64_t pieces, std::uint32_t leg) {
    if (work <= 0) return;
    Server& s = servers_[server];
    if (s.inflows.empty()) used_.push_back(server);
    s.inflows.push_back({first, last + work / static_cast<double>(pieces), work, 0});
    s.legs.push_back(leg);
  }

  void pass_network() {
    for (std::size_t i = 0; i < legs_.size(); ++i) enter(static_cast<std::uint32_t>(i));
    for (LegState& s : legs_) s.wait = 0;
    for (const std::size_t u : used_) {
      Server& server = servers_[u];
      queue_.serve(server.inflows);
      if (is_injection(u)) let_relays_first(server);
      for (std::size_t k = 0; k < server.inflows.size(); ++k) {
        double& wait = legs_[server.legs[k]].wait;
        wait = std::max(wait, server.inflows[k].wait);
      }
    }
    for (std::size_t i = 0; i < legs_.size(); ++i) {
      const LegTrain& t = facts_->legs[i];
      if (forked_off(t)) legs_[i].wait = std::max(legs_[i].wait, legs_[i - t.leg + way_of(t).branch].wait);
    }
    clear();
  }

  bool is_injection(std::size_t server) const {
    return server >= unit(kInjection, CoreId(0)) && server < unit(kInjection, CoreId(0)) + cores_;
  }

  /// Of a core's way in: relays wait for relays only.
  void let_relays_first(Server& server) {
    relays_.clear();
    for (std::size_t k = 0; k < server.inflows.size(); ++k) {
      if (leg_of(facts_->legs[server.legs[k]]).relayed) relays_.push_back(server.inflows[k]);
    }
    if (relays_.empty() || relays_.size() == server.inflows.size()) return;
    queue_.serve(relays_);
    std::size_t next = 0;
    for (std::size_t k = 0; k < server.inflows.size(); ++k) {
      if (leg_of(facts_->legs[server.legs[k]]).relayed) server.inflows[k].wait = relays_[next++].wait;
    }
  }

  /// Before relayed trains are known to come thinned out, each link of a chain seems to make the same burst wait again.
  void pay_bursts_once() {
    double paid = 0;
    for (std::size_t i = 0; i < legs_.size(); ++i) {
      if (!leg_of(facts_->legs[i]).relayed) paid = 0;
      const double wait = legs_[i].wait;
      legs_[i].wait = std::max(0.0, wait - paid);
      paid = std::max(paid, wait);
    }
  }

  void clear() {
    for (const std::size_t u : used_) {
      servers_[u].inflows.clear();
      servers_[u].legs.clear();
    }
    used_.clear();
  }

  void enter(std::uint32_t i) {
    const LegTrain& t = facts_->legs[i];
    const CellTrain& train = facts_->trains[t.train];
    const Leg& leg = leg_of(t);
    LegState& s = legs_[i];
    if (leg.relayed) {
      const auto relay = static_cast<double>(chip_.core.relay_cycles.value);
      s.first = there_first(i - 1);
      s.last = there_last(i - 1);
      flow_to(unit(kRelay, leg.from), s.first, s.last, relay * static_cast<double>(t.packets), t.packets, i);
      s.made_first = s.first + relay;
      s.made_last = s.last + relay;
    } else {
      s.made_first = static_cast<double>(train.first + t.offset);
      s.made_last = static_cast<double>(train.last + t.offset);
    }
    s.first = std::max(s.made_first, s.first_bound);
    s.last = std::max({s.first, s.made_last, s.last_bound});
    if (forked_off(t)) {
      s.first = legs_[i - t.leg].first;
      s.last = legs_[i - t.leg].last;
    }
    const Way& way = way_of(t);
    const auto flits = static_cast<double>(t.packets * run_.flows()[t.flow].flits);
    if (!forked_off(t)) flow_to(unit(kInjection, leg.from), s.first, s.last, flits, t.packets, i);
    for (std::uint32_t h = way.begin; h < way.end; ++h) {
      const Hop& hop = hops_[h];
      flow_to(hop.link, s.first + hop.after, s.last + hop.after, flits * hop.cycles_per_flit, t.packets, i);
    }
    const auto zero_load = static_cast<double>(way.zero_load);
    flow_to(unit(kEjection, leg.to), s.first + zero_load, s.last + zero_load, flits, t.packets, i);
  }

  /// At the end of leg i.
  double there_first(std::size_t i) const {
    return legs_[i].first + static_cast<double>(way_of(facts_->legs[i]).zero_load);
  }
  double there_last(std::size_t i) const {
    return legs_[i].last + legs_[i].wait + static_cast<double>(way_of(facts_->legs[i]).zero_load);
  }

  /// What the network delivers and what never enters it, as it comes to the integrating units.
  void flow_to_units() {
    for (std::uint32_t i = 0; i < legs_.size(); ++i) {
      const LegTrain& t = facts_->legs[i];
      if (!ends_on_core(t)) continue;
      flow_to(unit(kIntegration, leg_of(t).to), there_first(i), there_last(i), static_cast<double>(t.integrate),
              t.packets, i);
    }
    for (const LocalTrain& local : facts_->locals) {
      const bool due = local.train == LocalTrain::kNoTrain;
      const auto first = due ? 0.0 : static_cast<double>(facts_->trains[local.train].first);
      const auto last = due ? 0.0 : static_cast<double>(facts_->trains[local.train].last);
      flow_to(unit(kIntegration, local.core), first, last, static_cast<double>(local.integrate), due ? 1 : local.events,
              kNoLeg);
    }
    std::sort(used_.begin(), used_.end());
    if (!mapper::units_take_turns(chip_.core)) return;
    for (const FiringCore& core : facts_->firing) {
      for (Inflow& f : servers_[unit(kIntegration, core.core)].inflows) {
        f.begin = std::max(f.begin, static_cast<double>(core.cycles));
        f.end = std::max(f.end, static_cast<double>(core.cycles));
      }
    }
  }

  /// A packet that neither the FIFO of its destination nor the buffers on its way can take stays in its source and
  /// holds up what was made after it.
  void hold_sources() {
    flow_to_units();
    held_.clear();
    for (const std::size_t u : used_) {
      Server& server = servers_[u];
      queue_.serve(server.inflows);
      for (std::size_t k = 0; k < server.inflows.size(); ++k) {
        const std::uint32_t i = server.legs[k];
        if (i == kNoLeg) continue;
        const double each = server.inflows[k].work / static_cast<double>(facts_->legs[i].packets);
        const double held = server.inflows[k].wait - each * room_before(facts_->legs[i]);
        if (held > 1) held_.push_back({forked_off(facts_->legs[i]) ? i - facts_->legs[i].leg : i, held});
      }
    }
    clear();
    if (held_.empty()) return;
    order_.resize(legs_.size());
    std::iota(order_.begin(), order_.end(), 0u);
    std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::tuple(queue_of(a), legs_[a].made_last, a) < std::tuple(queue_of(b), legs_[b].made_last, b);
    });
    for (const auto& [i, held] : held_) legs_[i].last_bound = std::max(legs_[i].last_bound, legs_[i].last + held);
    double late = 0;
    for (std::size_t k = 1; k < order_.size(); ++k) {
      const LegState& before = legs_[order_[k - 1]];
      LegState& s = legs_[order_[k]];
      late = same_queue(order_[k - 1], order_[k]) ? std::max(late, before.late()) : 0;
      if (late == 0) continue;
      s.last_bound = std::max(s.last_bound, s.made_last + late);
      // Its first packet waits for what was made before it.
      for (std::size_t b = k; b-- > 0 && same_queue(order_[b], order_[k]);) {
        if (legs_[order_[b]].made_last > s.made_first) continue;
        s.first_bound = std::max(s.first_bound, s.made_first + legs_[order_[b]].late());
        break;
      }
    }
  }

  /// Source queue of a leg: relays do not wait for the core's own.
  std::pair<CoreId, bool> queue_of(std::uint32_t i) const {
    const Leg& leg = leg_of(facts_->legs[i]);
    return {leg.from, leg.relayed};
  }
  bool same_queue(std::uint32_t a, std::uint32_t b) const { return queue_of(a) == queue_of(b); }

  /// Packets of the leg that its destination's FIFO and the buffers between can hold.
  double room_before(const LegTrain& t) const {
    const Way& way = way_of(t);
    const auto buffers = static_cast<double>((way.end - way.begin + 2) * chip_.noc.buffer_flits.value *
                                             chip_.noc.virtual_channels.value);
    return static_cast<double>(chip_.core.receive_fifo_events.value) +
           buffers / static_cast<double>(run_.flows()[t.flow].flits);
  }

  StepTiming finish() {
    double network = 0, compute = 0, up_first = 1e300, up_last = 0;
    for (std::uint32_t i = 0; i < legs_.size(); ++i) {
      network = std::max(network, there_last(i));
      if (ends_on_core(facts_->legs[i])) continue;
      up_first = std::min(up_first, there_first(i));
      up_last = std::max(up_last, there_last(i));
    }
    flow_to_units();
    CoreId slowest;
    const auto done_at = [&](CoreId core, double cycle) {
      if (cycle <= compute) return;
      compute = cycle;
      slowest = core;
    };
    for (const FiringCore& core : facts_->firing) done_at(core.core, static_cast<double>(core.cycles));
    for (const std::size_t u : used_)
      done_at(CoreId(u - unit(kIntegration, CoreId(0))), queue_.serve(servers_[u].inflows));
    clear();
    double end = std::max(network, compute);
    if (facts_->host_up_flits > 0) {
      const auto per_flit = static_cast<double>(chip_.host_link.cycles_per_flit.value);
      const double flits = static_cast<double>(facts_->host_up_flits) * per_flit;
      end = std::max(end, std::max(up_last + per_flit, up_first + flits) +
                              static_cast<double>(chip_.host_link.latency_cycles.value));
    }
    StepTiming timing;
    timing.duration = std::max<std::int64_t>(1, std::llround(end));
    timing.compute = std::llround(compute);
    timing.network = std::llround(network);
    timing.slowest_core = slowest;
    return timing;
  }

  ChipRun& run_;
  const chips::Chip& chip_;
  std::size_t links_, cores_;
  std::vector<Hop> hops_;
  std::vector<Way> ways_;  // by leg of the flow table
  std::map<LinkId, std::uint32_t> owner_;  // of the links of one flow: the first leg that crosses it
  const StepFacts* facts_ = nullptr;
  std::vector<LegState> legs_;                          // by StepFacts::legs
  std::vector<Server> servers_;                         // links, then units
  std::vector<std::size_t> used_;                       // servers with inflows
  std::vector<std::pair<std::uint32_t, double>> held_;  // legs, cycles
  std::vector<Inflow> relays_;
  std::vector<std::uint32_t> order_;  // legs by source queue, as made
  FluidQueue queue_;
};

}  // namespace

std::unique_ptr<StepTimer> make_analytic_timing(ChipRun& run) { return std::make_unique<AnalyticTimer>(run); }

}  // namespace ranvier::sim
