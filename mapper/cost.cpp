// SPDX-License-Identifier: Apache-2.0
// Analytic estimate.
#include "mapper/cost.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "mapper/core_legs.h"
#include "mapper/device_schedule.h"
#include "mapper/engine_work.h"
#include "mapper/engines.h"
#include "mapper/flows.h"
#include "mapper/mesh.h"
#include "mapper/peaks.h"
#include "mapper/routes.h"
#include "mapper/routing/tree.h"
#include "mapper/step_work.h"
#include "mapper/work.h"

namespace ranvier::mapper {

using routing::tree_way;
using routing::TreeWay;
using workloads::Program;
using workloads::Stage;

namespace {

Energy times(const chips::Param<Energy>& each, double count) { return each.value * std::llround(count); }

struct Estimator {
  Estimator(const MappingProblem& p, const Mapping& m, const EstimateBasis& b) : problem(p), mapping(m), basis(b) {}
  const MappingProblem& problem;
  const Mapping& mapping;
  const EstimateBasis& basis;
  const chips::Board& board = problem.board;
  const chips::Chip& chip = board.chip;
  const Program& program = *problem.program;
  DeviceSchedule device = device_schedule(problem, mapping.level);
  const StepWork& work = basis.work;
  LevelSteps steps = level_steps(problem, mapping.level, mapping.waves);
  Metrics metrics;
  bool unicast = chip.noc.multicast == chips::Multicast::kUnicast;
  bool tree = chip.noc.multicast == chips::Multicast::kTree;
  bool turns = units_take_turns(chip.core);
  bool ticks = chip.sync.policy == chips::SyncPolicy::kFixedTick;
  bool late = chip.sync.on_overrun == chips::TickOverrun::kLate;
  TickClock clock{chip.sync.tick_cycles.value};
  std::vector<Peaks> integrate, fire, relay;  // by bucket: cycles of each core; in turns, both are in `integrate`
  std::vector<Peaks> link_cycles;             // by bucket: of each link
  std::vector<Peaks> link_flits;
  Peaks integrate_busy{board.cores()};  // all levels; the units of a core work side by side
  Peaks fire_busy{board.cores()};
  Peaks link_busy{link_count(board)};
  std::vector<bool> powered = std::vector<bool>(board.chips());  // by chip
  double host_busy = 0;
  std::int64_t barrier = 0;
  double chip_steps = 0;            // that the chip's synchronisation ends
  std::vector<double> device_host;  // by bucket: cycles of the host link for what passes between chip and device
  std::vector<double> longest_way;  // by bucket: of a packet, in an empty network
  CoreLegs legs{board};

  Energy& energy_of(StageId stage) { return metrics.layers[stage.value()].energy; }

  void prepare() {
    const std::size_t buckets = steps.steps.size();
    metrics.levels.resize(buckets);
    metrics.layers.resize(program.stages.size());
    for (std::size_t s = 0; s < metrics.layers.size(); ++s) {
      metrics.layers[s].stage = StageId(s);
      metrics.layers[s].synops = basis.synops[s];
      metrics.layers[s].energy = basis.arrival_energy[s];
    }
    for (auto* unit : {&integrate, &fire, &relay}) unit->assign(buckets, Peaks(board.cores()));
    for (auto* load : {&link_cycles, &link_flits}) load->assign(buckets, Peaks(link_count(board)));
    longest_way.assign(buckets, 0);
    device_host.assign(buckets, 0);
  }

  void add_firing(std::size_t bucket, CoreId core, double cycles) {
    (turns ? integrate : fire)[bucket].add(core.value(), cycles);
    (turns ? integrate_busy : fire_busy).add(core.value(), cycles);
  }

