// SPDX-License-Identifier: Apache-2.0
// Analytic estimate.
#include "mapper/cost.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "mapper/delivery.h"
#include "mapper/flows.h"
#include "mapper/mesh.h"
#include "mapper/routes.h"
#include "mapper/step_work.h"
#include "mapper/work.h"

namespace ranvier::mapper {

using workloads::Program;
using workloads::Stage;

namespace {

Energy times(const chips::Param<Energy>& each, double count) { return each.value * std::llround(count); }

struct Estimator {
  Estimator(const MappingProblem& p, const Mapping& m) : problem(p), mapping(m) {}
  const MappingProblem& problem;
  const Mapping& mapping;
  const chips::Board& board = problem.board;
  const chips::Chip& chip = board.chip;
  const Program& program = *problem.program;
  bool graded = problem.schedule == Schedule::kStagedGraded;
  StepWork work = step_work(problem);
  LevelSteps steps = level_steps(problem, mapping.level);
  Metrics metrics;
  std::vector<double> integrate, fire, relay;  // [bucket][core]
  std::vector<double> link_cycles;             // [bucket][link]
  std::vector<double> link_flits;
  std::vector<double> longest_way;  // by bucket: of a packet, in an empty network

  Energy& energy_of(StageId stage) { return metrics.layers[stage.value()].energy; }

  void prepare() {
    const std::size_t buckets = steps.steps.size();
    metrics.levels.resize(buckets);
    metrics.layers.resize(program.stages.size());
    for (std::size_t s = 0; s < metrics.layers.size(); ++s) metrics.layers[s].stage = StageId(s);
    for (auto* unit : {&integrate, &fire, &relay}) unit->assign(buckets * board.cores(), 0);
    link_cycles.assign(buckets * link_count(board), 0);
    link_flits.assign(buckets * link_count(board), 0);
    longest_way.assign(buckets, 0);
  }

  void add_tiles() {
    std::set<std::pair<std::uint32_t, CoreId>> cores_of_stage;
    std::set<CoreId> cores;
    std::set<ChipId> chips_used;
    for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
      const Tile& tile = problem.tiles[t];
      const CoreId core = mapping.core_of[t];
      cores.insert(core);
      chips_used.insert(board.chip_of(core));
      cores_of_stage.insert({tile.stage.value(), core});
      fire[steps.bucket[t] * board.cores() + core.value()] += work.fire[t];
      metrics.layers[tile.stage.value()].busy_cycles += problem.tile_cycles[t];
      const double passes = passes_of(program, tile.stage, problem.schedule);
      energy_of(tile.stage) +=
          times(chip.energy.soma_update, passes * static_cast<double>(contexts_of(tile))) +
          times(chip.energy.map_value, passes * static_cast<double>(map_values_of(program, tile))) +
          times(chip.energy.state_swap_byte, swapped_bytes_of(program, tile, problem.schedule));
    }
    metrics.tiles = static_cast<std::int64_t>(problem.tiles.size()) - 1;
    metrics.cores = static_cast<std::int64_t>(cores.size());
    metrics.chips = static_cast<std::int64_t>(chips_used.size());
    for (const auto& [stage, core] : cores_of_stage) ++metrics.layers[stage].cores;
  }

  void add_arrivals(const Flow& flow, double events) {
    const Tile& source = problem.tiles[flow.source.value()];
    for (const TileId to : flow.destinations) {
      const Tile& tile = problem.tiles[to.value()];
      double touched = 0;
      double weights = 0;
      if (source.partial_of == to) {
        touched = 1;
      } else {
        const Stage& stage = program.stage(tile.stage);
        for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
          if (stage.inputs[port].stage != source.stage) continue;
          if (!reach_of(program, tile, port).contains(flow.tokens.begin, flow.channels.begin)) continue;
          touched += static_cast<double>(touched_by_event(program, tile, static_cast<int>(port)));
        }
        if (stage.kind == workloads::StageKind::kLinear) weights = touched;
      }
      metrics.layers[tile.stage.value()].synops += events * touched;
      energy_of(tile.stage) += times(chip.energy.synapse_read, events * weights) +
                               times(graded ? chip.energy.multiply_add : chip.energy.accumulate, events * touched);
    }
  }

