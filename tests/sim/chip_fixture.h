// SPDX-License-Identifier: Apache-2.0
// A small board with easy numbers, programs by hand, and random legal mappings of random programs.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/random.h"
#include "mapper/demand.h"
#include "mapper/errors.h"
#include "mapper/levels.h"
#include "mapper/routes.h"
#include "mapper/tiler.h"
#include "mapper/verifier.h"
#include "mapper/waves.h"
#include "sim/simulate.h"
#include "workloads/program.h"

namespace ranvier::sim::testing {

/// 1 GHz; every cost of a core 1 cycle but decode 2 and map 3; 4 lanes; barrier of 10 cycles; energies distinct primes.
inline chips::Board small_board(std::int32_t width, std::int32_t height, std::int32_t columns = 1,
                                std::int32_t rows = 1) {
  chips::Board b;
  b.name = "small";
  b.columns = columns;
  b.rows = rows;
  chips::Chip& c = b.chip;
  c.name = "small";
  c.clock_khz.value = 1'000'000;
  c.core.neurons.value = 4096;
  c.core.fan_in_axons.value = 4096;
  c.core.route_entries.value = 4096;
  c.core.weight_bits.value = 8;
  c.core.synapse_memory.value = Bytes(1 << 20);
  c.core.state_memory.value = Bytes(1 << 20);
  c.core.lanes.value = 4;
  c.core.event_decode_cycles.value = 2;
  c.core.soma_cycles.value = 1;
  c.core.map_cycles.value = 3;
  c.core.emit_cycles.value = 1;
  c.core.relay_cycles.value = 1;
  c.core.receive_fifo_events.value = 8;
  c.core.relay_buffer_events.value = 1 << 20;
  c.noc.width = width;
  c.noc.height = height;
  c.noc.header_bits.value = 24;
  c.noc.flit_bits.value = 32;
  c.noc.virtual_channels.value = 2;
  c.noc.buffer_flits.value = 4;
  c.noc.router_cycles.value = 1;
  c.noc.link_cycles.value = 1;
  c.noc.credit_cycles.value = 2;
  c.chip_link.latency_cycles.value = 7;
  c.chip_link.cycles_per_flit.value = 3;
  c.host_link.latency_cycles.value = 20;
  c.host_link.cycles_per_flit.value = 2;
  c.sync.policy = chips::SyncPolicy::kBarrier;
  c.sync.barrier_cycles.value = 10;
  c.sync.phase_cycles.value = 500;
  chips::EnergyTable& e = c.energy;
  e.synapse_read.value = Energy(101);
  e.accumulate.value = Energy(103);
  e.multiply_add.value = Energy(107);
  e.soma_update.value = Energy(109);
  e.map_value.value = Energy(113);
  e.state_swap_byte.value = Energy(127);
  e.event_emit.value = Energy(131);
  e.router_hop.value = Energy(137);
  e.link_hop.value = e.link_hop_vertical.value = Energy(139);
  e.chip_link_hop.value = Energy(149);
  e.host_flit.value = Energy(151);
  e.step_sync.value = Energy(157);
  e.static_chip.value = Power(12345);
  return b;
}

/// Two tokens of two codes 0..3 -> fc with three neurons -> head with two. Thresholds 4, bounds -3..3.
inline workloads::Program tiny_program() {
  using workloads::Stage;
  using workloads::StageKind;
  workloads::Program p;
  p.name = "tiny";
  p.input_code_max = 3;
  Stage input;
  input.name = "input";
  input.kind = StageKind::kInput;
  input.tokens = 2;
  input.channels = input.in_channels = 2;
  Stage fc;
  fc.name = "fc";
  fc.kind = StageKind::kLinear;
  fc.inputs = {{StageId(0), 1}};
  fc.tokens = 2;
  fc.in_channels = 2;
  fc.channels = 3;
  fc.encoder = {true, {4, 4, 4}, -3, 3};
  fc.linear.weight = {1, 2, -3, 4, -1, 2};
  fc.linear.bias = {0, 1, -2};
  Stage head;
  head.name = "head";
  head.kind = StageKind::kLinear;
  head.inputs = {{StageId(1), 1}};
  head.tokens = 1;
  head.in_channels = 3;
  head.channels = 2;
  head.linear.weight = {5, -5, 7, 1, -2, 3};
  head.linear.bias = {100, 0};
  p.stages = {input, fc, head};
  return p;
}

/// A program with a problem and a mapping; stays where it is, because the problem points to the program.
struct Case {
  workloads::Program program;
  mapper::MappingProblem problem;
  mapper::Mapping mapping;
};

/// fc whole on core 1, head whole on core 3 of a 2 x 2 mesh.
inline std::unique_ptr<Case> tiny_case(mapper::Schedule schedule = mapper::Schedule::kStagedGraded) {
  auto c = std::make_unique<Case>();
  c->program = tiny_program();
  c->problem.program = &c->program;
  c->problem.board = small_board(2, 2);
  c->problem.schedule = schedule;
  c->problem.tiles.resize(3);
  c->problem.tiles[0] = {StageId(0), {0, 2}, {0, 2}, {0, 2}, {}, {}, {}};
  c->problem.tiles[1] = {StageId(1), {0, 3}, {0, 2}, {0, 2}, {}, {}, {}};
  c->problem.tiles[2] = {StageId(2), {0, 2}, {0, 3}, {0, 1}, {}, {}, {}};
  c->problem.flows = {{TileId(0), {0, 2}, {0, 2}, {TileId(1)}, 2}, {TileId(1), {0, 1}, {0, 3}, {TileId(2)}, 3}};
  c->mapping = {{CoreId(), CoreId(1), CoreId(3)}, {{{CoreId(1)}}, {{CoreId(3)}}}, {0, 1, 2}, {0, 0}};
  return c;
}

/// Tiles on random cores, wherever they fit; several share a core now and then. Legal, and unlike what a mapper would
/// do.
inline std::unique_ptr<Case> random_case(workloads::Program program, const chips::Board& board,
                                         mapper::Schedule schedule, std::uint64_t seed) {
  auto c = std::make_unique<Case>();
  c->program = std::move(program);
  c->problem = mapper::make_problem(c->program, board, schedule);
  std::vector<mapper::Demand> load(board.cores());
  c->mapping.core_of.emplace_back();
  for (std::size_t t = 1; t < c->problem.tiles.size(); ++t) {
    const mapper::Demand& demand = c->problem.tiles[t].demand;
    // From a random core of a the first half of the board on: neighbours share.
    std::size_t core = random_below(static_cast<std::uint32_t>((board.cores() + 1) / 2), seed, t, 2);
    while (!mapper::fits(board.chip.core, load[core] + demand)) core = (core + 1) % board.cores();
    load[core] += demand;
    c->mapping.core_of.emplace_back(core);
  }
  c->mapping.level = mapper::compute_levels(c->problem);
  c->mapping.delay = mapper::balance_delays(c->problem, c->mapping.level).delay;
  c->mapping.routes = mapper::make_routes(c->problem, c->mapping.core_of);
  return c;
}

/// One to four waves for each level of a staged schedule, as far as its tiles have events.
inline void give_waves(Case& c, std::uint64_t seed) {
  if (c.problem.schedule != mapper::Schedule::kStagedGraded && c.problem.schedule != mapper::Schedule::kStagedUnary)
    return;
  std::vector<std::int64_t> most;
  for (std::size_t t = 0; t < c.problem.tiles.size(); ++t) {
    const auto level = static_cast<std::size_t>(c.mapping.level[t]);
    most.resize(std::max(most.size(), level + 1), 1);
    most[level] = std::max(most[level], mapper::most_waves(c.problem.tiles[t]));
  }
  c.mapping.waves.clear();
  for (std::size_t l = 0; l < most.size(); ++l)
    c.mapping.waves.push_back(
        static_cast<std::int32_t>(std::min<std::int64_t>(most[l], 1 + random_below(4, seed, l, 3))));
}

}  // namespace ranvier::sim::testing
