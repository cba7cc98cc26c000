// SPDX-License-Identifier: Apache-2.0
// Repeaters: where they go, how they are cut, and that no integer of the program changes.
#include "mapper/repeaters.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "fixtures.h"
#include "mapper/errors.h"
#include "mapper/mapping_io.h"
#include "workloads/executor.h"
#include "workloads/random_program.h"
#include "workloads/reference.h"

namespace ranvier::mapper {
namespace {

using testing::ProgramBuilder;
using testing::toy_board;

chips::Board unicast_board(std::int64_t route_entries, std::int32_t side = 8) {
  chips::Board board = toy_board(side, side);
  board.chip.noc.multicast = chips::Multicast::kUnicast;
  board.chip.core.route_entries.value = route_entries;
  return board;
}

const TilingOptions kWhole{.token_mode = TokenChoice::kShared};

std::vector<Tile> tiles_named(const MappingProblem& p, const std::string& stage) {
  std::vector<Tile> tiles;
  for (const Tile& tile : p.tiles)
    if (p.program->stage(tile.stage).name == stage) tiles.push_back(tile);
  return tiles;
}

/// All stages of `before` have the same codes in `after`.
void expect_same_codes(const workloads::Program& before, const workloads::Program& after) {
  const auto input = workloads::random_input_codes(before, 3);
  const auto expected = workloads::run_reference(before, input);
  const auto found = workloads::run_reference(after, input);
  EXPECT_EQ(found.logits, expected.logits);
  std::size_t at = 0;
  for (std::size_t s = 0; s < before.stages.size(); ++s) {
    while (at < after.stages.size() && after.stages[at].name != before.stages[s].name) ++at;
    ASSERT_LT(at, after.stages.size()) << before.stages[s].name;
    EXPECT_EQ(found.codes[at], expected.codes[s]) << before.stages[s].name;
  }
}

/// A LayerNorm of 8 channels before fc1 on 4 cores of 8 neurons: 32 out axons, a core has 16.
struct Transformer : ::testing::Test {
  workloads::Program program = workloads::random_vit_program(7, 3, 8, 1, 1, 32);
  chips::Board board = unicast_board(16);
  Transformer() { board.chip.core.neurons.value = 8; }
};

TEST_F(Transformer, LayerNormsGetRepeatersCutInTwo) {
  EXPECT_THROW(
      {
        const auto p = make_problem(program, board, Schedule::kStagedGraded, kWhole);
        map_program(p, {.place = {.moves = 200}});
      },
      DoesNotFit);
  const workloads::Program with = with_repeaters(program, board, Schedule::kStagedGraded, kWhole);
  EXPECT_EQ(repeaters_of(with),
            (std::vector<Repeater>{{"block0.norm1.fan", "block0.norm1", {"block0.q", "block0.k", "block0.v"}},
                                   {"block0.norm2.fan", "block0.norm2", {"block0.fc1"}}}));
  expect_same_codes(program, with);
  const MappingProblem p = make_problem(with, board, Schedule::kStagedGraded, kWhole);
  const auto tiles = tiles_named(p, "block0.norm2.fan");
  ASSERT_EQ(tiles.size(), 2u);
  EXPECT_EQ(tiles[0].outputs, (Range{0, 4}));
  EXPECT_EQ(tiles[1].outputs, (Range{4, 8}));
  EXPECT_EQ(tiles[0].demand.out_axons, 16);
  EXPECT_EQ(tiles_named(p, "block0.fc1").size(), 4u);
  EXPECT_EQ(tiles_named(p, "block0.norm1.fan").size(), 2u);
  const Mapping m = map_program(p, {.place = {.moves = 200}});
  EXPECT_TRUE(verify(p, m).empty()) << testing::texts(verify(p, m));
}

TEST_F(Transformer, SpikesComeToTheSameLogits) {
  const workloads::Program with = with_repeaters(program, board, Schedule::kStagedGraded, kWhole);
  ASSERT_GT(with.stages.size(), program.stages.size());
  const auto input = workloads::random_input_codes(program, 5);
  const auto expected = workloads::run_reference(program, input).logits;
  for (const Schedule schedule : {Schedule::kStagedGraded, Schedule::kStagedUnary, Schedule::kAsynchronousUnary})
    EXPECT_EQ(workloads::run_spiking(with, input, schedule).activations.logits, expected);
}

TEST_F(Transformer, OtherChipsAndEnoughAxonsLeaveItAsItIs) {
  board.chip.core.route_entries.value = 32;
  EXPECT_EQ(with_repeaters(program, board, Schedule::kStagedGraded, kWhole).stages.size(), program.stages.size());
  board.chip.core.route_entries.value = 16;
  board.chip.noc.multicast = chips::Multicast::kRelay;
  EXPECT_EQ(program_digest(with_repeaters(program, board, Schedule::kStagedGraded, kWhole)), program_digest(program));
}

TEST_F(Transformer, MappingFilesKnowTheirRepeaters) {
  const workloads::Program with = with_repeaters(program, board, Schedule::kStagedGraded, kWhole);
  const MappingProblem p = make_problem(with, board, Schedule::kStagedGraded, kWhole);
  const std::string text = mapping_to_json(p, map_program(p, {.place = {.moves = 200}}), "toy");
  MappingFile file = mapping_from_json(text, "m.json");
  EXPECT_EQ(file.repeaters, repeaters_of(with));
  const workloads::Program again = program_for(file, program);
  attach(file, again, board);
  EXPECT_TRUE(verify(file.problem, file.mapping).empty());
  EXPECT_EQ(mapping_to_json(file.problem, file.mapping, "toy"), text);
  EXPECT_THROW(attach(file, program, board), MappingMismatch);
  file.repeaters[0].behind = "block9.norm1";
  try {
    program_for(file, program);
    FAIL() << "a repeater behind nothing";
  } catch (const MappingMismatch& e) {
    EXPECT_STREQ(e.what(), ("m.json: made for program " + program.name + " with a stage block9.norm1, not for " +
                            program.name + "; map the workload again")
                               .c_str());
  }
}

TEST(Repeaters, ATreeWhereOneCannotReachAll) {
  // 2 channels to 12 cores, 4 out axons: three repeaters of 4 readers each, and one before them.
  ProgramBuilder b(2, 4);
  const StageId norm = b.norm("norm", b.linear("embed", testing::kInput, 2));
  std::vector<std::string> names;
  StageId sum;
  for (int i = 0; i < 12; ++i) {
    names.push_back("fc" + std::to_string(i));
    const StageId fc = b.linear(names.back(), norm, 2);
    sum = i == 0 ? fc : b.sum("sum" + std::to_string(i), sum, fc);
  }
  b.linear("head", sum, 2);
  const workloads::Program program = b.finish();
  const chips::Board board = unicast_board(4);
  const workloads::Program with = with_repeaters(program, board, Schedule::kStagedGraded, kWhole);
  const auto readers = [&](int from) {
    return std::vector<std::string>(names.begin() + from, names.begin() + from + 4);
  };
  const std::vector<Repeater> expected{{"norm.fan4", "norm", {}},
                                       {"norm.fan", "norm.fan4", readers(0)},
                                       {"norm.fan2", "norm.fan4", readers(4)},
                                       {"norm.fan3", "norm.fan4", readers(8)}};
  EXPECT_EQ(repeaters_of(with), expected);
  EXPECT_EQ(program_digest(insert_repeaters(program, expected)), program_digest(with));
  const MappingProblem p = make_problem(with, board, Schedule::kStagedGraded, kWhole);
  for (const Repeater& r : expected) EXPECT_EQ(tiles_named(p, r.name).size(), 2u) << r.name;
  const Mapping m = map_program(p, {.place = {.moves = 200}});
  EXPECT_TRUE(verify(p, m).empty()) << testing::texts(verify(p, m));
}

TEST(Repeaters, TemporalProgramsStayAsTheyAre) {
  const workloads::Program program = workloads::random_temporal_program(1);
  EXPECT_EQ(program_digest(with_repeaters(program, unicast_board(1), Schedule::kTimesteps)), program_digest(program));
}

TEST(Repeaters, WhatNoneCanHelpIsLeftToTheRoutes) {
  ProgramBuilder b(2, 4);
  const StageId norm = b.norm("norm", b.linear("embed", testing::kInput, 8));
  b.sum("sum", b.linear("left", norm, 8), b.linear("right", norm, 8));
  const workloads::Program program = b.finish();
  chips::Board board = unicast_board(7);  // the LayerNorm alone has 8 channels
  board.chip.core.neurons.value = 8;
  EXPECT_EQ(with_repeaters(program, board, Schedule::kStagedGraded, kWhole).stages.size(), program.stages.size());
}

TEST(RepeatersProperty, SameIntegersAndLegalOrDoesNotFit) {
  int repeated = 0;
  int mapped = 0;
  EXPECT_TRUE(rc::check([&] {
    const auto between = [](int low, int high) { return *rc::gen::inRange(low, high + 1); };
    const workloads::Program program = workloads::random_program(*rc::gen::arbitrary<std::uint64_t>());
    chips::Board board = unicast_board(between(4, 40), 12);
    board.chip.core.neurons.value = between(8, 20);
    board.chip.core.fan_in_axons.value = between(40, 100);
    const auto schedule = static_cast<Schedule>(between(0, 2));
    const TilingOptions tiling{.preset = static_cast<Preset>(between(0, 1))};
    try {
      const workloads::Program with = with_repeaters(program, board, schedule, tiling);
      repeated += with.stages.size() > program.stages.size() ? 1 : 0;
      RC_ASSERT(program_digest(insert_repeaters(program, repeaters_of(with))) == program_digest(with));
      const auto input = workloads::random_input_codes(program, 1);
      const auto logits = workloads::run_reference(program, input).logits;
      RC_ASSERT(workloads::run_reference(with, input).logits == logits);
      RC_ASSERT(workloads::run_spiking(with, input, schedule).activations.logits == logits);
      const MappingProblem problem = make_problem(with, board, schedule, tiling);
      const Mapping mapping = map_program(problem, {.preset = tiling.preset, .place = {.moves = 200}});
      const auto findings = verify(problem, mapping);
      if (!findings.empty()) RC_FAIL(testing::texts(findings));
      ++mapped;
    } catch (const DoesNotFit& e) {
      RC_ASSERT(!e.shortfalls.empty());
      RC_ASSERT(e.shortfalls[0].needed > e.shortfalls[0].available);
    }
  }));
  EXPECT_GT(repeated, 10);
  EXPECT_GT(mapped, 20);
}

}  // namespace
}  // namespace ranvier::mapper
