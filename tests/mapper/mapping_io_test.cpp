// SPDX-License-Identifier: Apache-2.0
// The mapping file: what is written comes back, what is broken is named, whatever the bytes.
#include "mapper/mapping_io.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/random.h"
#include "fixtures.h"
#include "mapper/errors.h"

namespace ranvier::mapper {
namespace {

using nlohmann::json;
using testing::attention_program;
using testing::toy_board;

struct MappingIo : ::testing::Test {
  workloads::Program program = attention_program();
  chips::Board board = toy_board(3, 3);
  MappingProblem problem = make_problem(program, board, Schedule::kStagedUnary);
  Mapping mapping = map_program(problem, {.place = {.moves = 200}});
  std::string text = mapping_to_json(problem, mapping, "toy");

  MappingFileError error_of(const std::string& bad) {
    try {
      mapping_from_json(bad, "m.json");
    } catch (const MappingFileError& e) {
      return e;
    }
    ADD_FAILURE() << "accepted";
    return {"", "", ""};
  }
  std::string patched(const std::string& pointer, const json& value) {
    json document = json::parse(text);
    document[json::json_pointer(pointer)] = value;
    return document.dump();
  }
};

TEST_F(MappingIo, ComesBackAsItWas) {
  MappingFile file = mapping_from_json(text, "m.json");
  EXPECT_EQ(file.program_name, "handmade");
  EXPECT_EQ(file.target, "toy");
  attach(file, program, board);
  EXPECT_TRUE(verify(file.problem, file.mapping).empty());
  EXPECT_EQ(file.problem.schedule, Schedule::kStagedUnary);
  EXPECT_EQ(file.problem.flow_events, problem.flow_events);
  EXPECT_EQ(file.problem.tile_cycles, problem.tile_cycles);
  EXPECT_EQ(mapping_to_json(file.problem, file.mapping, "toy"), text);
}

TEST_F(MappingIo, KeepsInputSlicesModesAndDelays) {
  testing::ProgramBuilder b(2, 100);
  const StageId deep = b.linear("deep", testing::kInput, 8);
  b.sum("sum", deep, b.linear("next", deep, 8));
  const auto sliced = b.finish();
  board.chip.max_delay_steps.value = 3;
  const auto p = make_problem(sliced, board, Schedule::kAsynchronousUnary, {.token_mode = TokenChoice::kReplicate});
  const Mapping m = map_program(p, {.place = {.moves = 200}});
  MappingFile file = mapping_from_json(mapping_to_json(p, m, "toy"), "m.json");
  EXPECT_EQ(file.mapping.delay, m.delay);
  EXPECT_EQ(file.problem.tiles[2].partial_of, p.tiles[2].partial_of);
  EXPECT_TRUE(file.problem.tiles[2].partial_of.valid());
  EXPECT_EQ(file.problem.tiles[1].mode, TokenMode::kReplicate);
}

TEST_F(MappingIo, WavesComeBackAndAreOneWhereLeftOut) {
  mapping.waves = {1, 2};  // both levels have tiles of two tokens
  text = mapping_to_json(problem, mapping, "toy");
  EXPECT_EQ(json::parse(text)["waves"], json::array({1, 2}));
  EXPECT_EQ(mapping_from_json(text, "m.json").mapping.waves, mapping.waves);
  EXPECT_EQ(error_of(patched("/waves/1", 0)).place, "/waves/1");
  EXPECT_EQ(error_of(patched("/waves/1", 1.5)).place, "/waves/1");
  EXPECT_EQ(error_of(patched("/waves/1", 99)).place, "/waves/1");
  EXPECT_EQ(error_of(patched("/waves", 2)).place, "/waves");
  EXPECT_EQ(error_of(patched("/waves", std::vector<int>(40, 2))).place.substr(0, 7), "/waves/");
  EXPECT_EQ(error_of(patched("/schedule", "asynchronous-unary")).place, "/waves");
  mapping.waves = {1, 1};
  EXPECT_FALSE(json::parse(mapping_to_json(problem, mapping, "toy")).contains("waves"));
  EXPECT_EQ(mapping.waves_of(1), 1);
  EXPECT_EQ(mapping.waves_of(9), 1);
}

TEST_F(MappingIo, BrokenMembersAreNamedByTheirPlace) {
  EXPECT_EQ(error_of(patched("/tiles/3/outputs", json::array({5, 2}))).place, "/tiles/3/outputs");
  EXPECT_EQ(error_of(patched("/tiles/3/outputs", json::array({5}))).place, "/tiles/3/outputs");
  EXPECT_EQ(error_of(patched("/tiles/3/outputs/0", -1)).place, "/tiles/3/outputs/0");
  EXPECT_EQ(error_of(patched("/tiles/2/mode", "swap")).place, "/tiles/2/mode");
  EXPECT_EQ(error_of(patched("/tiles/2/partial_of", 999)).place, "/tiles/2/partial_of");
  EXPECT_EQ(error_of(patched("/tiles/2/level", 1.5)).place, "/tiles/2/level");
  EXPECT_EQ(error_of(patched("/tiles/2/busy_cycles", -1.0)).place, "/tiles/2/busy_cycles");
  EXPECT_EQ(error_of(patched("/tiles/2/demand/axons", "many")).place, "/tiles/2/demand/axons");
  EXPECT_EQ(error_of(patched("/flows/0/source", 13)).place, "/flows/0/source");
  EXPECT_EQ(error_of(patched("/flows/1/destinations/0", nullptr)).place, "/flows/1/destinations/0");
  EXPECT_EQ(error_of(patched("/flows/1/payload_bits", 18446744073709551615u)).place, "/flows/1/payload_bits");
  EXPECT_EQ(error_of(patched("/schedule", "later")).place, "/schedule");
  EXPECT_EQ(error_of(patched("/format", "nir")).place, "/format");
  EXPECT_EQ(error_of(patched("/version", 2)).place, "/version");
  json rules = json::parse(text);
  rules["constraints"] = {{"dead_core", true}};
  EXPECT_EQ(error_of(rules.dump()).place, "/constraints");
  EXPECT_NE(std::string(error_of(rules.dump()).what()).find("did you mean 'dead_cores'?"), std::string::npos);
  rules["constraints"] = json::array();
  EXPECT_EQ(error_of(rules.dump()).place, "/constraints");
  json without = json::parse(text);
  without["flows"][0].erase("chain");
  EXPECT_EQ(error_of(without.dump()).place, "/flows/0");
  EXPECT_EQ(error_of("[]").place, "");
  const MappingFileError cut = error_of(text.substr(0, text.size() / 2));
  EXPECT_EQ(cut.exit_code, ExitCode::kBadInput);
  EXPECT_NE(std::string(cut.what()).find("m.json"), std::string::npos);
  EXPECT_NE(std::string(cut.what()).find("line"), std::string::npos);
}

TEST_F(MappingIo, AnotherProgramOrBoardIsRefused) {
  MappingFile file = mapping_from_json(text, "m.json");
  auto other = program;
  other.stages[1].linear.weight[5] = 2;
  try {
    attach(file, other, board);
    FAIL();
  } catch (const MappingMismatch& e) {
    EXPECT_EQ(e.differs, "program");
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
  }
  try {
    attach(file, program, toy_board(3, 3, 2, 1));
    FAIL();
  } catch (const MappingMismatch& e) {
    EXPECT_EQ(e.differs, "board");
  }
}

/// Random bytes changed, removed or doubled: a typed error or a mapping that the verifier can look at, never more.
TEST_F(MappingIo, SurvivesBrokenBytes) {
  int accepted = 0;
  int refused = 0;
  for (std::uint64_t round = 0; round < 1500; ++round) {
    std::string bad = text;
    const std::uint32_t edits = 1 + random_below(4, 11, 0, round);
    for (std::uint32_t e = 0; e < edits; ++e) {
      const auto at = random_below(static_cast<std::uint32_t>(bad.size()), 11, 1, round, e);
      const auto what = random_below(4, 11, 2, round, e);
      static constexpr std::string_view kBytes = "0123456789-[]{},:\"ne.";
      const char byte = kBytes[random_below(static_cast<std::uint32_t>(kBytes.size()), 11, 3, round, e)];
      if (what == 0)
        bad.erase(at, 1 + random_below(40, 11, 4, round, e));
      else if (what == 1)
        bad.insert(at, 1, byte);
      else
        bad[at] = byte;
    }
    try {
      MappingFile file = mapping_from_json(bad, "m.json");
      file.problem.program = &program;
      file.problem.board = board;
      verify(file.problem, file.mapping);
      ++accepted;
    } catch (const MappingFileError&) {
      ++refused;
    }
  }
  EXPECT_GT(accepted, 10);
  EXPECT_GT(refused, 50);
}

}  // namespace
}  // namespace ranvier::mapper