  void add_flow(std::size_t f) {
    const Flow& flow = problem.flows[f];
    const Route& route = mapping.routes[f];
    const StageId stage = problem.tiles[flow.source.value()].stage;
    const std::size_t level = steps.bucket[flow.source.value()];
    const double events = problem.flow_events[f];
    const auto flits_each = static_cast<double>(chips::flits_of(chip.noc, flow.payload_bits));
    const double flits = events * flits_each;
    LayerEstimate& layer = metrics.layers[stage.value()];
    layer.events += events;
    if (mapping.core_of[flow.source.value()].valid())
      layer.energy += times(chip.energy.event_emit, events);
    else
      layer.energy += times(chip.energy.host_flit, flits);
    add_arrivals(flow, events);
    for (std::size_t d = 0; d < flow.destinations.size(); ++d)
      integrate[level * board.cores() + mapping.core_of[flow.destinations[d].value()].value()] += work.integrate[f][d];

    const CoreId entry = entry_core(mapping.core_of, flow.source);
    double way = 0;
    if (flow.source == TileId(0)) way += static_cast<double>(chip.host_link.latency_cycles.value);
    std::int64_t links = 0;
    std::int64_t crossings = 0;
    CoreId at = entry;
    for (const CoreId to : route.chain) {
      metrics.weighted_hops += events * hops(board, entry, to);
      for_each_xy_link(board, at, to, [&](LinkId link) {
        const bool crossing = crosses_chip(board, link);
        link_cycles[level * link_count(board) + link.value()] += flits * cycles_of_flit(link);
        link_flits[level * link_count(board) + link.value()] += flits;
        ++links;
        crossings += crossing ? 1 : 0;
      });
      way += leg_cycles(board, at, to, flits_each);
      if (to != route.chain.back()) {
        relay[level * board.cores() + to.value()] += work.relay[f];
        way += static_cast<double>(chip.core.relay_cycles.value);
      }
      at = to;
    }
    metrics.tree_hops += events * static_cast<double>(links);
    metrics.connectivity += events * static_cast<double>(route.chain.size());
    metrics.crossings += flits * static_cast<double>(crossings);
    layer.flit_hops += flits * static_cast<double>(links);
    const auto routers = static_cast<double>(links) + static_cast<double>(route.chain.size());
    layer.energy += times(chip.energy.router_hop, flits * routers) +
                    times(chip.energy.link_hop, flits * static_cast<double>(links - crossings)) +
                    times(chip.energy.chip_link_hop, flits * static_cast<double>(crossings));
    if (!route.chain.empty() && events > 0) longest_way[level] = std::max(longest_way[level], way);
  }

  void add_levels() {
    for (std::size_t l = 0; l < metrics.levels.size(); ++l) {
      LevelEstimate& level = metrics.levels[l];
      const auto row = [l](const std::vector<double>& values, std::size_t width) {
        const auto first = values.begin() + static_cast<std::ptrdiff_t>(l * width);
        return *std::max_element(first, first + static_cast<std::ptrdiff_t>(width));
      };
      level.busy_cycles =
          std::max({row(integrate, board.cores()), row(fire, board.cores()), row(relay, board.cores())});
      const double host = l == 0 ? host_cycles(problem) : 0;
      const double fullest = std::max(row(link_cycles, link_count(board)), host);
      level.network_cycles = fullest + longest_way[l];
      level.max_link_flits = row(link_flits, link_count(board));
      const double together = std::max(level.busy_cycles, fullest) + longest_way[l];
      level.cycles = Cycles(std::llround(synchronised(chip.sync, together, steps.steps[l])));
      metrics.steps += steps.steps[l];
      metrics.cycles += level.cycles;
      metrics.max_link_load =
          std::max(metrics.max_link_load,
                   level.max_link_flits / static_cast<double>(std::max<std::int64_t>(1, level.cycles.count())));
    }
    for (std::size_t t = 0; t < problem.tiles.size(); ++t) {
      Cycles& cycles = metrics.layers[problem.tiles[t].stage.value()].level_cycles;
      cycles = std::max(cycles, metrics.levels[steps.bucket[t]].cycles);
    }
  }

  /// The host reads the head's potentials: time, but no step.
  double readout_cycles() const {
    std::vector<double> load(link_count(board), 0);
    double host = 0;
    double way = 0;
    const auto flits = static_cast<double>(chips::flits_of(chip.noc, kPotentialBits));
    const StageId head(program.stages.size() - 1);
    for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
      const Tile& tile = problem.tiles[t];
      if (tile.stage != head || tile.partial_of.valid() || !tile.tokens.contains(0)) continue;
      const double sent = flits * tile.outputs.size();
      host += sent * static_cast<double>(chip.host_link.cycles_per_flit.value);
      way = std::max(way, leg_cycles(board, mapping.core_of[t], CoreId(0), flits));
      for_each_xy_link(board, mapping.core_of[t], CoreId(0),
                       [&](LinkId link) { load[link.value()] += sent * cycles_of_flit(link); });
    }
    return way + static_cast<double>(chip.host_link.latency_cycles.value) +
           std::max(host, *std::max_element(load.begin(), load.end()));
  }

  double cycles_of_flit(LinkId link) const {
    return crosses_chip(board, link)
               ? static_cast<double>(std::max<std::int64_t>(1, chip.chip_link.cycles_per_flit.value))
               : 1;
  }

  void total() {
    metrics.cycles += Cycles(std::llround(readout_cycles()));
    metrics.latency = chips::clock_period(chip) * metrics.cycles.count();
    metrics.step_time_ns_mean = nanoseconds(metrics.latency) / std::max(1.0, metrics.steps);
    for (const LayerEstimate& layer : metrics.layers) metrics.energy += layer.energy;
    metrics.energy += times(chip.energy.step_sync, metrics.steps * static_cast<double>(metrics.chips));
    metrics.energy += energy_over(chip.energy.static_chip.value * metrics.chips, metrics.latency);
  }
};

}  // namespace

Metrics estimate(const MappingProblem& problem, const Mapping& mapping) {
  Estimator estimator(problem, mapping);
  estimator.prepare();
  estimator.add_tiles();
  for (std::size_t f = 0; f < problem.flows.size(); ++f) estimator.add_flow(f);
  estimator.add_levels();
  estimator.total();
  return std::move(estimator.metrics);
}

}  // namespace ranvier::mapper
