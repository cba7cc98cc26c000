// SPDX-License-Identifier: Apache-2.0
#include "sim/simple_accounts.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "mapper/mesh.h"
#include "sim/ledger.h"
#include "sim/tile_selection.h"
#include "workloads/sparse_synapses.h"

namespace ranvier::sim {

SimpleAccounts::SimpleAccounts(const mapper::MappingProblem& problem, const mapper::Mapping& mapping)
    : problem_(problem),
      mapping_(mapping),
      tiles_(problem.tiles.size()),
      messages_(tiles_ * tiles_),
      total_(tiles_),
      events_by_step_(problem.program->stages.size()) {}

void SimpleAccounts::add_step(std::int32_t step, std::span<const TileStep> work, TileId slowest, std::int64_t cycles,
                              std::int64_t barrier) {
  const std::int64_t period = chips::clock_period(problem_.board.chip).count();
  StepResult result;
  result.step = step;
  result.start = now_;
  result.duration = Duration((cycles + barrier) * period);
  result.compute = result.work = Cycles(cycles);
  result.slowest_core = mapping_.core_of[slowest.value()];
  for (auto& events : events_by_step_) events.push_back(0);
  for (std::size_t t = 1; t < tiles_; ++t) {
    const TileStep& w = work[t];
    total_[t].spikes += w.spikes;
    total_[t].messages_out += w.messages_out;
    total_[t].send_cycles += w.send_cycles;
    total_[t].receive_cycles += w.receive_cycles;
    events_by_step_[problem_.tiles[t].stage.value()].back() += w.spikes;
    result.events += w.spikes;
    result.packets += w.messages_out;
  }
  now_ += result.duration;
  ++steps_;
  step_results_.push_back(result);
}

void SimpleAccounts::charge_tiles(RunResult& result, EnergyLedger& ledger) const {
  for (std::size_t t = 1; t < tiles_; ++t) {
    const mapper::Tile& tile = problem_.tiles[t];
    const TileTotal& w = total_[t];
    CoreCounters n;
    n.events_in = w.messages_in;
    n.events_out = n.spikes = w.spikes;
    n.adds = w.synapses;
    (problem_.program->stage(tile.stage).sparse->dense() ? n.synapse_reads : n.sparse_reads) = w.synapses;
    n.soma_updates = n.active_updates = steps_ * tile.outputs.size();
    const CoreId core = mapping_.core_of[t];
    for_each_count(n, [&](Component c, std::int64_t count) { ledger.add(c, tile.stage, core, count); });
    ledger.add(Component::kEventEmit, tile.stage, core, w.messages_out);
    LayerResult& layer = result.layers[tile.stage.value()];
    ++layer.tiles;
    ++layer.cores;
    layer.events += w.spikes;
    layer.adds += w.synapses;
    layer.synops += w.synapses;
    layer.packets += w.messages_out;
    layer.busy += Cycles(w.send_cycles + w.receive_cycles);
    CoreResult of_core;
    of_core.core = core;
    of_core.tiles = 1;
    of_core.stages = layer.name;
    of_core.busy = Cycles(w.send_cycles + w.receive_cycles);
    of_core.synapse_bytes = tile.demand.synapse_bytes;
    of_core.state_bytes = tile.demand.state_bytes;
    result.cores.push_back(of_core);
    result.profile.tile_cycles.push_back(static_cast<double>(w.send_cycles + w.receive_cycles));
  }
}

void SimpleAccounts::charge_messages(RunResult& result, EnergyLedger& ledger) const {
  const chips::Board& board = problem_.board;
  const std::int64_t flits = chips::flits_of(board.chip.noc, 1);
  std::vector<std::int64_t> link_flits(mapper::link_count(board));
  for (std::size_t from = 1; from < tiles_; ++from) {
    const StageId stage = problem_.tiles[from].stage;
    const CoreId sender = mapping_.core_of[from];
    for (std::size_t to = 1; to < tiles_; ++to) {
      const std::int64_t messages = messages_[from * tiles_ + to];
      if (messages == 0) continue;
      std::int64_t links = 0;
      mapper::for_each_xy_link(board, sender, mapping_.core_of[to], [&](LinkId link) {
        ++links;
        link_flits[link.value()] += messages * flits;
        ledger.add(hop_component(board, link), stage, sender, messages * flits);
      });
      ledger.add(Component::kEventReceive, stage, mapping_.core_of[to], messages);
      ledger.add(Component::kRouterHop, stage, sender, messages * flits * (links + 1));
      result.layers[stage.value()].flit_hops += messages * flits * links;
      result.hops += messages * links;
    }
  }
  for (std::size_t l = 0; l < link_flits.size(); ++l) {
    result.profile.link_flits.push_back(static_cast<double>(link_flits[l]));
    if (link_flits[l] == 0) continue;
    const LinkId link(l);
    LinkResult of_link;
    of_link.from = mapper::link_source(board, link);
    of_link.to = mapper::neighbour(board, of_link.from, mapper::link_direction(link));
    of_link.chip_edge = mapper::crosses_chip(board, link);
    of_link.flits = link_flits[l];
    of_link.direction = mapper::link_direction(link);
    of_link.energy = unit_energy(board.chip.energy, hop_component(board, link)) * link_flits[l];
    result.links.push_back(of_link);
  }
}

void SimpleAccounts::finish_energy(RunResult& result, const EnergyLedger& ledger) const {
  result.ledger = ledger.entries();
  result.total_energy = ledger.total();
  std::map<CoreId, CoreResult*> cores;
  for (CoreResult& core : result.cores) cores[core.core] = &core;
  for (const LedgerEntry& e : result.ledger) {
    if (e.stage.valid()) result.layers[e.stage.value()].energy[static_cast<std::size_t>(e.component)] += e.energy;
    if (e.core.valid()) cores.at(e.core)->energy += e.energy;
    result.step_energy_rest[static_cast<std::size_t>(part_of(e.component))] += e.energy;
  }
}

RunResult SimpleAccounts::finish(std::vector<std::int32_t> logits, std::int32_t steps, bool exact) {
  RunResult result;
  result.fidelity = Fidelity::kSimple;
  result.schedule = problem_.schedule;
  for (std::size_t s = 0; s < problem_.program->stages.size(); ++s) {
    LayerResult layer;
    layer.stage = StageId(s);
    layer.name = problem_.program->stages[s].name;
    layer.kind = kind_name(problem_.program->stages[s].kind);
    layer.events_by_step = events_by_step_[s];
    const auto delay = static_cast<std::size_t>(problem_.program->stages[s].cuba.axon_delay_steps);
    if (problem_.program->stages[s].kind == workloads::StageKind::kLif) {
      const std::vector<std::int64_t>& events = layer.events_by_step;
      layer.late_events = std::accumulate(events.end() - static_cast<std::ptrdiff_t>(std::min(delay, events.size())),
                                          events.end(), std::int64_t{0});
    }
    for (std::size_t i = 0; i < step_results_.size(); ++i)
      if (events_by_step_[s][i] > 0) layer.latency += step_results_[i].duration;
    result.layers.push_back(std::move(layer));
  }
  EnergyLedger ledger(problem_.board.chip.energy);
  result.profile.tile_cycles.push_back(0);
  charge_tiles(result, ledger);
  charge_messages(result, ledger);
  std::set<ChipId> chips;
  for (std::size_t t = 1; t < tiles_; ++t) chips.insert(problem_.board.chip_of(mapping_.core_of[t]));
  ledger.add(Component::kStepSync, StageId(), CoreId(), steps_ * static_cast<std::int64_t>(chips.size()));
  finish_energy(result, ledger);
  std::sort(result.cores.begin(), result.cores.end(),
            [](const CoreResult& a, const CoreResult& b) { return a.core < b.core; });
  for (const LayerResult& layer : result.layers) {
    result.events += layer.events;
    result.synops += layer.synops;
    result.packets += layer.packets;
    result.flit_hops += layer.flit_hops;
  }
  for (const mapper::Flow& flow : problem_.flows) {
    // Spikes of single neurons are not kept: a flow has its share of its tile's.
    const auto neurons = static_cast<double>(problem_.tiles[flow.source.value()].outputs.size());
    result.profile.flow_events.push_back(static_cast<double>(total_[flow.source.value()].spikes) *
                                         flow.channels.size() / neurons);
  }
  ImageResult image;
  image.predicted = static_cast<std::int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
  image.logits = std::move(logits);
  image.exact = exact;
  image.steps = steps;
  image.latency = now_;
  result.images.push_back(std::move(image));
  result.steps = std::move(step_results_);
  result.total_time = result.initiation_interval = now_;
  if (steps > 0) result.profile.step_time_ns_mean = nanoseconds(now_) / steps;
  result.left_out = {
      "The network takes no time: a step is as long as the core that sends or receives longest, plus the barrier.",
      "Static power is not counted.", "Queues are not modelled: nothing pushes back and no event is ever lost."};
  return result;
}

}  // namespace ranvier::sim
