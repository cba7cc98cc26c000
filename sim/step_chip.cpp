// SPDX-License-Identifier: Apache-2.0
#include "sim/step_chip.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <exception>
#include <memory>

#include "mapper/mesh.h"
#include "mapper/work.h"
#include "sim/analytic_timing.h"
#include "sim/step_facts.h"
#include "sim/step_time.h"
#include "sim/tile_trains.h"
#include "sim/train_timing.h"
#include "workloads/parallel_parts.h"

namespace ranvier::sim {
namespace {

constexpr std::int64_t kSlices = 64;  // of a step, about: how finely the shape of its trains is told
constexpr std::int64_t kShortestSlice = 8;

/// A train on its way into a tile: over a leg, or on the core that the tile shares with its source.
struct Arrival {
  const CellEvents* cell = nullptr;
  bool zeros = false;  // the flow carries them
  const Target* target = nullptr;
  std::uint32_t leg = UINT32_MAX;    // index into StepFacts::legs
  std::uint32_t local = UINT32_MAX;  // or into StepFacts::locals; neither: it takes no core any time
};

class StepChip {
 public:
  StepChip(ChipRun& run, const SimOptions& options)
      : run_(run),
        chip_(run.problem().board.chip),
        parallel_(options.threads != 1),
        timer_(options.fidelity == Fidelity::kFast ? make_train_timing(run) : make_analytic_timing(run)),
        link_flits_(mapper::link_count(run.problem().board)),
        in_step_(link_flits_.size()),
        unit_end_(2 * run.problem().board.cores()),
        arrivals_(run.problem().tiles.size()) {}

  void run_images() {
    bool resumes = run_.resumed() != nullptr;
    if (resumes) restore(*run_.resumed());
    for (;; resumes = false) {
      if (!resumes && run_.stop_at_boundary([this](StateWriter& w) { save(w); })) return;
      if (run_.in_image() && run_.image_done()) {
        readout();
        run_.end_image();
        continue;
      }
      if (!run_.in_image()) {
        if (!run_.more_images()) return;
        run_.begin_image();
      }
      step();
    }
  }

 private:
  // What is kept from step to step, for checkpoints.
  void save(StateWriter& w) const {
    w(now_);
    w.shaped(link_flits_);
  }
  void restore(StateReader& r) {
    r(now_);
    r.shaped(link_flits_);
    r.finish();
  }

  struct Fired : FiredTile {
    TileTrains trains;
    std::int64_t start = 0;  // on its core, since the step began
    std::size_t first_train = 0;
    std::vector<std::int64_t> host_times;  // by emission, of tiles without a core: out of the host link
  };

  void step() {
    run_.begin_step();
    facts_.clear();
    host_free_ = 0;
    const std::vector<HeldEvent> due = run_.take_due();
    fire();
    for (std::size_t i = 0; i < fired_count_; ++i) send(fired_[i]);
    take(due);
    deliver();
    note_links();
    if (timer_->wants_shape()) add_shapes();
    StepTiming timing = timer_->time(facts_);
    timing.start = now_;
    if (run_.device().used) {
      const mapper::DeviceStep& device = run_.device().steps[static_cast<std::size_t>(run_.step())];
      timing.duration =
          std::llround(mapper::with_device(run_.problem().board, device, static_cast<double>(timing.duration)));
    }
    end_by_policy(run_, timing);
    run_.end_step(timing, link_flits_);
    now_ += timing.duration;
    for (const std::size_t unit : units_used_) unit_end_[unit] = 0;
    units_used_.clear();
  }

  /// All tiles whose turn it is, shared by ranks and threads.
  void fire() {
    const std::vector<TileId>& firing = run_.firing();
    fired_count_ = firing.size();
    if (fired_.size() < fired_count_) fired_.resize(fired_count_);
    std::vector<FiredTile*> told;
    for (std::size_t i = 0; i < fired_count_; ++i) {
      fired_[i].tile = firing[i];
      fired_[i].emissions.clear();
      fired_[i].error = nullptr;
      told.push_back(&fired_[i]);
    }
    workloads::for_each_part(fired_count_, parallel_, [&](std::size_t i) {
      Fired& f = fired_[i];
      if (f.tile != TileId(0) && !run_.exchange().computes(f.tile)) return;
      try {
        f.cycles = run_.fire_core(f.tile, f.emissions);
      } catch (...) {
        f.error = std::current_exception();
      }
    });
    run_.exchange().fired(told);
    for (const FiredTile* f : told) {
      if (f->error) std::rethrow_exception(f->error);
    }
    const std::int64_t packet_cycles = run_.unicast() ? chip_.core.emit_cycles.value : 0;
    workloads::for_each_part(fired_count_, parallel_, [&](std::size_t i) {
      Fired& f = fired_[i];
      const bool on_core = run_.mapping().core_of[f.tile.value()].valid();
      f.trains.sort(run_.flows(), f.tile, f.emissions, on_core ? packet_cycles : 0);
    });
  }

