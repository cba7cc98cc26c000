// SPDX-License-Identifier: Apache-2.0
// What a node's queues do to the time of a step, each in a network made so that the last core to end shows it: against
// the chip simulation, cycle for cycle.
#include <gtest/gtest.h>

#include "mapper/demand.h"
#include "mapper/levels.h"
#include "mapper/routes.h"
#include "mapper/tiler.h"
#include "rtl/noc/errors.h"
#include "tests/rtl/noc/chip_fixture.h"

namespace ranvier::rtl {
namespace {

/// A linear stage fed by stage `input`, the same number of tokens.
struct Layer {
  const char* name;
  std::size_t input;
  std::int32_t channels;
  bool fires;                           // every neuron once, in the first step, by its bias alone; others never
  std::vector<CoreId> cores;            // one for each range of tokens
  std::vector<mapper::Range> tokens{};  // empty: all, on one core
};

/// The input sends `codes` through host links of a flit a cycle. No weight makes a neuron fire; the last layer is the
/// head.
std::unique_ptr<Mapped> map_layers(std::int32_t tokens, std::int32_t input_channels, const std::vector<Layer>& layers) {
  constexpr std::int32_t kThreshold = 20000;  // beyond what events of weight 1 add up to
  auto m = std::make_unique<Mapped>();
  workloads::Program& program = m->program;
  program.name = "layers";
  program.input_code_max = 1;
  program.stages.resize(1 + layers.size());
  program.stages[0].name = "input";
  program.stages[0].tokens = tokens;
  program.stages[0].channels = input_channels;
  m->problem.program = &program;
  m->problem.board = rtl_board(2);
  m->problem.board.chip.host_link.latency_cycles.value = 1;
  m->problem.board.chip.host_link.cycles_per_flit.value = 1;
  m->problem.schedule = mapper::Schedule::kAsynchronousUnary;
  m->problem.tiles.emplace_back();
  m->problem.tiles[0].stage = StageId(0);
  m->problem.tiles[0].outputs = {0, input_channels};
  m->problem.tiles[0].tokens = {0, tokens};
  m->mapping.core_of.emplace_back();
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const Layer& layer = layers[l];
    workloads::Stage& stage = program.stages[l + 1];
    stage.name = layer.name;
    stage.kind = workloads::StageKind::kLinear;
    stage.inputs = {{StageId(layer.input), 1}};
    stage.tokens = tokens;
    stage.channels = layer.channels;
    stage.in_channels = program.stages[layer.input].channels;
    const auto outputs = static_cast<std::size_t>(stage.channels);
    stage.linear.weight.assign(outputs * static_cast<std::size_t>(stage.in_channels), 1);
    stage.linear.bias.assign(outputs, layer.fires ? kThreshold / 2 : 0);
    if (l + 1 < layers.size()) {
      stage.encoder.present = true;
      stage.encoder.threshold.assign(outputs, kThreshold);
      stage.encoder.hi = 1;
    }
    for (std::size_t i = 0; i < layer.cores.size(); ++i) {
      mapper::Tile tile;
      tile.stage = StageId(l + 1);
      tile.outputs = {0, stage.channels};
      tile.inputs = {0, stage.in_channels};
      tile.tokens = layer.tokens.empty() ? mapper::Range{0, tokens} : layer.tokens[i];
      if (!layer.tokens.empty()) tile.mode = mapper::TokenMode::kReplicate;
      tile.demand = mapper::demand_of(program, m->problem.board.chip.core, tile);
      m->problem.tiles.push_back(tile);
      m->mapping.core_of.push_back(layer.cores[i]);
    }
  }
  mapper::derive_flows(m->problem);
  m->mapping.level = mapper::compute_levels(m->problem);
  m->mapping.delay = mapper::balance_delays(m->problem, m->mapping.level).delay;
  m->mapping.routes = mapper::make_routes(m->problem, m->mapping.core_of);
  return m;
}

/// Cores that flow number `which` of the stage's goes to in turn.
std::vector<CoreId> chain_of_stage(const Mapped& m, std::size_t stage, std::size_t which = 0) {
  for (std::size_t f = 0; f < m.problem.flows.size(); ++f) {
    if (m.problem.tiles[m.problem.flows[f].source.value()].stage == StageId(stage) && which-- == 0)
      return m.mapping.routes[f].chain;
  }
  return {};
}

std::vector<std::int32_t> all_of(const Mapped& m, std::int32_t code) {
  const workloads::Stage& input = m.program.stages.front();
  return std::vector<std::int32_t>(static_cast<std::size_t>(input.tokens) * static_cast<std::size_t>(input.channels),
                                   code);
}

// Core 0 sends 64 events, the host 32 beside the first of them. The head takes 3 cycles each: were the host's to go
// first, it would start 32 cycles late and have nothing to do before.
TEST(RtlChip, HostPacketsWaitForThoseOfTheCoreThatCameBefore) {
  const auto m = map_layers(4, 8, {{"layer", 0, 16, true, {CoreId(0)}}, {"head", 1, 32, false, {CoreId(3)}}});
  Compared all;
  compare(*m, {all_of(*m, 1)}, all, ModelBuild::kCheck);
  EXPECT_GE(all.events, 64 + 32);
}

// Core 1 has 48 events of its own for the head, while 48 come for it that it passes on to core 3. Relays go first: were
// there one every cycle, its own would wait until the last.
TEST(RtlChip, RelaysLeaveEveryOtherCycleForTheCoresOwn) {
  const auto m = map_layers(3, 1,
                            {{"first", 0, 16, true, {CoreId(0)}},
                             {"second", 1, 16, true, {CoreId(1)}},
                             {"aside", 1, 1, false, {CoreId(3)}},
                             {"head", 2, 32, false, {CoreId(2)}}});
  ASSERT_EQ(chain_of_stage(*m, 1), (std::vector<CoreId>{CoreId(1), CoreId(3)}));
  Compared all;
  compare(*m, {all_of(*m, 0)}, all, ModelBuild::kCheck);
  EXPECT_EQ(all.events, 48 + 48);
}

// 240 events come to core 1, one every cycle, and take 5 cycles each: its queue is full long before the later half
// comes, which core 1 passes on to core 2. That core takes 9 cycles each and ends last: by as much later as the way out
// closes earlier. Core 3, which the earlier half goes on to, has ended.
TEST(RtlChip, AFullQueueHoldsRelaysUp) {
  const auto m = map_layers(
      20, 12,
      {{"narrow", 0, 64, false, {CoreId(1)}}, {"head", 0, 128, false, {CoreId(3), CoreId(2)}, {{0, 10}, {10, 20}}}});
  ASSERT_EQ(chain_of_stage(*m, 0, 0), (std::vector<CoreId>{CoreId(1), CoreId(3)}));
  ASSERT_EQ(chain_of_stage(*m, 0, 1), (std::vector<CoreId>{CoreId(1), CoreId(2)}));
  Compared all;
  compare(*m, {all_of(*m, 1)}, all, ModelBuild::kCheck);
  EXPECT_EQ(all.events, 240);
  EXPECT_EQ(all.most_waiting, m->problem.board.chip.core.receive_fifo_events.value);
}

// 192 events come to core 0, which passes them on to core 1: 17 cycles each there. Its queue fills up, then the
// network, then core 0's interface: what it relays, its own 96 events for the head and the host's packets all wait.
TEST(RtlChip, RelaysOwnAndHostPacketsWaitForACongestedCore) {
  const auto m = map_layers(
      6, 32,
      {{"layer", 0, 16, true, {CoreId(0)}}, {"slow", 0, 256, false, {CoreId(1)}}, {"head", 1, 32, false, {CoreId(3)}}});
  ASSERT_EQ(chain_of_stage(*m, 0), (std::vector<CoreId>{CoreId(0), CoreId(1)}));
  Compared all;
  compare(*m, {all_of(*m, 1)}, all, ModelBuild::kCheck);
  EXPECT_EQ(all.events, 192 + 96);
  EXPECT_GT(all.cycles, 192 * 17);
  EXPECT_EQ(all.most_waiting, m->problem.board.chip.core.receive_fifo_events.value);
}

std::string fault_of(const Mapped& m, std::int32_t code) {
  RtlChip chip(m.problem, m.mapping);
  try {
    chip.run(all_of(m, code));
  } catch (const ChipFault& e) {
    return e.fault;
  }
  return {};
}

// Core 1 takes an event in 2 cycles, the host sends one every cycle: more wait than the host's queue holds, in order.
TEST(RtlChip, HostPacketsWaitOutsideWhenTheirQueueIsFull) {
  const auto m = map_layers(64, 14, {{"head", 0, 16, false, {CoreId(1)}}});
  Compared all;
  compare(*m, {all_of(*m, 1)}, all, ModelBuild::kCheck);
  EXPECT_EQ(all.events, 64 * 14);
  EXPECT_GT(all.cycles, 2 * 64 * 14);
}

// The host and core 0 send an event every cycle each: soon packets of the core would go before earlier ones of the
// host.
TEST(RtlChip, AFullHostQueueBesideASendingCoreEndsTheRun) {
  const auto m = map_layers(64, 12, {{"layer", 0, 16, true, {CoreId(0)}}, {"head", 1, 16, false, {CoreId(3)}}});
  EXPECT_EQ(fault_of(*m, 1), "a queue of packets to send was full");
}

// Core 3 takes 17 cycles for each of the 1280 events that core 0 sends in as many cycles, with room for 1024.
TEST(RtlChip, AFullSendQueueEndsTheRun) {
  const auto m = map_layers(64, 1, {{"layer", 0, 20, true, {CoreId(0)}}, {"head", 1, 256, false, {CoreId(3)}}});
  EXPECT_EQ(fault_of(*m, 0), "a queue of packets to send was full");
}

// Core 1 passes every event on, one in 2 cycles, core 3 takes 17 cycles for each.
TEST(RtlChip, AFullRelayBufferEndsTheRun) {
  const auto m = map_layers(64, 22, {{"narrow", 0, 16, false, {CoreId(1)}}, {"head", 0, 256, false, {CoreId(3)}}});
  ASSERT_EQ(chain_of_stage(*m, 0), (std::vector<CoreId>{CoreId(1), CoreId(3)}));
  EXPECT_EQ(fault_of(*m, 1), "a relay buffer was full");
}

}  // namespace
}  // namespace ranvier::rtl
