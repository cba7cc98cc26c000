// SPDX-License-Identifier: Apache-2.0
// Which events flow where, and when tiles fire.
#include "mapper/flows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixtures.h"
#include "mapper/levels.h"

namespace ranvier::mapper {
namespace {

using testing::attention_program;
using testing::kInput;
using testing::ProgramBuilder;
using testing::toy_board;

std::vector<Flow> flows_from(const MappingProblem& p, TileId source) {
  std::vector<Flow> flows;
  for (const Flow& f : p.flows)
    if (f.source == source) flows.push_back(f);
  return flows;
}

TileId tile_of(const MappingProblem& p, StageId stage, std::size_t nth = 0) {
  for (std::size_t t = 0; t < p.tiles.size(); ++t)
    if (p.tiles[t].stage == stage && nth-- == 0) return TileId(t);
  return {};
}

TEST(Flows, OneFlowServesAllTilesThatShareTheInput) {
  ProgramBuilder b(2, 16);
  const StageId wide = b.linear("wide", kInput, 100);
  const auto program = b.finish();
  const auto p = make_problem(program, toy_board(3, 3), Schedule::kStagedGraded);
  const auto flows = flows_from(p, TileId(0));
  ASSERT_EQ(flows.size(), 1u);
  EXPECT_EQ(flows[0].tokens, (Range{0, 2}));
  EXPECT_EQ(flows[0].channels, (Range{0, 16}));
  EXPECT_EQ(flows[0].destinations, (std::vector{tile_of(p, wide, 0), tile_of(p, wide, 1)}));
}

//  channel  0       30       60
//  deep     | owner | slice |   cut by inputs
//  gelu     |   a   |   b   |   of the same events, cut by outputs
TEST(Flows, CellsAreCutAtTheBordersOfAllConsumers) {
  ProgramBuilder b(2, 8);
  const StageId wide = b.linear("wide", kInput, 60);
  const StageId gelu = b.gelu("gelu", wide);
  const StageId deep = b.linear("deep", wide, 4);
  const auto program = b.finish();
  auto board = toy_board(3, 3);
  board.chip.core.fan_in_axons.value = 30;
  board.chip.core.neurons.value = 64;
  const auto p = make_problem(program, board, Schedule::kStagedGraded);
  ASSERT_EQ(tile_of(p, gelu, 2), TileId());  // two GELU tiles of 30 axons
  const auto flows = flows_from(p, tile_of(p, wide));
  ASSERT_EQ(flows.size(), 2u);
  EXPECT_EQ(flows[0].channels, (Range{0, 30}));
  EXPECT_EQ(flows[0].destinations, (std::vector{tile_of(p, gelu, 0), tile_of(p, deep, 0)}));
  EXPECT_EQ(flows[1].channels, (Range{30, 60}));
  EXPECT_EQ(flows[1].destinations, (std::vector{tile_of(p, gelu, 1), tile_of(p, deep, 1)}));
}

TEST(Flows, TokensThatNoConsumerComputesAreNotSent) {
  const auto program = attention_program();
  const auto p = make_problem(program, toy_board(3, 3), Schedule::kStagedGraded);
  const auto flows = flows_from(p, tile_of(p, StageId(10)));  // GELU, six tokens, to the norm of token 0
  ASSERT_EQ(flows.size(), 1u);
  EXPECT_EQ(flows[0].tokens, (Range{0, 1}));
}

TEST(Flows, KeysGoToAllQueriesAndQueriesToTheirOwn) {
  const auto program = attention_program(6, 16, 2);
  TilingOptions options{.replicas = 2};
  options.stage_token_mode["scores"] = TokenChoice::kReplicate;
  const auto p = make_problem(program, toy_board(4, 4), Schedule::kStagedGraded, options);
  const StageId scores(6);
  const auto q = flows_from(p, tile_of(p, StageId(3)));
  ASSERT_EQ(q.size(), 2u);
  EXPECT_EQ(q[0].tokens, (Range{0, 3}));
  EXPECT_EQ(q[0].destinations, std::vector{tile_of(p, scores, 0)});
  EXPECT_EQ(q[1].tokens, (Range{3, 6}));
  EXPECT_EQ(q[1].destinations, std::vector{tile_of(p, scores, 1)});
  const auto k = flows_from(p, tile_of(p, StageId(4)));
  ASSERT_EQ(k.size(), 1u);
  EXPECT_EQ(k[0].tokens, (Range{0, 6}));
  EXPECT_EQ(k[0].destinations, (std::vector{tile_of(p, scores, 0), tile_of(p, scores, 1)}));
}

TEST(Flows, HeadsSeparateAttentionAndValues) {
  const auto program = attention_program(16, 16, 2);
  auto board = toy_board(4, 4);
  board.chip.core.fan_in_axons.value = 32;  // a mix tile of one head takes 16 + 8, of both 48
  const auto p = make_problem(program, board, Schedule::kStagedGraded);
  const StageId mix(7);
  ASSERT_EQ(tile_of(p, mix, 2), TileId());
  const auto v = flows_from(p, tile_of(p, StageId(5)));
  ASSERT_EQ(v.size(), 2u);
  EXPECT_EQ(v[0].channels, (Range{0, 8}));
  EXPECT_EQ(v[0].destinations, std::vector{tile_of(p, mix, 0)});
  EXPECT_EQ(v[1].channels, (Range{8, 16}));
  EXPECT_EQ(v[1].destinations, std::vector{tile_of(p, mix, 1)});
}

TEST(Flows, PayloadBits) {
  const auto program = attention_program();  // codes -8..7, input 0..15, attention 0..7
  using enum Schedule;
  EXPECT_EQ(payload_bits(program, StageId(0), kStagedGraded), 4);
  EXPECT_EQ(payload_bits(program, StageId(1), kStagedGraded), 4);
  EXPECT_EQ(payload_bits(program, StageId(6), kStagedGraded), 3);
  EXPECT_EQ(payload_bits(program, StageId(8), kStagedGraded), 16);
  EXPECT_EQ(payload_bits(program, StageId(1), kStagedUnary), 1);
  EXPECT_EQ(payload_bits(program, StageId(8), kAsynchronousUnary), 16);
}

TEST(Levels, FollowTheLongestPathAndPutSlicesBeforeTheirOwner) {
  ProgramBuilder b(2, 100);
  const StageId deep = b.linear("deep", kInput, 8);  // an owner and a slice
  const StageId next = b.linear("next", deep, 8);
  const StageId sum = b.sum("sum", deep, next);
  const auto program = b.finish();
  const auto p = make_problem(program, toy_board(3, 3), Schedule::kStagedGraded);
  const auto level = compute_levels(p);
  EXPECT_EQ(level[0], 0);
  EXPECT_EQ(level[tile_of(p, deep, 1).value()], 1);  // slice
  EXPECT_EQ(level[tile_of(p, deep, 0).value()], 2);  // owner
  EXPECT_EQ(level[tile_of(p, next).value()], 3);
  EXPECT_EQ(level[tile_of(p, sum).value()], 4);
}

struct Delays : ::testing::Test {
  static workloads::Program chain() {
    ProgramBuilder b(2, 8);
    const StageId a = b.linear("a", kInput, 8);
    const StageId c = b.linear("c", b.linear("b", a, 8), 8);
    b.sum("sum", a, c);
    return b.finish();
  }
  workloads::Program program = chain();
  chips::Board board = toy_board(3, 3);
};

TEST_F(Delays, AlignTheShortWayOfAResidualSum) {
  board.chip.max_delay_steps.value = 4;
  const auto p = make_problem(program, board, Schedule::kAsynchronousUnary);
  const auto from_a = flows_from(p, TileId(1));
  ASSERT_EQ(from_a.size(), 2u) << "destinations of different delay need flows of their own";
  const auto balance = balance_delays(p, compute_levels(p));
  for (std::size_t f = 0; f < p.flows.size(); ++f) {
    const bool shortcut = p.flows[f].source == TileId(1) && p.flows[f].destinations == std::vector{TileId(4)};
    EXPECT_EQ(balance.delay[f], shortcut ? 2 : 0);
  }
  EXPECT_TRUE(balance.clipped.empty());
}

TEST_F(Delays, AreClippedAtTheChipsLimitAndReported) {
  board.chip.max_delay_steps.value = 1;
  const auto p = make_problem(program, board, Schedule::kAsynchronousUnary);
  const auto balance = balance_delays(p, compute_levels(p));
  ASSERT_EQ(balance.clipped.size(), 1u);
  EXPECT_EQ(balance.delay[balance.clipped[0]], 1);
}

TEST_F(Delays, AreZeroWithoutDelaysOrWithStages) {
  const auto asynchronous = make_problem(program, board, Schedule::kAsynchronousUnary);
  EXPECT_EQ(flows_from(asynchronous, TileId(1)).size(), 1u);
  EXPECT_THAT(balance_delays(asynchronous, compute_levels(asynchronous)).delay, ::testing::Each(0));
  board.chip.max_delay_steps.value = 4;
  const auto staged = make_problem(program, board, Schedule::kStagedUnary);
  EXPECT_THAT(balance_delays(staged, compute_levels(staged)).delay, ::testing::Each(0));
}

}  // namespace
}  // namespace ranvier::mapper