  void add_tiles() {
    std::set<std::pair<std::uint32_t, CoreId>> cores_of_stage;
    std::set<CoreId> cores;
    const InUse used = in_use(board, mapping.core_of);
    for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
      const Tile& tile = problem.tiles[t];
      const CoreId core = mapping.core_of[t];
      if (!core.valid()) continue;
      cores.insert(core);
      cores_of_stage.insert({tile.stage.value(), core});
      add_firing(steps.bucket[t], core, work.fire[t]);
      metrics.layers[tile.stage.value()].busy_cycles += problem.tile_cycles[t];
      const double passes = passes_of(program, tile.stage, problem.schedule);
      energy_of(tile.stage) +=
          times(chip.energy.soma_update, passes * static_cast<double>(contexts_of(tile))) +
          times(chip.energy.soma_active,
                passes * static_cast<double>(contexts_of(tile)) * active_share(problem.schedule)) +
          times(chip.energy.map_value, passes * static_cast<double>(map_values_of(program, tile))) +
          times(chip.energy.state_swap_byte, swapped_bytes_of(program, tile, problem.schedule));
    }
    add_engines();
    metrics.tiles = static_cast<std::int64_t>(problem.tiles.size()) - 1;
    metrics.cores = static_cast<std::int64_t>(cores.size());
    metrics.chips = used.chips;
    barrier = end_of_step_cycles(chip.sync, used.routers, used.chips);
    for (const auto& [stage, core] : cores_of_stage) ++metrics.layers[stage].cores;
  }