  /// Books what a tile fired and sends its trains on their flows.
  void send(Fired& f) {
    run_.note_fired(f.tile, f.cycles, f.emissions);
    const CoreId core = run_.mapping().core_of[f.tile.value()];
    f.start = 0;
    if (core.valid()) {
      const std::int64_t more = f.trains.more_cycles();
      run_.tally().packet_cycles[f.tile.value()] += more;
      f.start = work(f.tile, CoreUnit::kFire, f.cycles.count() + more);
      facts_.firing.push_back({core, f.start + f.cycles.count() + more});
    } else {
      pass_host_link(f);
    }
    f.first_train = facts_.trains.size();
    for (std::size_t c = 0; c < f.trains.size(); ++c) {
      const CellEvents& cell = f.trains[c];
      facts_.trains.push_back(
          {f.tile, static_cast<std::int64_t>(cell.events.size()), f.start + cell.first, f.start + cell.last, 0});
      offset_ = 0;
      first_flow_ = true;
      for (const std::uint32_t flow : run_.flows().flows_of_cell(f.tile, cell.cell)) {
        const std::size_t events = cell.train(run_.flows()[flow].zeros).events.size();
        if (events == 0) continue;
        send_on(flow, cell, static_cast<std::int64_t>(events));
        first_flow_ = false;
      }
    }
  }

  void send_on(std::uint32_t flow, const CellEvents& cell, std::int64_t events) {
    const FlowPath& path = run_.flows()[flow];
    run_.tally().flow_events[flow] += events;
    const auto train = static_cast<std::uint32_t>(facts_.trains.size() - 1);
    if (path.from_host && path.to_device) {
      for (const Target& target : path.local)
        arrivals_of(target).push_back({&cell, path.zeros, &target, UINT32_MAX, UINT32_MAX});
      return;
    }
    if (!path.local.empty()) {
      run_.tally().local_events[flow] += events;
      const auto local = static_cast<std::uint32_t>(facts_.locals.size());
      if (path.delay > 0) {
        hold(path, path.local, cell);
      } else {
        facts_.locals.push_back({train, run_.mapping().core_of[path.source.value()], events, 0});
        for (const Target& target : path.local)
          arrivals_of(target).push_back({&cell, path.zeros, &target, UINT32_MAX, local});
      }
    }
    if (path.from_host || path.to_device) {
      const std::int64_t flits = events * static_cast<std::int64_t>(path.packets) * path.flits;
      run_.tally().host_flits[path.stage.value()] += flits;
      (path.from_host ? facts_.host_down_flits : facts_.host_up_flits) += flits;
    }
    for (std::size_t l = 0; l < path.legs.size(); ++l) {
      const Leg& leg = path.legs[l];
      const auto index = static_cast<std::uint32_t>(facts_.legs.size());
      // A tile of a unicast chip makes one packet after the other; the first one is the emission's own.
      if (run_.unicast() && !path.from_host && !(first_flow_ && l == 0)) offset_ += chip_.core.emit_cycles.value;
      send_over(flow, l, train, events, offset_);
      if (path.delay > 0) {
        hold(path, leg.targets, cell);
        continue;
      }
      for (const Target& target : leg.targets) {
        const std::uint32_t timed = path.to_device ? UINT32_MAX : index;
        arrivals_of(target).push_back({&cell, path.zeros, &target, timed, UINT32_MAX});
      }
    }
  }

  void send_over(std::size_t flow, std::size_t l, std::uint32_t train, std::int64_t events, std::int64_t offset) {
    const FlowPath& path = run_.flows()[flow];
    run_.count_leg(flow, l, events);
    facts_.legs.push_back({train, static_cast<std::uint32_t>(flow), static_cast<std::uint32_t>(l), events, offset, 0});
    mapper::for_each_xy_link(run_.problem().board, path.legs[l].from, path.legs[l].to, [&](LinkId link) {
      std::int64_t& flits = in_step_[link.value()];
      if (flits == 0) links_used_.push_back(link);
      flits += events * path.flits;
    });
  }

