// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc_chip.h"

#include <algorithm>

#include <fmt/core.h>

#include "sim/step_time.h"

namespace ranvier::sim {

SystemCChip::SystemCChip(const sc_core::sc_module_name& name, ChipRun& run, const SimOptions& options)
    : sc_module(name),
      run_(run),
      clock_(chips::clock_period(run.problem().board.chip)),
      network_("network", run, clock_, options, *this),
      host_("host", run, clock_, network_, *this),
      cores_(run.problem().board.cores()),
      firing_(cores_.size()) {
  if (run.device().used)
    device_ = std::make_unique<DeviceModule>("device", run, clock_, host_, static_cast<DeliveryPort&>(*this));
  for (std::size_t t = 1; t < run.problem().tiles.size(); ++t) {
    const CoreId core = run.mapping().core_of[t];
    if (!core.valid()) continue;
    auto& module = cores_[core.value()];
    if (module) continue;
    module = std::make_unique<CoreModule>(fmt::format("core_{}", core.value()).c_str(), core, run, clock_, network_);
  }
  for (std::size_t c = 0; c < cores_.size(); ++c) {
    if (cores_[c]) used_.push_back(c);
  }
  SC_HAS_PROCESS(SystemCChip);
  SC_METHOD(control);
  sensitive << phase_over_;
  SC_METHOD(fell_idle);
  sensitive << all_sent_;
  dont_initialize();
}

template <class Body>
void SystemCChip::guarded(Body&& body) {
  if (error_) return;
  try {
    body();
  } catch (...) {
    error_ = std::current_exception();
    sc_core::sc_pause();
  }
}

void SystemCChip::simulate() {
  if (run_.resumed() != nullptr) restore(*run_.resumed());
  sc_core::sc_start();  // returns when nothing is pending
  if (error_) std::rethrow_exception(error_);
}

void SystemCChip::deliver(const Transfer& transfer, std::int64_t at) {
  guarded([&] {
    const FlowPath& path = run_.flows()[transfer.flow];
    if (run_.flows().is_readout(transfer.flow)) {
      host_.take(path, at);
    } else if (path.to_device) {
      host_.take(path, at);
      run_.receive(path.legs.front().targets, transfer.event, Cycles(0), [](TileId, Cycles) {});
    } else {
      cores_[path.legs[transfer.leg].to.value()]->deliver(transfer, at);
    }
  });
}

void SystemCChip::entered(const Transfer& transfer) {
  const Leg& leg = run_.flows()[transfer.flow].legs[transfer.leg];
  if (leg.relayed) cores_[leg.from.value()]->slot_back();
}

void SystemCChip::fell_idle() {
  if (error_ || !open_ || !network_.idle() || !host_.idle() || (device_ && !device_->idle())) return;
  std::int64_t compute_end = phase_start_;
  CoreId slowest;
  for (const std::size_t c : used_) {
    const std::int64_t done = cores_[c]->finish_step();
    if (done <= compute_end) continue;
    compute_end = done;
    slowest = CoreId(c);
  }
  const std::int64_t network_end = std::max(phase_start_, network_.last_delivery());
  std::int64_t end = std::max({compute_end, network_end, host_.busy_until()});
  if (device_) {
    end = std::max(end, device_->busy_until());
    if (phase_ == Phase::kStep && device_->owes_transfer()) {
      // The host has all that the chip sends once link and cores are done; the transfer in ends up here again.
      if (end > clock_.now())
        all_sent_.notify(clock_.until(end));
      else
        device_->collect();
      return;
    }
  }
  open_ = false;
  timing_ = {phase_start_, end - phase_start_, compute_end - phase_start_, network_end - phase_start_, 0};
  timing_.slowest_core = slowest;
  if (phase_ == Phase::kStep) {
    end_by_policy(run_, timing_);
  } else {
    end_readout_by_policy(run_, timing_);
  }
  phase_over_.notify(clock_.until(phase_start_ + timing_.duration));
}

void SystemCChip::control() {
  guarded([&] {
    if (resume_at_ >= 0) {
      // The kernel starts at cycle 0; nothing happens until the run goes on.
      if (clock_.now() < resume_at_) return phase_over_.notify(clock_.until(resume_at_));
      resume_at_ = -1;
      return go_on();
    }
    if (phase_ == Phase::kStep) {
      run_.end_step(timing_, network_.link_flits());
    } else if (phase_ == Phase::kReadout) {
      run_.end_readout(timing_, network_.link_flits());
      run_.end_image();
    }
    for (const std::size_t c : used_) cores_[c]->settle();
    if (!run_.stop_at_boundary([this](StateWriter& w) { save(w); })) go_on();
  });
}

void SystemCChip::go_on() {
  if (run_.in_image()) return run_.image_done() ? start_readout() : start_step();
  if (!run_.more_images()) return;
  run_.begin_image();
  start_step();
}

void SystemCChip::save(StateWriter& w) const {
  w(clock_.now(), host_);
  network_.save(w);
  if (device_) w(*device_);
  for (const std::size_t c : used_) w(*cores_[c]);
}

void SystemCChip::restore(StateReader& r) {
  r(resume_at_, host_);
  network_.restore(r);
  if (device_) r(*device_);
  for (const std::size_t c : used_) r(*cores_[c]);
  r.finish();
  if (resume_at_ < 0 || resume_at_ > INT64_MAX / chips::clock_period(run_.problem().board.chip).count())
    throw StateMismatch("a time beyond the last");
}

void SystemCChip::start_step() {
  phase_ = Phase::kStep;
  phase_start_ = clock_.now();
  open_ = true;
  run_.begin_step();
  const std::vector<HeldEvent> due = run_.take_due();
  bool host_fires = false;
  for (const TileId tile : run_.firing()) {
    if (tile == TileId(0)) {
      host_fires = true;
    } else if (!run_.mapping().core_of[tile.value()].valid()) {
      offloaded_.push_back(tile);
    } else {
      firing_[run_.mapping().core_of[tile.value()].value()].push_back(tile);
    }
  }
  for (const std::size_t c : used_) {
    cores_[c]->fire(firing_[c]);
    firing_[c].clear();
  }
  if (host_fires) host_.fire();
  if (device_) device_->begin_step(run_.device_step(), offloaded_);
  offloaded_.clear();
  for (const HeldEvent& held : due) {
    const TileId tile = held.targets->front().tile;
    cores_[run_.mapping().core_of[tile.value()].value()]->receive_due(*held.targets, held.event);
  }
  fell_idle();
}

void SystemCChip::start_readout() {
  phase_ = Phase::kReadout;
  phase_start_ = clock_.now();
  open_ = true;
  const std::int64_t emit_cycles = run_.problem().board.chip.core.emit_cycles.value;
  for (std::size_t flow = run_.flows().problem_flows(); flow < run_.flows().size(); ++flow) {
    const FlowPath& path = run_.flows()[flow];
    const mapper::Tile& tile = run_.problem().tiles[path.source.value()];
    if (!tile.tokens.contains(0)) continue;
    std::int64_t at = phase_start_;
    for (std::int32_t channel = tile.outputs.begin; channel < tile.outputs.end; ++channel) {
      at += emit_cycles;
      run_.count_leg(flow, 0);
      network_.send({static_cast<std::uint32_t>(flow), 0, {0, channel, 0, 0}}, at);
    }
  }
  if (run_.device().readout_bytes > 0) device_->read_out(run_.device().readout_bytes);
  fell_idle();
}

void run_systemc(ChipRun& run, const SimOptions& options) {
  const SystemCSession session;
  SystemCChip chip("chip", run, options);
  chip.simulate();
}

}  // namespace ranvier::sim
