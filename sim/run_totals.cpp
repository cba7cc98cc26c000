// SPDX-License-Identifier: Apache-2.0
// What the accounts of all images come to: by layer, core and link, the profile for remapping, and the interval.
#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "mapper/mesh.h"
#include "mapper/step_work.h"
#include "sim/core_costs.h"
#include "sim/run_accounts.h"

namespace ranvier::sim {

void RunAccounts::finish_layers() {
  const auto images = static_cast<std::int64_t>(std::max<std::size_t>(1, result_.images.size()));
  const std::int64_t period = chips::clock_period(problem_.board.chip).count();
  std::vector<std::set<CoreId>> cores(result_.layers.size());
  for (std::size_t t = 1; t < problem_.tiles.size(); ++t) {
    const std::size_t s = problem_.tiles[t].stage.value();
    ++result_.layers[s].tiles;
    if (mapping_.core_of[t].valid()) cores[s].insert(mapping_.core_of[t]);
  }
  for (const LedgerEntry& entry : result_.ledger) {
    if (!entry.stage.valid()) continue;
    result_.layers[entry.stage.value()].energy[static_cast<std::size_t>(entry.component)] += entry.energy;
  }
  for (std::size_t s = 0; s < result_.layers.size(); ++s) {
    LayerResult& layer = result_.layers[s];
    layer.cores = static_cast<std::int64_t>(cores[s].size());
    layer.synops = layer.adds + layer.multiply_adds;
    layer.latency = Duration(stage_cycles_[s] * period / images);
    result_.events += layer.events;
    result_.synops += layer.synops;
    result_.packets += layer.packets;
    result_.flit_hops += layer.flit_hops;
  }
}

void RunAccounts::finish_cores() {
  std::map<CoreId, CoreResult> by_core;
  for (std::size_t t = 1; t < problem_.tiles.size(); ++t) {
    const mapper::Tile& tile = problem_.tiles[t];
    if (!mapping_.core_of[t].valid()) continue;
    CoreResult& core = by_core[mapping_.core_of[t]];
    const std::string& name = problem_.program->stage(tile.stage).name;
    core.core = mapping_.core_of[t];
    ++core.tiles;
    if (("+" + core.stages + "+").find("+" + name + "+") == std::string::npos) {
      core.stages += (core.stages.empty() ? "" : "+") + name;
    }
    core.busy += Cycles(tile_cycles_[t] + packet_cycles_[t]);
    core.synapse_bytes += tile.demand.synapse_bytes;
    core.state_bytes += tile.demand.state_bytes;
    core.peak_receive_fifo = peak_receive_fifo_[core.core.value()];
    core.peak_relay_buffer = peak_relay_buffer_[core.core.value()];
  }
  for (const LedgerEntry& entry : result_.ledger) {
    // Every core of an entry has a tile: only those send, relay or compute.
    if (entry.core.valid()) by_core[entry.core].energy += entry.energy;
  }
  for (const auto& [id, core] : by_core) result_.cores.push_back(core);
}

void RunAccounts::finish_links() {
  for (std::size_t l = 0; l < link_flits_.size(); ++l) {
    if (link_flits_[l] == 0) continue;
    const CoreId from = mapper::link_source(problem_.board, LinkId(l));
    const CoreId to = mapper::neighbour(problem_.board, from, mapper::link_direction(LinkId(l)));
    const Energy each = unit_energy(problem_.board.chip.energy, hop_component(problem_.board, LinkId(l)));
    result_.links.push_back({from, to, mapper::crosses_chip(problem_.board, LinkId(l)), link_flits_[l], link_peak_[l],
                             mapper::link_direction(LinkId(l)), each * link_flits_[l]});
  }
}

void RunAccounts::check_steps() const {
  Energy sum;
  for (const StepEnergy& step : result_.step_energy)
    for (const Energy e : step.energy) sum += e;
  for (const Energy e : result_.step_energy_rest) sum += e;
  if (sum != result_.total_energy) throw std::logic_error("energy of the steps is not that of the ledger");
}

void RunAccounts::finish_profile() {
  const auto images = static_cast<double>(std::max<std::size_t>(1, result_.images.size()));
  mapper::Profile& profile = result_.profile;
  for (std::size_t f = 0; f < flows_.problem_flows(); ++f) {
    profile.flow_events.push_back(static_cast<double>(flow_events_[f]) / images);
  }
  for (const std::int64_t n : tile_cycles_) profile.tile_cycles.push_back(static_cast<double>(n) / images);
  for (const std::int64_t n : link_flits_) profile.link_flits.push_back(static_cast<double>(n) / images);
  std::int64_t steps = 0;
  for (const ImageResult& image : result_.images) steps += image.steps;
  if (steps > 0) profile.step_time_ns_mean = nanoseconds(result_.total_time) / static_cast<double>(steps);
}

std::int64_t RunAccounts::busiest_unit_cycles() const {
  std::map<CoreId, std::pair<std::int64_t, std::int64_t>> units;  // integrating, firing
  for (std::size_t t = 1; t < problem_.tiles.size(); ++t) {
    if (!mapping_.core_of[t].valid()) continue;
    auto& [integrate, fire] = units[mapping_.core_of[t]];
    integrate += tile_cycles_[t] - fire_cycles_[t];
    fire += fire_cycles_[t] + packet_cycles_[t];
  }
  std::int64_t busiest = 0;
  for (const auto& [core, unit] : units)
    busiest = std::max(busiest, busier_unit(problem_.board.chip.core, unit.first, unit.second));
  return busiest;
}

void RunAccounts::finish_interval() {
  const auto images = static_cast<std::int64_t>(result_.images.size());
  if (images == 0) return;
  const Duration latency(result_.total_time.count() / images);
  // A sample of a temporal program needs compartments at rest: the next one cannot enter while they still run.
  if (problem_.program->temporal() || !mapper::pipelined(problem_.board.chip.sync.policy)) {
    result_.initiation_interval = latency;
    return;
  }
  std::int64_t busiest =
      std::max(host_flits_ * problem_.board.chip.host_link.cycles_per_flit.value, busiest_unit_cycles());
  for (std::size_t l = 0; l < link_flits_.size(); ++l) {
    if (link_flits_[l] == 0) continue;
    busiest = std::max(busiest, link_flits_[l] * mapper::cycles_per_flit(problem_.board, LinkId(l)));
  }
  const std::int64_t device = mapper::chip_cycles(problem_.board.chip, device_.busiest);
  const std::int64_t cycles = std::max({std::int64_t{1}, (busiest + images - 1) / images, device});
  // Who does not overlap images at all needs the latency for each: no pipeline is slower.
  result_.initiation_interval = std::min(latency, Duration(cycles * chips::clock_period(problem_.board.chip).count()));
}

}  // namespace ranvier::sim