  /// Packets of the host enter one after the other: the trains of a tile without a core are timed by its link.
  void pass_host_link(Fired& f) {
    const std::int64_t per_flit = chip_.host_link.cycles_per_flit.value;
    f.host_times.clear();
    std::vector<bool> seen(f.trains.size());
    f.trains.for_each_emission(f.emissions, [&](std::uint32_t c, std::int64_t) {
      CellEvents& cell = f.trains[c];
      for (const std::uint32_t flow : run_.flows().flows_of_cell(f.tile, cell.cell)) {
        const FlowPath& path = run_.flows()[flow];
        if (!path.to_device) host_free_ += static_cast<std::int64_t>(path.packets) * path.flits * per_flit;
      }
      const std::int64_t at = host_free_ + chip_.host_link.latency_cycles.value;
      f.host_times.push_back(at);
      if (!seen[c]) cell.first = at;
      seen[c] = true;
      cell.last = at;
    });
  }

  void hold(const FlowPath& path, const std::vector<Target>& targets, const CellEvents& cell) {
    for (const Event& event : cell.train(path.zeros).events) run_.hold(path.delay, targets, event);
  }

  /// Events whose delay ends in this step: they are in their cores when the step begins.
  void take(const std::vector<HeldEvent>& due) {
    held_.clear();
    for (std::size_t i = 0; i < due.size();) {
      const std::vector<Target>& targets = *due[i].targets;
      CellEvents& cell = held_.emplace_back();
      for (; i < due.size() && due[i].targets == &targets; ++i) cell.append(due[i].event);
      const auto local = static_cast<std::uint32_t>(facts_.locals.size());
      const CoreId core = run_.mapping().core_of[targets.front().tile.value()];
      facts_.locals.push_back({LocalTrain::kNoTrain, core, static_cast<std::int64_t>(cell.events.size()), 0});
      for (const Target& target : targets) arrivals_of(target).push_back({&cell, true, &target, UINT32_MAX, local});
    }
  }

  std::vector<Arrival>& arrivals_of(const Target& target) {
    std::vector<Arrival>& arrivals = arrivals_[target.tile.value()];
    if (arrivals.empty()) reached_.push_back(target.tile);
    return arrivals;
  }

  /// Hands every tile its trains, tiles shared by ranks and threads; a tile's trains in the order in which they were
  /// sent.
  void deliver() {
    std::sort(reached_.begin(), reached_.end());
    received_.assign(reached_.size(), {});
    workloads::for_each_part(reached_.size(), parallel_, [&](std::size_t i) {
      const std::vector<Arrival>& arrivals = arrivals_[reached_[i].value()];
      received_[i].resize(arrivals.size());
      run_.touch(reached_[i]);
      if (!run_.exchange().computes(reached_[i])) return;
      CellEvents part;
      for (std::size_t k = 0; k < arrivals.size(); ++k) {
        const Arrival& a = arrivals[k];
        const EventTrain train = a.cell->within(a.target->reach, a.zeros, part);
        received_[i][k] = run_.receive_train(a.target->tile, a.target->port, train);
      }
    });
    tell_received();
    for (std::size_t i = 0; i < reached_.size(); ++i) {
      const TileId tile = reached_[i];
      for (std::size_t k = 0; k < received_[i].size(); ++k) {
        const Arrival& a = arrivals_[tile.value()][k];
        const std::int64_t cycles = received_[i][k].count();
        if (a.leg != UINT32_MAX) facts_.legs[a.leg].integrate += cycles;
        if (a.local != UINT32_MAX) facts_.locals[a.local].integrate += cycles;
        if (a.leg != UINT32_MAX || a.local != UINT32_MAX) work(tile, CoreUnit::kIntegrate, cycles);
      }
      arrivals_[tile.value()].clear();
    }
    reached_.clear();
  }

  void tell_received() {
    std::vector<TileId> moved(reached_);
    for (const TileId tile : run_.firing()) {
      if (tile != TileId(0)) moved.push_back(tile);
    }
    std::sort(moved.begin(), moved.end());
    moved.erase(std::unique(moved.begin(), moved.end()), moved.end());
    run_.exchange().received(reached_, received_, moved, run_.asks_for_rest());
  }

  /// Notes work of a unit behind what it has in this step; returns when that begins. Only the trace asks for its place.
  std::int64_t work(TileId tile, CoreUnit unit, std::int64_t cycles) {
    const CoreId core = run_.mapping().core_of[tile.value()];
    // Units that take turns are one here.
    const std::size_t index =
        2 * core.value() + (mapper::units_take_turns(chip_.core) ? 0 : static_cast<std::size_t>(unit));
    const std::int64_t start = unit_end_[index];
    if (start == 0) units_used_.push_back(index);
    run_.note_activity(core, unit, tile, now_ + start, cycles);
    unit_end_[index] += cycles;
    return start;
  }

  void note_links() {
    std::sort(links_used_.begin(), links_used_.end());
    for (const LinkId link : links_used_) {
      std::int64_t& flits = in_step_[link.value()];
      facts_.links.push_back({link, flits});
      link_flits_[link.value()] += flits;
      flits = 0;
    }
    links_used_.clear();
  }

