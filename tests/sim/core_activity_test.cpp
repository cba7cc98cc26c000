// SPDX-License-Identifier: Apache-2.0
// What cores charge for contexts that had input and for those that fire, on chips that tell them apart.
#include <gtest/gtest.h>

#include "tests/sim/chip_fixture.h"

namespace ranvier::sim {
namespace {

chips::CoreKind dear_core() {
  chips::CoreKind core = testing::small_board(1, 1).chip.core;  // 4 lanes, decode 2, soma 1, map 3, emit 1
  core.synapse_cycles.value = 5;
  core.synapse_conv_cycles.value = 4;
  core.soma_active_cycles.value = 7;
  core.spike_cycles.value = 11;
  return core;
}

// fc of the tiny program: two tokens of three outputs. X = 3 {1, 2, -3} + {0, 1, -2} for token 0: all three fire.
TEST(CoreActivity, ContextsOfATokenWithInputAreActive) {
  const auto c = testing::tiny_case();
  const chips::CoreKind core = dear_core();
  const auto model = make_behavioural_core({&c->program, c->problem.tiles[1], &core, true});
  EXPECT_EQ(model->receive({0, 0, 3, 0}, Cycles(0)), Cycles(2 + 5));
  std::vector<Emission> out;
  // Two groups of contexts, one of active ones, three events.
  EXPECT_EQ(model->fire(out), Cycles(2 * 1 + 7 + 3 * (11 + 1)));
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(out[0].at, Cycles(1 + 7 + 12));
  EXPECT_EQ(out[1].at, Cycles(1 + 7 + 24));
  EXPECT_EQ(out[2].at, Cycles(1 + 7 + 36));
  EXPECT_EQ(model->counters().soma_updates, 6);
  EXPECT_EQ(model->counters().active_updates, 3);
  EXPECT_EQ(model->counters().spikes, 3);
  EXPECT_EQ(model->counters().synapse_reads, 3);
  EXPECT_EQ(model->counters().conv_reads, 0);
  // Nothing came since: all contexts are looked at, none is active.
  out.clear();
  EXPECT_EQ(model->fire(out), Cycles(2));
  EXPECT_EQ(model->counters().soma_updates, 12);
  EXPECT_EQ(model->counters().active_updates, 3);
}

TEST(CoreActivity, AContextThatFiresFromItsBiasIsActive) {
  auto c = testing::tiny_case();
  c->program.stages[1].linear.bias = {9, 0, 0};  // code 2 in both tokens
  const chips::CoreKind core = dear_core();
  const auto model = make_behavioural_core({&c->program, c->problem.tiles[1], &core, true});
  std::vector<Emission> out;
  EXPECT_EQ(model->fire(out), Cycles(2 + 7 + 2 * 12));
  EXPECT_EQ(model->counters().active_updates, 2);
  EXPECT_EQ(model->counters().spikes, 2);
}

TEST(CoreActivity, ElementwiseStagesTakeInputOneByOne) {
  workloads::Program p;
  p.input_code_max = 3;
  workloads::Stage input;
  input.kind = workloads::StageKind::kInput;
  input.tokens = 1;
  input.channels = input.in_channels = 8;
  workloads::Stage gelu = input;
  gelu.kind = workloads::StageKind::kGelu;
  gelu.inputs = {{StageId(0), 1}};
  gelu.encoder = {true, std::vector<std::int32_t>(8, 4), -3, 3};
  gelu.gelu.table = {0, 0, 4, 8};
  p.stages = {input, gelu};
  mapper::Tile tile;
  tile.stage = StageId(1);
  tile.outputs = tile.inputs = {0, 8};
  tile.tokens = {0, 1};
  const chips::CoreKind core = dear_core();
  const auto model = make_behavioural_core({&p, tile, &core, true});
  model->receive({0, 5, 3, 0}, Cycles(0));  // code 2
  model->receive({0, 6, 1, 0}, Cycles(0));  // stays 0
  std::vector<Emission> out;
  model->fire(out);
  EXPECT_EQ(out.size(), 1u);
  EXPECT_EQ(model->counters().active_updates, 2);
  EXPECT_EQ(model->counters().spikes, 1);
}

TEST(CoreActivity, ASavedCoreRemembersItsInput) {
  const auto c = testing::tiny_case();
  const chips::CoreKind core = dear_core();
  const auto a = make_behavioural_core({&c->program, c->problem.tiles[1], &core, true});
  const auto b = make_behavioural_core({&c->program, c->problem.tiles[1], &core, true});
  a->receive({1, 1, 1, 0}, Cycles(0));
  b->restore(a->save());
  std::vector<Emission> out;
  EXPECT_EQ(a->fire(out), b->fire(out));
  EXPECT_EQ(a->counters(), b->counters());
}

}  // namespace
}  // namespace ranvier::sim
