// SPDX-License-Identifier: Apache-2.0
// What tiles of one core share: axons, weights, configurations; by hand, and against sets of plain numbers.
#include "mapper/core_load.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

#include "fixtures.h"
#include "mapper/delivery.h"
#include "mapper/demand.h"

namespace ranvier::mapper {
namespace {

using testing::attention_program;
using testing::kInput;
using testing::ProgramBuilder;
using testing::toy_board;

std::vector<TileId> tiles_of(const MappingProblem& p, const std::string& stage) {
  std::vector<TileId> tiles;
  for (std::size_t t = 1; t < p.tiles.size(); ++t)
    if (p.program->stage(p.tiles[t].stage).name == stage) tiles.emplace_back(t);
  return tiles;
}

/// 12 inputs feed two stages of 32: each hears the same 12 channels.
TEST(CoreLoad, CountsAnAxonOnceForAllThatHearIt) {
  ProgramBuilder b(1, 12);
  const StageId left = b.linear("left", kInput, 20);
  const StageId right = b.linear("right", kInput, 20);
  b.linear("head", b.sum("sum", left, right), 4);
  const auto program = b.finish();
  const auto p = make_problem(program, toy_board(3, 3), Schedule::kStagedGraded);
  const TileNeeds needs(p);
  CoreLoad load;
  load.add(needs, tiles_of(p, "left").front());
  EXPECT_EQ(load.total(needs).axons, 12);
  load.add(needs, tiles_of(p, "right").front());
  EXPECT_EQ(load.total(needs).axons, 12);
  EXPECT_EQ(load.total(needs).synapse_bytes, Bytes(2 * 12 * 20));
  EXPECT_EQ(load.total(needs).profiles, 2);
  load.add(needs, tiles_of(p, "sum").front());  // 20 channels of each
  EXPECT_EQ(load.total(needs).axons, 12 + 40);
  load.remove(needs, tiles_of(p, "left").front());
  EXPECT_EQ(load.total(needs).axons, 12 + 40);
  load.remove(needs, tiles_of(p, "right").front());
  EXPECT_EQ(load.total(needs).axons, 40);
}

/// A residual sum of a stage with itself has an axon a port.
TEST(CoreLoad, PortsOfOneTileDoNotShare) {
  ProgramBuilder b(1, 12);
  const StageId in = b.linear("in", kInput, 8);
  b.linear("head", b.sum("twice", in, in), 4);
  const auto program = b.finish();
  const auto p = make_problem(program, toy_board(3, 3), Schedule::kStagedGraded);
  const TileNeeds needs(p);
  CoreLoad load;
  load.add(needs, tiles_of(p, "twice").front());
  EXPECT_EQ(load.total(needs).axons, 16);
  EXPECT_EQ(load.total(needs).axons, p.tiles[tiles_of(p, "twice").front().value()].demand.axons);
}

TEST(CoreLoad, TokensOfOneStageShareWeightsAndOneConfiguration) {
  ProgramBuilder b(4, 16);
  b.linear("head", b.linear("in", kInput, 16), 4);
  const auto program = b.finish();
  const auto p = make_problem(program, toy_board(3, 3), Schedule::kStagedGraded,
                              {.token_mode = TokenChoice::kReplicate, .replicas = 2});
  const TileNeeds needs(p);
  const auto tiles = tiles_of(p, "in");
  ASSERT_EQ(tiles.size(), 2u);
  const Demand both = CoreLoad().total_with(needs, tiles);
  const Demand& one = p.tiles[tiles[0].value()].demand;
  EXPECT_EQ(both.synapse_bytes, one.synapse_bytes);
  EXPECT_EQ(both.axons, 16);
  EXPECT_EQ(both.profiles, 1);
  EXPECT_EQ(both.formats, 1);
  EXPECT_EQ(both.neurons, 2 * one.neurons);
  EXPECT_EQ(both.state_bytes, one.state_bytes + p.tiles[tiles[1].value()].demand.state_bytes);
}

TEST(CoreLoad, ChipsOfPhasesKeepSums) {
  ProgramBuilder b(4, 16);
  b.linear("head", b.linear("in", kInput, 16), 4);
  const auto program = b.finish();
  auto board = toy_board(3, 3);
  board.chip.core.tiles.value = 8;
  const auto p =
      make_problem(program, board, Schedule::kStagedGraded, {.token_mode = TokenChoice::kReplicate, .replicas = 2});
  const TileNeeds needs(p);
  const Demand both = CoreLoad().total_with(needs, tiles_of(p, "in"));
  EXPECT_EQ(both.axons, 32);
  EXPECT_EQ(both.synapse_bytes, Bytes(2 * 16 * 16));
}

/// Two stages of 40 axons each on a core of 64: only the union fits.
TEST(CoreLoad, RoomIsThatOfTheUnion) {
  ProgramBuilder b(1, 40);
  const StageId left = b.linear("left", kInput, 20);
  const StageId right = b.linear("right", kInput, 20);
  b.linear("head", b.sum("sum", left, right), 4);
  const auto program = b.finish();
  const auto p = make_problem(program, toy_board(3, 3), Schedule::kStagedGraded);
  const TileNeeds needs(p);
  CoreLoad load;
  load.add(needs, tiles_of(p, "left").front());
  EXPECT_TRUE(load.has_room(needs, tiles_of(p, "right").front()));
  EXPECT_FALSE(load.has_room(needs, tiles_of(p, "sum").front()));  // 40 axons of its own
}

/// Any tiles added and removed: axons are the set of (port's producer, channel) that they hear.
TEST(CoreLoad, EqualsSetsOfPlainNumbers) {
  const auto program = attention_program(12, 32, 2);
  const auto p = make_problem(program, toy_board(6, 6), Schedule::kStagedGraded);
  const TileNeeds needs(p);
  EXPECT_TRUE(rc::check([&] {
    CoreLoad load;
    std::set<TileId> here;
    for (int step = 0; step < 12; ++step) {
      const TileId t(1 + static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(p.tiles.size()) - 1)));
      if (here.insert(t).second) {
        load.add(needs, t);
      } else {
        here.erase(t);
        load.remove(needs, t);
      }
      std::set<std::pair<StageId, std::int32_t>> axons;
      std::set<std::tuple<StageId, std::int32_t, std::int32_t>> weights;
      std::int64_t neurons = 0;
      Bytes synapses(0);
      for (const TileId i : here) {
        const Tile& tile = p.tiles[i.value()];
        const auto& stage = program.stage(tile.stage);
        for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
          const Range channels = reach_of(program, tile, port).channels;
          for (std::int32_t c = channels.begin; c < channels.end; ++c) axons.insert({stage.inputs[port].stage, c});
        }
        neurons += tile.demand.neurons;
        if (weights.insert({tile.stage, tile.outputs.begin, tile.inputs.begin}).second)
          synapses += tile.demand.synapse_bytes;
      }
      RC_ASSERT(load.total(needs).axons == static_cast<std::int64_t>(axons.size()));
      RC_ASSERT(load.total(needs).neurons == neurons);
      RC_ASSERT(load.total(needs).synapse_bytes == synapses);
      RC_ASSERT(load.has_room(needs, std::span<const TileId>()) == fits(p.board.chip.core, load.total(needs)));
    }
  }));
}

}  // namespace
}  // namespace ranvier::mapper