  /// Products in dense mode; what the device spends but for its static power.
  void add_engines() {
    for (const Tile& tile : problem.tiles)
      if (tile.engine == Engine::kDense)
        energy_of(tile.stage) += chip.energy.dense_multiply_add.value * dense_products_of(program, tile);
    for (std::size_t s = 0; s < device.cost.size(); ++s) {
      const DenseCost& cost = device.cost[s];
      energy_of(StageId(s)) += cost.compute + cost.vector_energy + cost.buffer_energy + cost.memory_energy +
                               link_energy(*board.device, device.link_bytes[s]);
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
    const CoreId home = mapping.core_of[flow.source.value()];
    const auto packets = static_cast<double>(route.chain.size());
    bool local = false;
    for (const TileId to : flow.destinations) local = local || (home.valid() && mapping.core_of[to.value()] == home);
    // Every packet of a core is made by it, those that it relays too; so is the event that stays at home.
    const bool leaves = to_device(problem.tiles, flow);
    const double by_host = home.valid() ? 0.0 : static_cast<double>(packets_of(chip.noc, route));
    const double made = (tree ? std::min(1.0, packets) : packets) - by_host;
    layer.energy += times(chip.energy.event_emit, events * (made + (local ? 1 : 0))) +
                    times(chip.energy.event_receive, leaves ? 0 : events * packets) +
                    times(chip.energy.host_flit, flits * (by_host + (leaves ? packets : 0)));
    if (work.free_packets[f] != 0 && home.valid()) layer.energy += times(chip.energy.spike, events);
    const double host =
        flits * (by_host + (leaves ? packets : 0)) * static_cast<double>(chip.host_link.cycles_per_flit.value);
    host_busy += host;
    if (flow.source != TileId(0)) device_host[level] += host;
    if (home.valid() && (unicast || !route.starts.empty())) {
      const std::int64_t more =
          unicast ? work.more_packets(f, route.chain.size()) : static_cast<std::int64_t>(route.starts.size());
      add_firing(level, home, static_cast<double>(more) * work.emit[f]);
    }
    for (std::size_t d = 0; d < flow.destinations.size(); ++d)
      if (const CoreId to = mapping.core_of[flow.destinations[d].value()]; to.valid()) {
        integrate[level].add(to.value(), work.integrate[f][d]);
        integrate_busy.add(to.value(), work.integrate[f][d]);
      }

    const CoreId entry = entry_core(mapping.core_of, flow.source);
    const double from_host = !home.valid() || leaves ? static_cast<double>(chip.host_link.latency_cycles.value) : 0.0;
    double longest = 0;
    double way = from_host;
    std::int64_t links = 0;
    std::int64_t crossings = 0;
    std::int64_t vertical_links = 0;
    CoreId at = entry;
    std::size_t entered = route.chain.size();  // routers that a packet comes to from a core
    if (tree && !leaves) {
      const TreeWay all = tree_way(board, entry, route, flits_each);
      for (const LinkId link : route.tree) load_link(level, link, flits);
      for (const CoreId to : route.chain) metrics.weighted_hops += events * hops(board, entry, to);
      links = all.way.links;
      crossings = all.way.edges;
      vertical_links = all.way.vertical;
      longest = from_host + all.longest_cycles;
      entered = std::min<std::size_t>(1, entered);
    }
    if (basis.many_flows && legs.begins(level, entry, flits_each)) {
      flush_legs();
      legs.begin(level, entry, flits_each);
    }
    for (std::size_t i = 0; i < route.chain.size(); ++i) {
      const CoreId to = route.chain[i];
      if (tree && !leaves) break;
      if (basis.many_flows) {
        CoreLegs::Leg& leg = legs.to(to);
        leg.flits += flits;
        metrics.weighted_hops += events * leg.hops;
        links += leg.way.links;
        crossings += leg.way.edges;
        vertical_links += leg.way.vertical;
        longest = std::max(longest, from_host + leg.cycles);
        continue;
      }
      metrics.weighted_hops += events * hops(board, entry, to);
      for_each_xy_link(board, at, to, [&](LinkId link) { load_link(level, link, flits); });
      const WayLinks leg = way_links(board, at, to);
      links += leg.links;
      crossings += leg.edges;
      vertical_links += leg.vertical;
      way += leg_cycles(board, at, to, flits_each);
      longest = std::max(longest, way);
      if (unicast || !route.passes_on(i)) {
        way = from_host;
        at = entry;
        continue;
      }
      relay[level].add(to.value(), work.relay[f]);
      way += static_cast<double>(chip.core.relay_cycles.value);
      at = to;
    }
    metrics.tree_hops += events * static_cast<double>(links);
    metrics.connectivity += events * static_cast<double>(route.chain.size());
    metrics.crossings += flits * static_cast<double>(crossings);
    layer.flit_hops += flits * static_cast<double>(links);
    const auto routers = static_cast<double>(links) + static_cast<double>(entered);
    layer.energy += times(chip.energy.router_hop, flits * routers) +
                    times(chip.energy.link_hop, flits * static_cast<double>(links - crossings - vertical_links)) +
                    times(chip.energy.link_hop_vertical, flits * static_cast<double>(vertical_links)) +
                    times(chip.energy.chip_link_hop, flits * static_cast<double>(crossings));
    if (!route.chain.empty() && events > 0) longest_way[level] = std::max(longest_way[level], longest);
  }

  void flush_legs() {
    legs.flush([&](std::size_t level, LinkId link, double flits) { load_link(level, link, flits); });
  }

  void load_link(std::size_t level, LinkId link, double flits) {
    const double cycles = flits * static_cast<double>(cycles_per_flit(board, link));
    link_cycles[level].add(link.value(), cycles);
    link_busy.add(link.value(), cycles);
    link_flits[level].add(link.value(), flits);
  }

  void add_levels() {
    for (std::size_t l = 0; l < metrics.levels.size(); ++l) {
      LevelEstimate& level = metrics.levels[l];
      level.busy_cycles = std::max({integrate[l].highest(), fire[l].highest(), relay[l].highest()});
      const double host = (l == 0 ? host_cycles(problem, mapping) : 0) + device_host[l];
      const double fullest = std::max(link_cycles[l].highest(), host);
      const std::int32_t waves = mapping.waves_of(l);
      const double ways = waves * longest_way[l];
      level.network_cycles = fullest + ways;
      level.max_link_flits = link_flits[l].highest();
      double together = std::max(level.busy_cycles, fullest) + ways;
      if (device.used) together = with_device(board, device.steps[l], together, waves);
      level.cycles = Cycles(std::llround(level_time(l, together)));
      if (device.chip_works(l)) chip_steps += steps.steps[l];
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

  double level_time(std::size_t level, double together) {
    if (ticks && late) return clock.end_of(together, steps.steps[level]);
    if (device.chip_works(level) || ticks) return synchronised(chip.sync, together, steps.steps[level], barrier);
    return std::max(1.0, std::ceil(together));
  }

  /// The host reads the head's potentials: time and energy, but no step.
  double readout_cycles() {
    if (device.readout_bytes > 0)
      return static_cast<double>(chip_cycles(chip, link_time(*board.device, device.readout_bytes)));
    Peaks load(link_count(board));
    double host = 0;
    double way = 0;
    const auto flits = static_cast<double>(chips::flits_of(chip.noc, kPotentialBits));
    const StageId head(program.stages.size() - 1);
    for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
      const Tile& tile = problem.tiles[t];
      const CoreId core = mapping.core_of[t];
      if (tile.stage != head || tile.sums_for_others() || !tile.tokens.contains(0) || !core.valid()) continue;
      const double sent = flits * tile.outputs.size();
      const WayLinks leg = way_links(board, core, CoreId(0));
      energy_of(head) += times(chip.energy.event_emit, tile.outputs.size()) +
                         times(chip.energy.router_hop, sent * (leg.links + 1)) +
                         times(chip.energy.link_hop, sent * leg.horizontal()) +
                         times(chip.energy.link_hop_vertical, sent * leg.vertical) +
                         times(chip.energy.chip_link_hop, sent * leg.edges) + times(chip.energy.host_flit, sent);
      host += sent * static_cast<double>(chip.host_link.cycles_per_flit.value);
      way = std::max(way, leg_cycles(board, core, CoreId(0), flits));
      for_each_xy_link(board, core, CoreId(0), [&](LinkId link) {
        const double cycles = sent * static_cast<double>(cycles_per_flit(board, link));
        load.add(link.value(), cycles);
        link_busy.add(link.value(), cycles);
      });
    }
    host_busy += host;
    return way + static_cast<double>(chip.host_link.latency_cycles.value) + std::max(host, load.highest());
  }

  void pass(LinkId link) { powered[board.chip_of(link_source(board, link)).value()] = true; }

  /// As the simulator has it: a route through the corner of an L of chips keeps the fourth one awake.
  void count_powered() {
    if (metrics.cores == 0) return;
    powered[board.chip_of(CoreId(0)).value()] = true;
    for (const CoreId core : mapping.core_of)
      if (core.valid()) powered[board.chip_of(core).value()] = true;
    link_busy.for_each([&](std::size_t link) { pass(LinkId(link)); });
    metrics.powered_chips = std::count(powered.begin(), powered.end(), true);
  }

  void total() {
    double readout = readout_cycles();
    if (ticks) readout = late ? clock.up_to_tick(readout) : TickClock(chip.sync.tick_cycles.value).up_to_tick(readout);
    metrics.cycles += Cycles(std::llround(readout));
    metrics.latency = chips::clock_period(chip) * metrics.cycles.count();
    metrics.initiation_interval = metrics.latency;
    // Samples of a temporal program follow each other: each needs compartments at rest.
    if (pipelined(chip.sync.policy) && !program.temporal()) {
      const double busiest = std::max({integrate_busy.highest(), fire_busy.highest(), link_busy.highest(), host_busy,
                                       static_cast<double>(chip_cycles(chip, device.busiest)), 1.0});
      metrics.initiation_interval =
          std::min(metrics.latency, chips::clock_period(chip) * std::llround(std::ceil(busiest)));
    }
    metrics.step_time_ns_mean = nanoseconds(metrics.latency) / std::max(1.0, metrics.steps);
    for (const LayerEstimate& layer : metrics.layers) metrics.energy += layer.energy;
    count_powered();
    metrics.energy += times(chip.energy.step_sync, chip_steps * static_cast<double>(metrics.powered_chips));
    metrics.static_chips = energy_over(chip.energy.static_chip.value * metrics.powered_chips, metrics.latency);
    if (device.used) metrics.static_device = energy_over(board.device->static_device.value, metrics.latency);
    metrics.energy += metrics.static_chips + metrics.static_device;
  }
};

}  // namespace

Metrics estimate(const MappingProblem& problem, const Mapping& mapping) {
  return estimate(problem, mapping, estimate_basis(problem));
}

Metrics estimate(const MappingProblem& problem, const Mapping& mapping, const EstimateBasis& basis) {
  Estimator estimator(problem, mapping, basis);
  estimator.prepare();
  estimator.add_tiles();
  for (std::size_t f = 0; f < problem.flows.size(); ++f) estimator.add_flow(f);
  estimator.flush_legs();
  estimator.add_levels();
  estimator.total();
  return std::move(estimator.metrics);
}

}  // namespace ranvier::mapper
