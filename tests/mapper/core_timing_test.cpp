// SPDX-License-Identifier: Apache-2.0
// The estimate counts what the simulator charges: words of synapse memory, one memory port, ticks.
#include <gtest/gtest.h>

#include "fixtures.h"
#include "mapper/cost.h"
#include "mapper/mapper.h"
#include "mapper/routes.h"
#include "mapper/step_work.h"
#include "mapper/synapse_storage.h"
#include "mapper/work.h"

namespace ranvier::mapper {
namespace {

using testing::kInput;
using testing::ProgramBuilder;
using testing::toy_board;

TEST(SynapseWords, AreThoseOfTheMemory) {
  chips::CoreKind core = toy_board(1, 1).chip.core;  // weights of 8 bits
  EXPECT_EQ(synapse_words(core, 10, true), 0);       // no words
  core.synapse_word_bits.value = 32;
  EXPECT_EQ(synapse_words(core, 10, true), 3);
  core.synapse_index_bits.value = 8;
  EXPECT_EQ(synapse_words(core, 10, true), 3);
  EXPECT_EQ(synapse_words(core, 10, false), 5);
  core.synapse_word_overhead_bits.value = 10;
  EXPECT_EQ(synapse_words(core, 10, true), 5);
  EXPECT_EQ(synapse_words(core, 0, true), 0);
  EXPECT_EQ(synapse_bytes(core, {3, 10, true}), Bytes(3 * 5 * 4));
}

TEST(SynapseWords, LimitTheLanes) {
  ProgramBuilder b(3, 4);
  const StageId a = b.linear("a", kInput, 6);
  const workloads::Program program = b.finish();
  chips::CoreKind core = toy_board(1, 1).chip.core;  // 4 lanes, decode 1
  core.synapse_word_bits.value = 16;
  EXPECT_EQ(receive_cycles_of(program, core, a, 6), 1 + 2);  // no limit
  core.synapse_words_per_cycle.value = 1;
  EXPECT_EQ(receive_cycles_of(program, core, a, 6), 1 + 3);
  EXPECT_EQ(receive_cycles_of(program, core, a, 7), 1 + 4);
  EXPECT_EQ(receive_cycles_of(program, core, a, 1), 1 + 1);
  core.synapse_words_per_cycle.value = 2;
  EXPECT_EQ(receive_cycles_of(program, core, a, 6), 1 + 2);
  core.synapse_cycles.value = 5;
  EXPECT_EQ(receive_cycles_of(program, core, a, 6), 1 + 10);  // the lanes are slower
}

TEST(MemoryPorts, OfOneCoreWorkInTurns) {
  ProgramBuilder b(1, 4);
  const StageId a = b.linear("a", kInput, 4);
  b.linear("head", a, 2);
  const workloads::Program program = b.finish();
  MappingProblem problem = make_problem(program, toy_board(2, 1), Schedule::kStagedGraded);
  ASSERT_EQ(problem.tiles.size(), 3u);
  Mapping mapping = map_program(problem);
  mapping.core_of = {CoreId(), CoreId(0), CoreId(0)};
  mapping.routes = make_routes(problem, mapping.core_of);
  const StepWork work = step_work(problem);
  const Metrics two = estimate(problem, mapping);
  problem.board.chip.core.memory_ports.value = 1;
  const Metrics one = estimate(problem, mapping);
  const double integrate = work.integrate[1][0], fire = work.fire[1];
  ASSERT_GT(integrate, 0);
  ASSERT_GT(fire, 0);
  EXPECT_DOUBLE_EQ(two.levels[1].busy_cycles, std::max(integrate, fire));
  EXPECT_DOUBLE_EQ(one.levels[1].busy_cycles, integrate + fire);
  EXPECT_EQ(one.energy - two.energy, Energy());  // the toy draws no static power
}

TEST(FixedTick, RoundsStepsUpOrLetsThemBeLate) {
  chips::Sync sync;
  sync.policy = chips::SyncPolicy::kFixedTick;
  sync.tick_cycles.value = 100;
  EXPECT_EQ(end_of_step_cycles(sync, 2, 2), 0);
  EXPECT_DOUBLE_EQ(synchronised(sync, 250, 1, 9), 300);
  EXPECT_DOUBLE_EQ(synchronised(sync, 250, 2, 9), 400);
  EXPECT_DOUBLE_EQ(synchronised(sync, 50, 2, 9), 200);
  sync.on_overrun = chips::TickOverrun::kLate;
  EXPECT_DOUBLE_EQ(synchronised(sync, 250, 1, 9), 250);
  EXPECT_DOUBLE_EQ(synchronised(sync, 50, 2, 9), 200);
  TickClock clock(100);
  EXPECT_DOUBLE_EQ(clock.end_of(250, 1), 250);
  EXPECT_DOUBLE_EQ(clock.end_of(60, 2), 60);    // until 280 and 310: their ticks ended at 200 and 300
  EXPECT_DOUBLE_EQ(clock.end_of(180, 2), 190);  // until 400, where its tick ends too, and 500 for the tick
  EXPECT_DOUBLE_EQ(clock.up_to_tick(5), 100);
}

}  // namespace
}  // namespace ranvier::mapper
