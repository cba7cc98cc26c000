// SPDX-License-Identifier: Apache-2.0
// The way out of a misfit: what was raised is enough, and without any one of it the program still does not fit.
#include "mapper/relaxation.h"

#include <gtest/gtest.h>

#include "fixtures.h"

namespace ranvier::mapper {
namespace {

using testing::kInput;
using testing::ProgramBuilder;
using testing::toy_board;

struct WayOutOf : ::testing::Test {
  void attempt(const workloads::Program& program, const chips::Board& board) {
    const MappingProblem problem = make_problem(program, board, Schedule::kStagedGraded);
    map_program(problem, {.place = {.moves = 1}});
  }
  WayOut way_out(const workloads::Program& program, const chips::Board& board) {
    return find_way_out(board, [&](const chips::Board& b) { attempt(program, b); });
  }
};

TEST_F(WayOutOf, NothingIsRaisedWhereItFits) {
  ProgramBuilder b(2, 16);
  b.linear("a", kInput, 16);
  const WayOut way = way_out(b.finish(), toy_board(2, 2));
  EXPECT_TRUE(way.fits);
  EXPECT_TRUE(way.together.empty());
}

TEST_F(WayOutOf, ARowThatCannotBeCutAsksForNeuronsAndAxons) {
  // A softmax row of 100 keys, from queries and keys of 40 channels.
  ProgramBuilder b(100, 8);
  const StageId q = b.linear("q", kInput, 40);
  const StageId k = b.linear("k", kInput, 40);
  b.linear("head", b.scores("scores", q, k, 1), 8);
  const auto program = b.finish();
  const WayOut way = way_out(program, toy_board(8, 8));
  ASSERT_TRUE(way.fits) << way.obstacle;
  ASSERT_EQ(way.together.size(), 2u);
  EXPECT_EQ(way.together[0].resource, "neurons");
  EXPECT_EQ(way.together[0].at_hand, 64);
  EXPECT_EQ(way.together[0].enough, 100);
  EXPECT_EQ(way.together[0].because, "stage scores");
  EXPECT_EQ(way.together[1].resource, "fan_in_axons");
  EXPECT_EQ(way.together[1].enough, 80);
  // Each is needed, and a little less is not enough.
  for (std::int64_t neurons : {64, 99}) {
    chips::Board board = way.board;
    board.chip.core.neurons.value = neurons;
    EXPECT_THROW(attempt(program, board), DoesNotFit);
  }
  chips::Board board = way.board;
  board.chip.core.fan_in_axons.value = 79;
  EXPECT_THROW(attempt(program, board), DoesNotFit);
}

TEST_F(WayOutOf, TooFewCoresAskForAGrid) {
  ProgramBuilder b(2, 16);
  StageId last = kInput;
  for (int i = 0; i < 9; ++i) last = b.linear("l" + std::to_string(i), last, 60);
  const auto program = b.finish();
  const WayOut way = way_out(program, toy_board(2, 2));  // 9 stages of 60 neurons on 4 cores of 64
  ASSERT_TRUE(way.fits) << way.obstacle;
  ASSERT_EQ(way.together.size(), 1u);
  EXPECT_EQ(way.together[0].resource, "cores");
  EXPECT_EQ(way.together[0].at_hand, 4);
  EXPECT_EQ(way.together[0].enough, 16);
  EXPECT_EQ(way.board.columns, 2);
  EXPECT_EQ(way.board.rows, 2);
  EXPECT_NO_THROW(attempt(program, way.board));
}

TEST_F(WayOutOf, WhatNoSizeHelpsIsSaid) {
  const WayOut way = find_way_out(toy_board(2, 2), [](const chips::Board&) {
    throw DoesNotFit({{"value_maps", StageId(1), "norm", CoreId(), 1, 0, "chip toy"}}, "no grid helps");
  });
  EXPECT_FALSE(way.fits);
  EXPECT_NE(way.obstacle.find("norm"), std::string::npos);
  // A limit that is raised to what was asked, and asked for again, ends too.
  const WayOut endless = find_way_out(toy_board(2, 2), [](const chips::Board& board) {
    throw DoesNotFit({{"neurons", StageId(1), "norm", CoreId(), board.chip.core.neurons.value + 1, 0, "chip"}}, "");
  });
  EXPECT_FALSE(endless.fits);
}

}  // namespace
}  // namespace ranvier::mapper
