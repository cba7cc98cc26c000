// SPDX-License-Identifier: Apache-2.0
// Analytic estimate.
#include "mapper/cost.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "mapper/delivery.h"
#include "mapper/mesh.h"
#include "mapper/routes.h"
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
  Metrics metrics;
  std::vector<std::int32_t> bucket;
  std::vector<double> busy;         // [bucket][core]
  std::vector<double> link_cycles;  // [bucket][link]
  std::vector<double> link_flits;
  std::vector<double> longest_way;  // by bucket

  Energy& energy_of(StageId stage) { return metrics.layers[stage.value()].energy; }

  void prepare() {
    bucket = mapping.level;
    if (problem.schedule == Schedule::kAsynchronousUnary) bucket.assign(mapping.level.size(), 0);
    const auto buckets = static_cast<std::size_t>(*std::max_element(bucket.begin(), bucket.end())) + 1;
    metrics.levels.resize(buckets);
    metrics.layers.resize(program.stages.size());
    for (std::size_t s = 0; s < metrics.layers.size(); ++s) metrics.layers[s].stage = StageId(s);
    busy.assign(buckets * board.cores(), 0);
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
      busy[static_cast<std::size_t>(bucket[t]) * board.cores() + core.value()] += problem.tile_cycles[t];
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
    const auto level = static_cast<std::size_t>(bucket[flow.source.value()]);
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

    const CoreId entry = entry_core(mapping.core_of, flow.source);
    const double hop_cycles = static_cast<double>(chip.noc.router_cycles.value + chip.noc.link_cycles.value);
    double way = flits_each;
    std::int64_t links = 0;
    std::int64_t crossings = 0;
    CoreId at = entry;
    for (const CoreId to : route.chain) {
      metrics.weighted_hops += events * hops(board, entry, to);
      for_each_xy_link(board, at, to, [&](LinkId link) {
        const bool crossing = crosses_chip(board, link);
        const auto cycles =
            static_cast<double>(crossing ? std::max<std::int64_t>(1, chip.chip_link.cycles_per_flit.value) : 1);
        link_cycles[level * link_count(board) + link.value()] += flits * cycles;
        link_flits[level * link_count(board) + link.value()] += flits;
        way += crossing ? static_cast<double>(chip.noc.router_cycles.value + chip.chip_link.latency_cycles.value)
                        : hop_cycles;
        ++links;
        crossings += crossing ? 1 : 0;
      });
      if (to != route.chain.back()) {
        busy[level * board.cores() + to.value()] += events * static_cast<double>(chip.core.relay_cycles.value);
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
    longest_way[level] = std::max(longest_way[level], way);
  }

  double steps_of(std::size_t level) const {
    if (graded) return 1;
    double passes = 1;
    double depth = 0;
    for (std::size_t t = 0; t < problem.tiles.size(); ++t) {
      depth = std::max(depth, static_cast<double>(mapping.level[t]));
      if (static_cast<std::size_t>(bucket[t]) == level)
        passes = std::max(passes, passes_of(program, problem.tiles[t].stage, problem.schedule));
    }
    return problem.schedule == Schedule::kAsynchronousUnary ? passes + depth : passes;
  }

  std::int64_t synchronised(double cycles, double steps) const {
    const double each = std::ceil(cycles / steps);
    const auto phase = static_cast<double>(std::max<std::int64_t>(1, chip.sync.phase_cycles.value));
    const double step = chip.sync.policy == chips::SyncPolicy::kFixedPhase
                            ? std::max(1.0, std::ceil(each / phase)) * phase
                            : each + static_cast<double>(chip.sync.barrier_cycles.value);
    return std::llround(step * steps);
  }

  void add_levels() {
    for (std::size_t l = 0; l < metrics.levels.size(); ++l) {
      LevelEstimate& level = metrics.levels[l];
      const auto row = [l](const std::vector<double>& values, std::size_t width) {
        const auto first = values.begin() + static_cast<std::ptrdiff_t>(l * width);
        return *std::max_element(first, first + static_cast<std::ptrdiff_t>(width));
      };
      level.busy_cycles = row(busy, board.cores());
      level.network_cycles = row(link_cycles, link_count(board)) + longest_way[l];
      level.max_link_flits = row(link_flits, link_count(board));
      const double steps = std::ceil(steps_of(l));
      level.cycles = Cycles(synchronised(level.busy_cycles + level.network_cycles, steps));
      metrics.steps += steps;
      metrics.cycles += level.cycles;
      metrics.max_link_load =
          std::max(metrics.max_link_load,
                   level.max_link_flits / static_cast<double>(std::max<std::int64_t>(1, level.cycles.count())));
    }
    for (std::size_t t = 0; t < problem.tiles.size(); ++t) {
      Cycles& cycles = metrics.layers[problem.tiles[t].stage.value()].level_cycles;
      cycles = std::max(cycles, metrics.levels[static_cast<std::size_t>(bucket[t])].cycles);
    }
  }

  void total() {
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
