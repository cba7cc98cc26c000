// SPDX-License-Identifier: Apache-2.0
// Boards whose cores the coarsest tiles do not fill: finer tiles do, and what no cut helps is refused as before.
#include "mapper/finer_cuts.h"

#include <gtest/gtest.h>

#include "fixtures.h"
#include "mapper/errors.h"
#include "mapper/mapper.h"
#include "mapper/verifier.h"

namespace ranvier::mapper {
namespace {

using testing::kInput;
using testing::ProgramBuilder;
using testing::toy_board;

/// Five layers of 60 x 60 weights on cores of 3 000 bytes: two tiles of 1 800 each, so that no two tiles share a core.
workloads::Program five_layers() {
  ProgramBuilder b(1, 60);
  StageId from = kInput;
  for (const char* name : {"a", "b", "c", "d", "e"}) from = b.linear(name, from, 60);
  return b.finish();
}

chips::Board board_of(int cores) {
  chips::Board board = toy_board(cores, 1);
  board.chip.core.neurons.value = 1000;
  board.chip.core.fan_in_axons.value = 1000;
  board.chip.core.synapse_memory.value = Bytes(3000);
  board.chip.core.route_entries.value = 10000;
  return board;
}

TEST(FinerCuts, TilesThatLeaveGapsAreCutUntilTheyFillThem) {
  const workloads::Program program = five_layers();
  // 18 000 bytes are six cores; tiles of 15 outputs, 900 bytes, go three to a core: seven.
  const MappingProblem coarse = make_problem(program, board_of(10), Schedule::kStagedGraded);
  EXPECT_EQ(coarse.tiles.size(), 11U);
  const MappingProblem fine = make_problem(program, board_of(7), Schedule::kStagedGraded);
  EXPECT_EQ(fine.tiles.size(), 21U);
  for (std::size_t t = 1; t < fine.tiles.size(); ++t) EXPECT_EQ(fine.tiles[t].outputs.size(), 15);
  const Mapping mapping = map_program(fine, {.place = {.moves = 100}});
  const auto findings = verify(fine, mapping);
  EXPECT_TRUE(findings.empty()) << testing::texts(findings);
}

TEST(FinerCuts, WhatCountingForbidsIsToldOfTheCoarseCut) {
  const workloads::Program program = five_layers();
  const MappingProblem problem = make_problem(program, board_of(5), Schedule::kStagedGraded);
  EXPECT_EQ(problem.tiles.size(), 11U);
  EXPECT_EQ(packs(problem), PackingVerdict::kImpossible);
  try {
    map_program(problem);
    FAIL();
  } catch (const DoesNotFit& e) {
    EXPECT_EQ(e.shortfalls.at(0).needed, 10);
    EXPECT_EQ(e.shortfalls.at(0).available, 5);
    EXPECT_NE(e.nearest.find("no arrangement fits (proved)"), std::string::npos) << e.nearest;
  }
}

TEST(FinerCuts, PartsOfOutputsElseOfTokens) {
  ProgramBuilder b(8, 12);
  const StageId a = b.linear("a", kInput, 12);
  b.linear("b", b.norm("norm", a), 12);
  const workloads::Program program = b.finish();
  const std::vector<StageCut> cuts(program.stages.size());
  const std::vector<Engine> engines(program.stages.size(), Engine::kSpiking);
  const auto finer = finer_cuts(program, board_of(4).chip.core, cuts, engines, 3);
  EXPECT_EQ(finer[1].output_parts, 3);
  EXPECT_EQ(finer[1].token_parts, 1);
  EXPECT_EQ(finer[2].output_parts, 1);  // a row stays whole
  EXPECT_EQ(finer[2].token_parts, 3);
  EXPECT_EQ(finer_cuts(program, board_of(4).chip.core, cuts, engines, 100)[1].output_parts, 12);
}

}  // namespace
}  // namespace ranvier::mapper