  void add_shapes() {
    std::int64_t longest = 1;
    for (const std::size_t unit : units_used_) longest = std::max(longest, unit_end_[unit]);
    for (const CellTrain& train : facts_.trains) longest = std::max(longest, train.last);
    const std::int64_t slice = std::max(kShortestSlice, longest / kSlices);
    facts_.slice_cycles = slice;
    for (CellTrain& train : facts_.trains) {
      train.shape = facts_.shape.size();
      facts_.shape.resize(train.shape + static_cast<std::size_t>(train.last / slice - train.first / slice + 1));
    }
    for (std::size_t i = 0; i < fired_count_; ++i) {
      const Fired& f = fired_[i];
      const bool hosted = !run_.mapping().core_of[f.tile.value()].valid();
      std::size_t emission = 0;
      f.trains.for_each_emission(f.emissions, [&](std::uint32_t c, std::int64_t at) {
        const CellTrain& train = facts_.trains[f.first_train + c];
        const std::int64_t cycle = hosted ? f.host_times[emission] : f.start + at;
        ++facts_.shape[train.shape + static_cast<std::size_t>(cycle / slice - train.first / slice)];
        ++emission;
      });
    }
  }

  void readout() {
    facts_.clear();
    host_free_ = 0;
    for (std::size_t flow = run_.flows().problem_flows(); flow < run_.flows().size(); ++flow) {
      const FlowPath& path = run_.flows()[flow];
      const mapper::Tile& tile = run_.problem().tiles[path.source.value()];
      if (!tile.tokens.contains(0)) continue;
      const std::int64_t events = tile.outputs.size(), emit = chip_.core.emit_cycles.value;
      facts_.trains.push_back({path.source, events, emit, events * emit, 0});
      send_over(flow, 0, static_cast<std::uint32_t>(facts_.trains.size() - 1), events, 0);
      run_.tally().host_flits[path.stage.value()] += events * path.flits;
      facts_.host_up_flits += events * path.flits;
    }
    note_links();
    if (timer_->wants_shape()) add_even_shapes();
    StepTiming timing = timer_->time(facts_);
    timing.start = now_;
    if (const std::int64_t bytes = run_.device().readout_bytes; bytes > 0) {
      const Duration link = mapper::link_time(*run_.problem().board.device, bytes);
      timing.duration = std::max(timing.duration, mapper::chip_cycles(chip_, link));
    }
    end_readout_by_policy(run_, timing);
    run_.end_readout(timing, link_flits_);
    now_ += timing.duration;
  }

  /// Potentials leave their core one after the other.
  void add_even_shapes() {
    const std::int64_t emit = chip_.core.emit_cycles.value;
    std::int64_t longest = 1;
    for (const CellTrain& train : facts_.trains) longest = std::max(longest, train.last);
    facts_.slice_cycles = std::max(kShortestSlice, longest / kSlices);
    for (CellTrain& train : facts_.trains) {
      train.shape = facts_.shape.size();
      const std::int64_t first = train.first / facts_.slice_cycles;
      facts_.shape.resize(train.shape + static_cast<std::size_t>(train.last / facts_.slice_cycles - first + 1));
      for (std::int64_t k = 1; k <= train.events; ++k)
        ++facts_.shape[train.shape + static_cast<std::size_t>(k * emit / facts_.slice_cycles - first)];
    }
  }

  ChipRun& run_;
  const chips::Chip& chip_;
  bool parallel_;
  std::unique_ptr<StepTimer> timer_;
  std::vector<std::int64_t> link_flits_;        // since the run began
  std::vector<std::int64_t> in_step_;           // by link
  std::vector<LinkId> links_used_;              // in this step
  std::vector<std::int64_t> unit_end_;          // by core and unit: cycles of work in this step
  std::vector<std::size_t> units_used_;         // one may stand here twice
  std::vector<std::vector<Arrival>> arrivals_;  // by tile
  std::vector<std::vector<Cycles>> received_;   // by tile of reached_ and arrival
  std::deque<CellEvents> held_;                 // out of a delay
  std::vector<TileId> reached_;                 // tiles with arrivals
  std::vector<Fired> fired_;                    // kept from step to step for its memory
  std::size_t fired_count_ = 0;
  StepFacts facts_;
  std::int64_t offset_ = 0;  // of an event's next packet behind its first
  bool first_flow_ = true;
  std::int64_t host_free_ = 0;  // the host link, since the step began
  std::int64_t now_ = 0;
};

}  // namespace

void run_steps(ChipRun& run, const SimOptions& options) {
  workloads::with_threads(options.threads, [&] { StepChip(run, options).run_images(); });
}

}  // namespace ranvier::sim
