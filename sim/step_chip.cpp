// SPDX-License-Identifier: Apache-2.0
#include "sim/step_chip.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>

#include "mapper/mesh.h"
#include "mapper/work.h"
#include "sim/analytic_timing.h"
#include "sim/step_dispatch.h"
#include "sim/step_time.h"
#include "sim/train_timing.h"
#include "workloads/parallel_parts.h"

namespace ranvier::sim {
namespace {

class StepChip {
 public:
  StepChip(ChipRun& run, const SimOptions& options)
      : run_(run),
        chip_(run.problem().board.chip),
        parallel_(options.threads != 1),
        timer_(options.fidelity == Fidelity::kFast ? make_train_timing(run) : make_analytic_timing(run)),
        dispatch_(run),
        link_flits_(mapper::link_count(run.problem().board)) {}

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

  void step() {
    run_.begin_step();
    dispatch_.begin(now_);
    const std::vector<HeldEvent> due = run_.take_due();
    fire();
    for (std::size_t i = 0; i < fired_count_; ++i) dispatch_.send(fired_[i]);
    dispatch_.take(due);
    deliver();
    dispatch_.note_links(link_flits_);
    if (timer_->wants_shape()) dispatch_.add_shapes(fired_, fired_count_);
    StepTiming timing = timer_->time(dispatch_.facts());
    timing.start = now_;
    if (run_.device().used) {
      timing.duration = std::llround(
          mapper::with_device(run_.problem().board, run_.device_step(), static_cast<double>(timing.duration)));
    }
    end_by_policy(run_, timing);
    run_.end_step(timing, link_flits_);
    now_ += timing.duration;
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
      FiredTrains& f = fired_[i];
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
    const std::int64_t packet_cycles = chip_.core.emit_cycles.value;
    workloads::for_each_part(fired_count_, parallel_, [&](std::size_t i) {
      FiredTrains& f = fired_[i];
      const bool on_core = run_.mapping().core_of[f.tile.value()].valid();
      f.trains.sort(run_.flows(), f.tile, f.emissions, on_core ? packet_cycles : 0);
    });
  }

  /// Hands every tile its trains, tiles shared by ranks and threads; a tile's trains in the order in which they were
  /// sent.
  void deliver() {
    const std::vector<TileId>& reached = dispatch_.reached();
    received_.assign(reached.size(), {});
    workloads::for_each_part(reached.size(), parallel_, [&](std::size_t i) {
      const std::vector<Arrival>& arrivals = dispatch_.arrivals(reached[i]);
      received_[i].resize(arrivals.size());
      run_.touch(reached[i]);
      if (!run_.exchange().computes(reached[i])) return;
      CellEvents part;
      for (std::size_t k = 0; k < arrivals.size(); ++k) {
        const Arrival& a = arrivals[k];
        const EventTrain train = a.cell->within(a.target->reach, a.zeros, part);
        received_[i][k] = run_.receive_train(a.target->tile, a.target->port, train);
      }
    });
    tell_received(reached);
    StepFacts& facts = dispatch_.facts();
    for (std::size_t i = 0; i < reached.size(); ++i) {
      for (std::size_t k = 0; k < received_[i].size(); ++k) {
        const Arrival& a = dispatch_.arrivals(reached[i])[k];
        const std::int64_t cycles = received_[i][k].count();
        if (a.leg != UINT32_MAX) facts.legs[a.leg].integrate += cycles;
        if (a.local != UINT32_MAX) facts.locals[a.local].integrate += cycles;
        if (a.leg != UINT32_MAX || a.local != UINT32_MAX) dispatch_.work(reached[i], CoreUnit::kIntegrate, cycles);
      }
    }
  }

  void tell_received(const std::vector<TileId>& reached) {
    std::vector<TileId> moved(reached);
    for (const TileId tile : run_.firing()) {
      if (tile != TileId(0)) moved.push_back(tile);
    }
    std::sort(moved.begin(), moved.end());
    moved.erase(std::unique(moved.begin(), moved.end()), moved.end());
    run_.exchange().received(reached, received_, moved, run_.asks_for_rest());
  }

  void readout() {
    dispatch_.begin(now_);
    dispatch_.send_potentials();
    dispatch_.note_links(link_flits_);
    if (timer_->wants_shape()) dispatch_.add_even_shapes();
    StepTiming timing = timer_->time(dispatch_.facts());
    timing.start = now_;
    if (const std::int64_t bytes = run_.device().readout_bytes; bytes > 0) {
      const Duration link = mapper::link_time(*run_.problem().board.device, bytes);
      timing.duration = std::max(timing.duration, mapper::chip_cycles(chip_, link));
    }
    end_readout_by_policy(run_, timing);
    run_.end_readout(timing, link_flits_);
    now_ += timing.duration;
  }

  ChipRun& run_;
  const chips::Chip& chip_;
  bool parallel_;
  std::unique_ptr<StepTimer> timer_;
  StepDispatch dispatch_;
  std::vector<std::int64_t> link_flits_;       // since the run began
  std::vector<std::vector<Cycles>> received_;  // by reached tile and arrival
  std::vector<FiredTrains> fired_;             // kept from step to step for its memory
  std::size_t fired_count_ = 0;
  std::int64_t now_ = 0;
};

}  // namespace

void run_steps(ChipRun& run, const SimOptions& options) {
  workloads::with_threads(options.threads, [&] { StepChip(run, options).run_images(); });
}

}  // namespace ranvier::sim
