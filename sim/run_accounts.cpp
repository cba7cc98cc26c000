// SPDX-License-Identifier: Apache-2.0
#include "sim/run_accounts.h"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include "mapper/mesh.h"
#include "mapper/step_work.h"
#include "sim/core_costs.h"
#include "sim/pipeline_recorder.h"
#include "sim/step_rows.h"
#include "sim/tile_selection.h"
#include "workloads/executor.h"

namespace ranvier::sim {
namespace {

void add_to(std::vector<std::int64_t>& sum, const std::vector<std::int64_t>& more) {
  if (sum.size() < more.size()) sum.resize(more.size());
  for (std::size_t i = 0; i < more.size(); ++i) sum[i] += more[i];
}

void raise_to(std::vector<std::int64_t>& peak, const std::vector<std::int64_t>& other) {
  if (peak.size() < other.size()) peak.resize(other.size());
  for (std::size_t i = 0; i < other.size(); ++i) peak[i] = std::max(peak[i], other[i]);
}

std::int64_t count_powered(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                           const FlowTable& flows) {
  std::set<ChipId> chips;
  for (const CoreId core : mapping.core_of)
    if (core.valid()) chips.insert(problem.board.chip_of(core));
  if (chips.empty()) return 0;
  chips.insert(problem.board.chip_of(CoreId(0)));
  for (std::size_t f = 0; f < flows.size(); ++f) {
    for (std::size_t leg = 0; leg < flows[f].legs.size(); ++leg) {
      for_each_sent_link(problem.board, flows[f], leg, [&](LinkId link) {
        chips.insert(problem.board.chip_of(mapper::link_source(problem.board, link)));
      });
    }
  }
  return static_cast<std::int64_t>(chips.size());
}

/// What the cores should hold: at rest, or where the executor is when it stops after as many steps.
workloads::Activations expected(const workloads::Program& program, const std::vector<std::int32_t>& input_codes,
                                mapper::Schedule schedule, std::int64_t stopped_after) {
  if (stopped_after == 0) return workloads::run_reference(program, input_codes);
  workloads::ExecutorOptions how;
  how.max_steps = stopped_after;
  how.stop_at_max_steps = true;
  workloads::Activations then = workloads::run_spiking(program, input_codes, schedule, how).activations;
  then.codes.front() = input_codes;  // the host holds them whole, sent or not
  return then;
}

}  // namespace

RunAccounts::RunAccounts(const mapper::MappingProblem& problem, const mapper::Mapping& mapping, const FlowTable& flows,
                         const mapper::DeviceSchedule& device, Fidelity fidelity, std::size_t step_rows)
    : problem_(problem),
      mapping_(mapping),
      flows_(flows),
      device_(device),
      step_rows_(std::max<std::size_t>(2, step_rows)),
      ledger_(problem.board.chip.energy),
      powered_chips_(count_powered(problem, mapping, flows)),
      flow_events_(flows.size()),
      tile_cycles_(problem.tiles.size()),
      packet_cycles_(problem.tiles.size()),
      fire_cycles_(problem.tiles.size()),
      link_flits_(mapper::link_count(problem.board)),
      link_peak_(link_flits_.size()),
      stage_cycles_(problem.program->stages.size()),
      peak_receive_fifo_(problem.board.cores()),
      peak_relay_buffer_(problem.board.cores()) {
  result_.fidelity = fidelity;
  result_.schedule = problem.schedule;
  const chips::Sync& sync = problem.board.chip.sync;
  result_.left_out = left_out_of(fidelity, sync.policy);
  if (sync.policy == chips::SyncPolicy::kFixedTick) result_.ticks.tick_cycles = sync.tick_cycles.value;
  for (std::size_t s = 0; s < problem.program->stages.size(); ++s) {
    LayerResult layer;
    layer.stage = StageId(s);
    layer.name = problem.program->stages[s].name;
    layer.kind = kind_name(problem.program->stages[s].kind);
    result_.layers.push_back(std::move(layer));
  }
}

void RunAccounts::charge_cores(const CoreBank& cores) {
  for (std::size_t t = 1; t < problem_.tiles.size(); ++t) {
    const CoreCounters& n = cores[TileId(t)].counters();
    const StageId stage = problem_.tiles[t].stage;
    const CoreId core = mapping_.core_of[t];
    for_each_count(n, [&](Component component, std::int64_t count) { ledger_.add(component, stage, core, count); });
    tile_cycles_[t] += n.busy.count();
    LayerResult& layer = result_.layers[stage.value()];
    layer.adds += n.adds;
    layer.multiply_adds += n.multiply_adds;
    layer.busy += n.busy;
  }
}

void RunAccounts::charge_traffic(const ImageTally& tally) {
  for (std::size_t f = 0; f < flows_.size(); ++f) {
    const FlowPath& path = flows_[f];
    LayerResult& layer = result_.layers[path.stage.value()];
    if (tally.local_events[f] > 0) {
      ledger_.add(Component::kEventEmit, path.stage, mapping_.core_of[path.source.value()], tally.local_events[f]);
    }
    for (std::size_t l = 0; l < path.legs.size(); ++l) {
      const Leg& leg = path.legs[l];
      const std::int64_t packets = tally.leg_packets[path.first_leg + l];
      const std::int64_t flits = packets * path.flits;
      const CoreId sender = by_host(path, leg) ? CoreId() : leg.from;
      if (!flows_.is_readout(f) && !path.to_device) ledger_.add(Component::kEventReceive, path.stage, leg.to, packets);
      if (path.forked && l > 0) continue;  // the packet of leg 0
      if (sender.valid()) ledger_.add(Component::kEventEmit, path.stage, sender, packets);
      const auto links = path.forked ? static_cast<std::int64_t>(path.tree.size()) : std::int64_t{leg.way.links};
      ledger_.add(Component::kRouterHop, path.stage, sender, flits * (links + 1));
      charge_links(path, l, sender, flits);
      if (!leg.relayed) layer.packets += packets;
      layer.flit_hops += flits * links;
      result_.hops += packets * links;
    }
  }
  for (std::size_t t = 1; t < tally.packet_cycles.size(); ++t) {
    packet_cycles_[t] += tally.packet_cycles[t];
    result_.layers[problem_.tiles[t].stage.value()].busy += Cycles(tally.packet_cycles[t]);
  }
  for (std::size_t s = 0; s < tally.host_flits.size(); ++s) {
    host_flits_ += tally.host_flits[s];
    ledger_.add(Component::kHostFlit, StageId(s), CoreId(), tally.host_flits[s]);
  }
}

void RunAccounts::charge_links(const FlowPath& path, std::size_t leg, CoreId sender, std::int64_t flits) {
  if (flits == 0) return;
  std::array<std::int64_t, kComponents> hops{};
  for_each_sent_link(problem_.board, path, leg,
                     [&](LinkId link) { ++hops[static_cast<std::size_t>(hop_component(problem_.board, link))]; });
  for (const Component c : {Component::kLinkHopEast, Component::kLinkHopWest, Component::kLinkHopNorth,
                            Component::kLinkHopSouth, Component::kChipLinkHop}) {
    ledger_.add(c, path.stage, sender, flits * hops[static_cast<std::size_t>(c)]);
  }
}

void RunAccounts::charge_device() {
  for (std::size_t s = 0; s < device_.cost.size(); ++s) {
    const mapper::DenseCost& cost = device_.cost[s];
    const StageId stage(s);
    ledger_.add_energy(Component::kDeviceCompute, stage, CoreId(), cost.multiply_adds,
                       cost.compute + cost.vector_energy);
    ledger_.add_energy(Component::kDeviceMemory, stage, CoreId(), cost.memory_bytes,
                       cost.memory_energy + cost.buffer_energy);
    ledger_.add_energy(Component::kDeviceLink, stage, CoreId(), device_.link_bytes[s],
                       mapper::link_energy(*problem_.board.device, device_.link_bytes[s]));
  }
}

void RunAccounts::charge_steps(const ImageTally& tally) {
  // Every powered chip takes part in the end of each step; reading the potentials needs none.
  ledger_.add(Component::kStepSync, StageId(), CoreId(), tally.chip_steps * powered_chips_);
  for (std::size_t t = 1; t < tally.static_energy.size(); ++t) {
    ledger_.add_static(problem_.tiles[t].stage, mapping_.core_of[t], 0, tally.static_energy[t]);
  }
  if (powered_chips_ > 0) ledger_.add_static(StageId(), CoreId(), tally.idle_cycles, tally.idle_static_energy);
}

void RunAccounts::add_layers(const ImageTally& tally) {
  const std::int64_t bin = std::max(result_.steps_a_bin, tally.steps_a_bin);
  for (std::size_t s = 0; s < result_.layers.size(); ++s) {
    LayerResult& layer = result_.layers[s];
    std::vector<std::int64_t> events = tally.stage_events[s];
    widen_bins(layer.events_by_step, result_.steps_a_bin, bin);
    widen_bins(events, tally.steps_a_bin, bin);
    add_to(layer.events_by_step, events);
    for (const std::int64_t n : events) layer.events += n;
    layer.late_events += tally.late_events[s];
  }
  result_.steps_a_bin = bin;
  add_to(stage_cycles_, tally.stage_cycles);
}

void RunAccounts::add_image(const ImageTally& tally, const CoreBank& cores,
                            const std::vector<std::int32_t>& input_codes, std::int64_t stopped_after) {
  const workloads::Program& program = *problem_.program;
  const workloads::Activations chip = cores.gather(input_codes);
  ImageResult image;
  image.logits = chip.logits;
  image.predicted =
      static_cast<std::int32_t>(std::max_element(chip.logits.begin(), chip.logits.end()) - chip.logits.begin());
  image.exact = chip == expected(program, input_codes, problem_.schedule, stopped_after);
  image.steps = static_cast<std::int32_t>(tally.steps_done);
  image.latency = Duration(tally.cycles * chips::clock_period(problem_.board.chip).count());
  result_.images.push_back(std::move(image));
  for (std::size_t s = 1; s < program.stages.size(); ++s) {
    const workloads::Encoder& encoder = program.stages[s].encoder;
    if (!encoder.present) continue;
    result_.encoded_codes += static_cast<std::int64_t>(chip.codes[s].size());
    for (const std::int32_t code : chip.codes[s]) result_.saturated_codes += code == encoder.lo || code == encoder.hi;
  }

  charge_cores(cores);
  charge_traffic(tally);
  charge_device();
  charge_steps(tally);
  add_layers(tally);
  add_to(fire_cycles_, tally.fire_cycles);
  add_to(flow_events_, tally.flow_events);
  add_to(link_flits_, tally.link_flits);
  raise_to(link_peak_, tally.link_peak);
  raise_to(peak_receive_fifo_, tally.peak_receive_fifo);
  raise_to(peak_relay_buffer_, tally.peak_relay_buffer);
  result_.max_link_load = std::max(result_.max_link_load, tally.max_link_load);
  result_.ticks.add(tally.ticks);
  // Kept are images from the first on.
  if (pipeline_.size() + 1 == result_.images.size()) keep_image(pipeline_, tally.pipeline);
  for (const StepResult& row : tally.steps) add_row(result_.steps, steps_a_row_, row, step_rows_);
  result_.step_energy.insert(result_.step_energy.end(), tally.step_energy.begin(), tally.step_energy.end());
  for (std::size_t p = 0; p < kEnergyParts; ++p) result_.step_energy_rest[p] += tally.step_energy_rest[p];
  result_.activities.insert(result_.activities.end(), tally.activities.begin(), tally.activities.end());
  result_.activities_left_out += tally.activities_left_out;
  for (const LostEvents::Place& place : tally.lost) {
    if (result_.lost.places.size() < step_rows_) result_.lost.places.push_back(place);
  }
  result_.lost.total += tally.lost_total;
  result_.total_time += result_.images.back().latency;
  result_.verilated_cycles += cores.cycles_under_test();
}

RunResult RunAccounts::finish(const CoreBank& cores) {
  if (device_.used) {
    const Power power = problem_.board.device->static_device.value;
    ledger_.add_energy(Component::kDeviceStatic, StageId(), CoreId(), 0, energy_over(power, result_.total_time));
  }
  result_.ledger = ledger_.entries();
  result_.total_energy = ledger_.total();
  result_.verilated_tiles = cores.cores_under_test();
  result_.lockstep_events_compared = cores.events_compared();
  finish_layers();
  finish_cores();
  finish_links();
  check_steps();
  finish_profile();
  finish_interval();
  result_.pipeline = pipeline_result(problem_, mapping_, pipeline_);
  return std::move(result_);
}

}  // namespace ranvier::sim
