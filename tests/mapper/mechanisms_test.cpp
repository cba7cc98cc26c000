// SPDX-License-Identifier: Apache-2.0
// What programs need of a chip, and what happens where it has it not.
#include "mapper/mechanisms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixtures.h"
#include "mapper/errors.h"

namespace ranvier::mapper {
namespace {

using chips::Mechanism;
using chips::Support;
using testing::attention_program;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::toy_board;

std::vector<Mechanism> names(const workloads::Program& program, Schedule schedule, Engine engine) {
  std::vector<Engine> engines(program.stages.size(), engine);
  engines.front() = Engine::kSpiking;
  std::vector<Mechanism> found;
  for (const NeededMechanism& n : needed_mechanisms(program, schedule, engines)) found.push_back(n.mechanism);
  return found;
}

void set(chips::Board& board, Mechanism mechanism, Support support, const std::string& note) {
  board.chip.mechanisms[static_cast<std::size_t>(mechanism)] = {support, note};
}

workloads::Program lif_program(std::int32_t tokens) {
  workloads::Program program = attention_program();
  program.stages.resize(2);
  program.stages[1].kind = workloads::StageKind::kLif;
  program.stages[1].tokens = tokens;
  program.stages[1].encoder = {};
  return program;
}

TEST(Mechanisms, NeedsOfAnAttentionBlockByEngine) {
  const auto program = attention_program();
  EXPECT_THAT(names(program, Schedule::kStagedGraded, Engine::kSpiking),
              ElementsAre(Mechanism::kSpikeTracer, Mechanism::kGradedPayload, Mechanism::kTokenContexts,
                          Mechanism::kValueMaps, Mechanism::kStreamProduct));
  EXPECT_THAT(
      names(program, Schedule::kStagedGraded, Engine::kDense),
      ElementsAre(Mechanism::kGradedPayload, Mechanism::kTokenContexts, Mechanism::kValueMaps, Mechanism::kDenseMode));
  EXPECT_THAT(names(program, Schedule::kStagedGraded, Engine::kOffload), IsEmpty());
}

TEST(Mechanisms, UnarySchedulesNeedPayloadsForResidualSumsOnly) {
  const auto program = attention_program();
  const std::vector<Engine> engines(program.stages.size(), Engine::kSpiking);
  for (const NeededMechanism& n : needed_mechanisms(program, Schedule::kStagedUnary, engines)) {
    if (n.mechanism != Mechanism::kGradedPayload) continue;
    for (const StageId s : n.stages) EXPECT_EQ(program.stage(s).kind, workloads::StageKind::kAdd);
    EXPECT_EQ(n.stages.size(), 1u);
  }
}

TEST(Mechanisms, CompartmentsNeedKernelsOnlyWhereThereArePositions) {
  EXPECT_THAT(names(lif_program(1), Schedule::kTimesteps, Engine::kSpiking), ElementsAre(Mechanism::kCubaCompartment));
  EXPECT_THAT(names(lif_program(4), Schedule::kTimesteps, Engine::kSpiking),
              ElementsAre(Mechanism::kCubaCompartment, Mechanism::kSharedKernels));
}

TEST(Mechanisms, AnAbsentOneDoesNotFitAndSaysWhy) {
  const auto program = attention_program();
  chips::Board board = toy_board(3, 3);
  set(board, Mechanism::kValueMaps, Support::kAbsent, "adders only");
  set(board, Mechanism::kStreamProduct, Support::kAbsent, "adders only, again");
  try {
    make_problem(program, board, Schedule::kStagedGraded);
    FAIL();
  } catch (const DoesNotFit& e) {
    EXPECT_EQ(e.exit_code, ExitCode::kDoesNotFit);
    ASSERT_EQ(e.shortfalls.size(), 2u);
    EXPECT_EQ(e.shortfalls[0].resource, "value_maps");
    EXPECT_EQ(e.shortfalls[0].stage_name, "norm1");
    EXPECT_EQ(e.shortfalls[1].resource, "stream_product");
    EXPECT_THAT(e.what(), HasSubstr("stage norm1 needs 1 value_maps, chip toy has 0 (and 1 more)"));
    EXPECT_THAT(e.what(), HasSubstr("adders only; take a chip that has it"));
  }
}

TEST(Mechanisms, WhatTheProgramDoesNotNeedMayBeAbsent) {
  const auto program = attention_program();
  chips::Board board = toy_board(3, 3);
  set(board, Mechanism::kCubaCompartment, Support::kAbsent, "");
  set(board, Mechanism::kSharedKernels, Support::kAbsent, "");
  EXPECT_THAT(extensions_of(make_problem(program, board, Schedule::kStagedGraded)), IsEmpty());
}

TEST(Mechanisms, ExtensionsAreSaid) {
  const auto program = attention_program();
  chips::Board board = toy_board(3, 3);
  set(board, Mechanism::kValueMaps, Support::kExtension, "a unit of 3 cycles assumed");
  set(board, Mechanism::kCubaCompartment, Support::kExtension, "not needed, so not said");
  EXPECT_THAT(extensions_of(make_problem(program, board, Schedule::kStagedGraded)),
              ElementsAre("value_maps is not native to toy: a unit of 3 cycles assumed (stage norm1 and 3 more)"));
}

}  // namespace
}  // namespace ranvier::mapper
