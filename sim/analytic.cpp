// SPDX-License-Identifier: Apache-2.0
#include "sim/analytic.h"

#include <algorithm>
#include <cmath>

#include "mapper/mesh.h"
#include "sim/chip_ports.h"
#include "sim/network_timing.h"
#include "sim/step_time.h"

namespace ranvier::sim {
namespace {

class AnalyticChip {
 public:
  explicit AnalyticChip(ChipRun& run)
      : run_(run),
        chip_(run.problem().board.chip),
        mesh_(mesh_of(run.problem().board)),
        link_flits_(mapper::link_count(run.problem().board)),
        flits_in_step_(link_flits_.size()),
        busy_(2 * run.problem().board.cores()),
        farthest_(run.flows().size()) {
    for (std::size_t f = 0; f < run.flows().size(); ++f) {
      const FlowPath& path = run.flows()[f];
      const std::int64_t host =
          path.from_host || path.to_device || run.flows().is_readout(f) ? chip_.host_link.latency_cycles.value : 0;
      std::int64_t cycles = 0;
      for (const Leg& leg : path.legs) {
        cycles = leg.relayed ? cycles + chip_.core.relay_cycles.value : host;
        cycles += zero_load_cycles(mesh_, leg.from, leg.to, path.flits);
        farthest_[f] = std::max(farthest_[f], cycles);
      }
    }
  }

  void run_images() {
    while (run_.more_images() && !run_.interrupted()) {
      run_.begin_image();
      while (!run_.image_done()) {
        step();
        if (run_.interrupted() && !run_.image_done()) return;
      }
      readout();
      run_.end_image();
    }
  }

 private:
  void step() {
    begin_phase();
    run_.begin_step();
    const std::vector<HeldEvent> due = run_.take_due();
    for (const TileId tile : run_.firing()) fire(tile);
    for (const Transfer& t : sent_) deliver(t);
    for (const HeldEvent& held : due) receive(*held.targets, held.event);
    StepTiming timing = end_phase();
    if (run_.device().used) {
      const mapper::DeviceStep& device = run_.device().steps[static_cast<std::size_t>(run_.step())];
      timing.duration =
          std::llround(mapper::with_device(run_.problem().board, device, static_cast<double>(timing.duration)));
    }
    if (run_.chip_works()) apply_sync(chip_.sync, run_.end_of_step_cycles(), timing);
    run_.end_step(timing, link_flits_);
    now_ += timing.duration;
  }

  void begin_phase() {
    for (const std::size_t unit : units_used_) busy_[unit] = 0;
    units_used_.clear();
    for (const LinkId link : links_used_) flits_in_step_[link.value()] = 0;
    links_used_.clear();
    sent_.clear();
    host_flits_ = 0;
    farthest_sent_ = 0;
  }

  StepTiming end_phase() const {
    std::int64_t fullest = 0;
    for (const LinkId link : links_used_) {
      const std::int64_t cycles = mapper::cycles_per_flit(run_.problem().board, link);
      fullest = std::max(fullest, flits_in_step_[link.value()] * cycles);
    }
    std::int64_t busiest = 0;
    for (const std::size_t unit : units_used_) busiest = std::max(busiest, busy_[unit]);
    const std::int64_t host = host_flits_ * chip_.host_link.cycles_per_flit.value;
    const std::int64_t work = farthest_sent_ + std::max({busiest, fullest, host});
    return {now_, std::max<std::int64_t>(1, work), busiest, farthest_sent_ + std::max(fullest, host), 0};
  }

  void fire(TileId tile) {
    emissions_.clear();
    const Cycles cycles = run_.fire(tile, emissions_);
    std::int64_t packets = 0;  // beyond the first of each event
    for (const Emission& e : emissions_) {
      bool first = true;
      for (const std::uint32_t flow : run_.flows().flows_of(tile, e.token, e.channel)) {
        if (e.value == 0 && !run_.flows()[flow].zeros) continue;
        ++run_.tally().flow_events[flow];
        sent_.push_back({flow, 0, {e.token, e.channel, e.value, 0}});
        const auto all = static_cast<std::int64_t>(run_.flows()[flow].packets);
        packets += first ? std::max<std::int64_t>(0, all - 1) : all;
        first = false;
      }
    }
    if (tile == TileId(0)) return;
    const std::int64_t more = run_.unicast() ? packets * chip_.core.emit_cycles.value : 0;
    run_.tally().packet_cycles[tile.value()] += more;
    work(tile, CoreUnit::kFire, cycles + Cycles(more));
  }

