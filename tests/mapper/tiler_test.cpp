// SPDX-License-Identifier: Apache-2.0
// Cutting stages: limits, token modes, presets, and what cannot be cut.
#include "mapper/tiler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixtures.h"
#include "mapper/demand.h"
#include "mapper/errors.h"

namespace ranvier::mapper {
namespace {

using testing::attention_program;
using testing::kInput;
using testing::ProgramBuilder;
using testing::toy_board;

std::vector<Tile> tiles_of_stage(const MappingProblem& p, StageId stage) {
  std::vector<Tile> tiles;
  for (const Tile& t : p.tiles)
    if (t.stage == stage) tiles.push_back(t);
  return tiles;
}

MappingProblem problem_of(const workloads::Program& program, const chips::Board& board, TilingOptions options = {}) {
  return make_problem(program, board, Schedule::kStagedGraded, options);
}

TEST(Tiler, HostTileComesFirstAndTakesNothing) {
  const auto program = attention_program();
  const auto p = problem_of(program, toy_board(3, 3));
  EXPECT_EQ(p.tiles[0].stage, kInput);
  EXPECT_EQ(p.tiles[0].demand.neurons, 0);
  EXPECT_EQ(p.tiles.size(), 13u);  // every other stage fits one core
}

TEST(Tiler, CutsOutputsBeyondTheNeuronLimit) {
  ProgramBuilder b(2, 16);
  const StageId wide = b.linear("wide", kInput, 100);
  const auto program = b.finish();
  const auto tiles = tiles_of_stage(problem_of(program, toy_board(3, 3)), wide);
  ASSERT_EQ(tiles.size(), 2u);
  EXPECT_EQ(tiles[0].outputs, (Range{0, 50}));
  EXPECT_EQ(tiles[1].outputs, (Range{50, 100}));
  EXPECT_EQ(tiles[0].inputs, (Range{0, 16}));
}

TEST(Tiler, CutsInputsBeyondTheAxonLimitIntoPartialTiles) {
  ProgramBuilder b(2, 100);
  const StageId deep = b.linear("deep", kInput, 8);
  b.linear("head", deep, 4);
  const auto program = b.finish();
  const auto p = problem_of(program, toy_board(3, 3));
  const auto tiles = tiles_of_stage(p, deep);
  ASSERT_EQ(tiles.size(), 2u);
  EXPECT_FALSE(tiles[0].partial_of.valid());
  EXPECT_EQ(tiles[1].partial_of, TileId(1));
  EXPECT_EQ(tiles[0].inputs, (Range{0, 50}));
  EXPECT_EQ(tiles[1].inputs, (Range{50, 100}));
  // The slice sends its sums to the owner, 24 bits wide, and to nobody else.
  for (const Flow& f : p.flows) {
    if (f.source != TileId(2)) continue;
    EXPECT_EQ(f.destinations, std::vector{TileId(1)});
    EXPECT_EQ(f.payload_bits, 24);
  }
}

TEST(Tiler, SynapseMemoryLimitsATile) {
  ProgramBuilder b(1, 64);
  const StageId full = b.linear("full", kInput, 64);
  const auto program = b.finish();
  EXPECT_EQ(tiles_of_stage(problem_of(program, toy_board(3, 3)), full).size(), 1u);  // 64 * 64 bytes: exactly 4096
  auto board = toy_board(3, 3);
  board.chip.core.synapse_memory.value = Bytes(4095);
  EXPECT_EQ(tiles_of_stage(problem_of(program, board), full).size(), 2u);
  board.chip.core.weight_bits.value = 4;
  EXPECT_EQ(tiles_of_stage(problem_of(program, board), full).size(), 1u);
}

TEST(Tiler, SharedModeCutsOutputsUntilAllContextsAreResident) {
  ProgramBuilder b(100, 16);
  const StageId s = b.linear("s", kInput, 64);
  const auto program = b.finish();
  const auto tiles = tiles_of_stage(problem_of(program, toy_board(3, 3), {.token_mode = TokenChoice::kShared}), s);
  ASSERT_EQ(tiles.size(), 4u);  // 100 tokens * 4 B * 16 outputs = 6400 <= 8192 < 100 * 4 * 21
  for (const Tile& t : tiles) {
    EXPECT_EQ(t.mode, TokenMode::kShared);
    EXPECT_EQ(t.tokens, (Range{0, 100}));
    EXPECT_EQ(t.demand.state_bytes, Bytes(6400));
  }
}

TEST(Tiler, ReplicateModeCutsTokensAndCopiesWeights) {
  ProgramBuilder b(100, 16);
  const StageId s = b.linear("s", kInput, 64);
  const auto program = b.finish();
  const auto tiles =
      tiles_of_stage(problem_of(program, toy_board(3, 3), {.token_mode = TokenChoice::kReplicate, .replicas = 4}), s);
  ASSERT_EQ(tiles.size(), 4u);
  for (const Tile& t : tiles) {
    EXPECT_EQ(t.mode, TokenMode::kReplicate);
    EXPECT_EQ(t.tokens.size(), 25);
    EXPECT_EQ(t.demand.synapse_bytes, Bytes(16 * 64));
  }
}

TEST(Tiler, StreamModeKeepsOneContextAndTheRestInBulk) {
  ProgramBuilder b(100, 16);
  const StageId s = b.linear("s", kInput, 64);
  const auto program = b.finish();
  auto board = toy_board(3, 3);
  board.chip.core.bulk_memory.value = Bytes(1 << 20);
  board.chip.core.bulk_bytes_per_cycle.value = 8;
  const auto tiles = tiles_of_stage(problem_of(program, board, {.token_mode = TokenChoice::kStream}), s);
  ASSERT_EQ(tiles.size(), 1u);
  EXPECT_EQ(tiles[0].demand.state_bytes, Bytes(4 * 64));
  EXPECT_EQ(tiles[0].demand.bulk_bytes, Bytes(4 * 64 * 100));
}

TEST(Tiler, StreamModeNeedsBulkMemory) {
  const auto program = attention_program();
  try {
    problem_of(program, toy_board(3, 3), {.token_mode = TokenChoice::kStream});
    FAIL();
  } catch (const BadTokenMode& e) {
    EXPECT_EQ(e.exit_code, ExitCode::kUsage);
    EXPECT_EQ(e.stage_name, "embed");
    EXPECT_EQ(e.mode_name, "stream");
  }
}

TEST(Tiler, StreamModeIsRefusedWhereAllContextsChange) {
  const auto program = attention_program();
  auto board = toy_board(3, 3);
  board.chip.core.bulk_memory.value = Bytes(1 << 20);
  board.chip.core.bulk_bytes_per_cycle.value = 8;
  TilingOptions options;
  options.stage_token_mode["scores"] = TokenChoice::kStream;
  try {
    problem_of(program, board, options);
    FAIL();
  } catch (const BadTokenMode& e) {
    EXPECT_EQ(e.stage_name, "scores");
  }
}

TEST(Tiler, AStageOptionWinsOverTheGlobalOne) {
  const auto program = attention_program();
  TilingOptions options{.token_mode = TokenChoice::kShared, .replicas = 3};
  options.stage_token_mode["fc1"] = TokenChoice::kReplicate;
  const auto p = problem_of(program, toy_board(3, 3), options);
  EXPECT_EQ(tiles_of_stage(p, StageId(9)).size(), 3u);
  EXPECT_EQ(tiles_of_stage(p, StageId(1)).size(), 1u);
}

TEST(Tiler, UnknownStageNamesTheNearest) {
  const auto program = attention_program();
  TilingOptions options;
  options.stage_token_mode["fc11"] = TokenChoice::kShared;
  try {
    problem_of(program, toy_board(3, 3), options);
    FAIL();
  } catch (const UnknownStage& e) {
    EXPECT_EQ(e.stage_name, "fc11");
    EXPECT_EQ(e.nearest, "fc1");
  }
}

TEST(Tiler, ScoresAreCutByHeads) {
  const auto program = attention_program(16, 16, 4);  // 4 heads * 16 keys = 64 neurons; q and k take 2 * 16 axons
  const auto p = problem_of(program, toy_board(3, 3));
  EXPECT_EQ(tiles_of_stage(p, StageId(6)).size(), 1u);
  auto board = toy_board(3, 3);
  board.chip.core.neurons.value = 40;
  const auto tiles = tiles_of_stage(problem_of(program, board), StageId(6));
  ASSERT_EQ(tiles.size(), 2u);
  EXPECT_EQ(tiles[0].outputs, (Range{0, 32}));  // two heads of 16 keys
  EXPECT_EQ(tiles[0].inputs, (Range{0, 16}));
}

TEST(Tiler, AScoresRowTooWideDoesNotFit) {
  const auto program = attention_program(65, 16, 2);
  try {
    problem_of(program, toy_board(3, 3));
    FAIL();
  } catch (const DoesNotFit& e) {
    EXPECT_EQ(e.exit_code, ExitCode::kDoesNotFit);
    ASSERT_EQ(e.shortfalls.size(), 1u);
    EXPECT_EQ(e.shortfalls[0].resource, "neurons");
    EXPECT_EQ(e.shortfalls[0].stage, StageId(6));
    EXPECT_EQ(e.shortfalls[0].stage_name, "scores");
    EXPECT_EQ(e.shortfalls[0].needed, 65);
    EXPECT_EQ(e.shortfalls[0].available, 64);
    EXPECT_THAT(e.nearest, ::testing::HasSubstr("softmax row cannot be cut"));
    EXPECT_THAT(e.what(), ::testing::Not(::testing::HasSubstr("\n")));
  }
}

TEST(Tiler, LatencyPresetShortensTheSlowestTileWithinTheBudget) {
  const auto program = attention_program(32, 16, 2);
  const auto board = toy_board(6, 6);
  const auto slowest = [](const MappingProblem& p) {
    return *std::max_element(p.tile_cycles.begin(), p.tile_cycles.end());
  };
  const auto compact = problem_of(program, board);
  const auto fast = problem_of(program, board, {.preset = Preset::kLatency, .core_budget = 30});
  EXPECT_LE(fast.tiles.size() - 1, 30u);
  EXPECT_GT(fast.tiles.size(), compact.tiles.size());
  EXPECT_LT(slowest(fast), 0.75 * slowest(compact));
}

TEST(Demand, FormulasByKind) {
  const auto program = attention_program(6, 16, 2);  // keys 6, head width 8
  const auto p = problem_of(program, toy_board(3, 3));
  const auto demand = [&](std::size_t stage) { return tiles_of_stage(p, StageId(stage)).at(0).demand; };
  EXPECT_EQ(demand(1).axons, 12);
  EXPECT_EQ(demand(1).synapse_bytes, Bytes(12 * 16));
  EXPECT_EQ(demand(1).state_bytes, Bytes(6 * 16 * 4));
  EXPECT_EQ(demand(2).state_bytes, Bytes(6 * 16 * 3));                  // LayerNorm
  EXPECT_EQ(demand(6).neurons, 12);                                     // scores: 2 heads * 6 keys
  EXPECT_EQ(demand(6).axons, 32);                                       // q and k
  EXPECT_EQ(demand(6).state_bytes, Bytes(6 * (12 * 5 + 16) + 6 * 16));  // P, S, q codes; k codes
  EXPECT_EQ(demand(7).axons, 12 + 16);                                  // attention and v
  EXPECT_EQ(demand(7).state_bytes, Bytes(6 * (16 * 5 + 12) + 6 * 16));
  EXPECT_EQ(demand(8).axons, 32);  // two summands
  EXPECT_EQ(demand(8).state_bytes, Bytes(6 * 16 * 2));
  EXPECT_EQ(demand(10).state_bytes, Bytes(6 * 32 * 2));  // GELU
  EXPECT_EQ(demand(11).state_bytes, Bytes(1 * 32 * 3));  // norm of one token
  EXPECT_EQ(demand(12).state_bytes, Bytes(1 * 10 * 4));  // head
}

}  // namespace
}  // namespace ranvier::mapper
