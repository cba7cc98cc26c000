// SPDX-License-Identifier: Apache-2.0
#include "sim/analytic.h"

#include <algorithm>

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
        busy_(2 * run.problem().board.cores()),
        farthest_(run.flows().size()) {
    for (std::size_t f = 0; f < run.flows().size(); ++f) {
      const FlowPath& path = run.flows()[f];
      std::int64_t cycles = path.from_host || run.flows().is_readout(f) ? chip_.host_link.latency_cycles.value : 0;
      for (std::size_t l = 0; l < path.legs.size(); ++l) {
        const Leg& leg = path.legs[l];
        if (l > 0) cycles += chip_.core.relay_cycles.value;
        cycles += zero_load_cycles(mesh_, leg.from, leg.to, path.flits);
      }
      farthest_[f] = cycles;
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
    apply_sync(chip_.sync, timing);
    run_.end_step(timing, link_flits_);
    now_ += timing.duration;
  }

  void begin_phase() {
    std::fill(busy_.begin(), busy_.end(), 0);
    sent_.clear();
    links_before_ = link_flits_;
    host_flits_ = 0;
    farthest_sent_ = 0;
  }

  StepTiming end_phase() const {
    std::int64_t fullest = 0;
    for (std::size_t l = 0; l < link_flits_.size(); ++l) {
      const std::int64_t flits = link_flits_[l] - links_before_[l];
      if (flits == 0) continue;
      const bool edge = mapper::crosses_chip(run_.problem().board, LinkId(l));
      fullest = std::max(fullest, flits * (edge ? chip_.chip_link.cycles_per_flit.value : 1));
    }
    const std::int64_t busiest = *std::max_element(busy_.begin(), busy_.end());
    const std::int64_t host = host_flits_ * chip_.host_link.cycles_per_flit.value;
    const std::int64_t work = farthest_sent_ + std::max({busiest, fullest, host});
    return {now_, std::max<std::int64_t>(1, work), busiest, farthest_sent_ + std::max(fullest, host), 0};
  }

  void fire(TileId tile) {
    emissions_.clear();
    const Cycles cycles = run_.fire(tile, emissions_);
    if (tile != TileId(0)) work(tile, CoreUnit::kFire, cycles);
    for (const Emission& e : emissions_) {
      for (const std::uint32_t flow : run_.flows().flows_of(tile, e.token, e.channel)) {
        ++run_.tally().flow_events[flow];
        sent_.push_back({flow, 0, {e.token, e.channel, e.value, 0}});
      }
    }
  }

  void deliver(const Transfer& t) {
    const FlowPath& path = run_.flows()[t.flow];
    if (!path.local.empty()) {
      ++run_.tally().local_events[t.flow];
      receive_or_hold(path.delay, path.local, t.event);
    }
    if (path.from_host) count_host(path);
    carry(t.flow);
    for (const Leg& leg : path.legs) receive_or_hold(path.delay, leg.targets, t.event);
  }

  void carry(std::size_t flow) {
    const FlowPath& path = run_.flows()[flow];
    if (!path.legs.empty()) farthest_sent_ = std::max(farthest_sent_, farthest_[flow]);
    for (std::size_t l = 0; l < path.legs.size(); ++l) {
      run_.count_leg(flow, l);
      mapper::for_each_xy_link(run_.problem().board, path.legs[l].from, path.legs[l].to,
                               [&](LinkId link) { link_flits_[link.value()] += path.flits; });
    }
  }

  void count_host(const FlowPath& path) {
    run_.tally().host_flits[path.stage.value()] += path.flits;
    host_flits_ += path.flits;
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
    std::int64_t& busy = busy_[2 * core.value() + static_cast<std::size_t>(unit)];
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
        count_host(path);
      }
    }
    const StepTiming timing = end_phase();
    run_.end_readout(timing, link_flits_);
    now_ += timing.duration;
  }

  ChipRun& run_;
  const chips::Chip& chip_;
  MeshSpec mesh_;
  std::vector<std::int64_t> link_flits_, links_before_;
  std::vector<std::int64_t> busy_;      // by core and unit, this step
  std::vector<std::int64_t> farthest_;  // by flow: cycles to the end of its chain
  std::vector<Transfer> sent_;
  std::vector<Emission> emissions_;
  std::int64_t now_ = 0, host_flits_ = 0, farthest_sent_ = 0;
};

}  // namespace

void run_analytic(ChipRun& run) { AnalyticChip(run).run_images(); }

}  // namespace ranvier::sim