  void deliver(const Transfer& t) {
    const FlowPath& path = run_.flows()[t.flow];
    if (path.from_host && path.to_device) return receive(path.local, t.event);
    if (!path.local.empty()) {
      ++run_.tally().local_events[t.flow];
      receive_or_hold(path.delay, path.local, t.event);
    }
    if (path.from_host || path.to_device) count_host(path, static_cast<std::int64_t>(path.packets));
    carry(t.flow);
    for (const Leg& leg : path.legs) receive_or_hold(path.delay, leg.targets, t.event);
  }

  void carry(std::size_t flow) {
    const FlowPath& path = run_.flows()[flow];
    if (!path.legs.empty()) farthest_sent_ = std::max(farthest_sent_, farthest_[flow]);
    for (std::size_t l = 0; l < path.legs.size(); ++l) {
      run_.count_leg(flow, l);
      mapper::for_each_xy_link(run_.problem().board, path.legs[l].from, path.legs[l].to,
                               [&](LinkId link) { load(link, path.flits); });
    }
  }

  void load(LinkId link, std::int64_t flits) {
    std::int64_t& in_step = flits_in_step_[link.value()];
    if (in_step == 0) links_used_.push_back(link);
    in_step += flits;
    link_flits_[link.value()] += flits;
  }

  void count_host(const FlowPath& path, std::int64_t packets) {
    run_.tally().host_flits[path.stage.value()] += packets * path.flits;
    host_flits_ += packets * path.flits;
  }

  void receive_or_hold(std::int32_t delay, const std::vector<Target>& targets, const Event& event) {
    if (delay > 0) {
      run_.hold(delay, targets, event);
    } else {
      receive(targets, event);
    }
  }

  void receive(const std::vector<Target>& targets, const Event& event) {
    run_.receive(targets, event, Cycles(0),
                 [&](TileId tile, Cycles cycles) { work(tile, CoreUnit::kIntegrate, cycles); });
  }

  void work(TileId tile, CoreUnit unit, Cycles cycles) {
    const CoreId core = run_.mapping().core_of[tile.value()];
    if (!core.valid()) return;
    const std::size_t index = 2 * core.value() + static_cast<std::size_t>(unit);
    std::int64_t& busy = busy_[index];
    if (busy == 0) units_used_.push_back(index);
    run_.note_activity(core, unit, tile, now_ + busy, cycles.count());
    busy += cycles.count();
  }

  void readout() {
    begin_phase();
    for (std::size_t flow = run_.flows().problem_flows(); flow < run_.flows().size(); ++flow) {
      const FlowPath& path = run_.flows()[flow];
      const mapper::Tile& tile = run_.problem().tiles[path.source.value()];
      if (!tile.tokens.contains(0)) continue;
      for (std::int32_t channel = tile.outputs.begin; channel < tile.outputs.end; ++channel) {
        carry(flow);
        count_host(path, 1);
      }
    }
    StepTiming timing = end_phase();
    if (const std::int64_t bytes = run_.device().readout_bytes; bytes > 0) {
      const Duration link = mapper::link_time(*run_.problem().board.device, bytes);
      timing.duration = std::max(timing.duration, mapper::chip_cycles(chip_, link));
    }
    run_.end_readout(timing, link_flits_);
    now_ += timing.duration;
  }

  ChipRun& run_;
  const chips::Chip& chip_;
  MeshSpec mesh_;
  std::vector<std::int64_t> link_flits_;     // since the run began
  std::vector<std::int64_t> flits_in_step_;  // by link
  std::vector<LinkId> links_used_;           // in this step
  std::vector<std::int64_t> busy_;           // by core and unit, this step
  std::vector<std::size_t> units_used_;      // in this step; one may stand here twice
  std::vector<std::int64_t> farthest_;       // by flow: cycles to the end of its chain
  std::vector<Transfer> sent_;
  std::vector<Emission> emissions_;
  std::int64_t now_ = 0, host_flits_ = 0, farthest_sent_ = 0;
};

}  // namespace

void run_analytic(ChipRun& run) { AnalyticChip(run).run_images(); }

}  // namespace ranvier::sim
