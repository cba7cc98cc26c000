// SPDX-License-Identifier: Apache-2.0
// Mappings written by hand: completed, verified, and refused by the member that is wrong.
#include "mapper/mapping_sketch.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "fixtures.h"
#include "mapper/errors.h"

namespace ranvier::mapper {
namespace {

using testing::kInput;
using testing::ProgramBuilder;
using testing::texts;
using testing::toy_board;

struct Sketch : ::testing::Test {
  Sketch() {
    ProgramBuilder b(2, 16);
    const StageId left = b.linear("left", kInput, 40);
    b.linear("head", left, 20);
    program = b.finish();
  }
  MappingFile read(const std::string& tiles) const {
    const std::string text = R"({"format": "ranvier-mapping", "version": 1, "program": {"name": "handmade"},
      "board": {"target": "toy"}, "schedule": "staged-graded", "tiles": )" +
                             tiles + "}";
    MappingFile file = mapping_from_json(text, "hand.json");
    attach(file, program, toy_board(3, 3));
    return file;
  }
  std::string refusal(const std::string& tiles) const {
    try {
      read(tiles);
    } catch (const MappingFileError& e) {
      return e.what();
    }
    return "not refused";
  }
  workloads::Program program;
};

TEST_F(Sketch, WholeStagesOnCoresAreALegalMapping) {
  const MappingFile file = read(R"([{"stage": "left", "core": 4}, {"stage": "head", "core": 5}])");
  const auto findings = verify(file.problem, file.mapping);
  ASSERT_TRUE(findings.empty()) << texts(findings);
  EXPECT_EQ(file.problem.tiles.size(), 3u);
  EXPECT_EQ(file.mapping.core_of, (std::vector<CoreId>{CoreId(), CoreId(4), CoreId(5)}));
  EXPECT_EQ(file.mapping.level, (std::vector<std::int32_t>{0, 1, 2}));
  // Written out in full and read again it is the same.
  const std::string full = mapping_to_json(file.problem, file.mapping, "toy");
  MappingFile again = mapping_from_json(full, "full.json");
  EXPECT_FALSE(again.sketch);
  attach(again, program, toy_board(3, 3));
  EXPECT_EQ(mapping_to_json(again.problem, again.mapping, "toy"), full);
}

TEST_F(Sketch, CutStagesToo) {
  const MappingFile file = read(R"([{"stage": "left", "outputs": [0, 30], "core": 0},
    {"stage": "left", "outputs": [30, 40], "core": 1}, {"stage": "head", "tokens": [0, 2], "core": 2}])");
  EXPECT_TRUE(verify(file.problem, file.mapping).empty());
}

TEST_F(Sketch, TheVerifierFindsWhatIsWrongWithIt) {
  const auto gap = read(R"([{"stage": "left", "outputs": [0, 30], "core": 0}, {"stage": "head", "core": 2}])");
  const auto findings = verify(gap.problem, gap.mapping);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings.front().kind, FindingKind::kCoverage);
  // 60 neurons on a core of 64 are fine, 40 + 40 are not.
  const auto full = read(R"([{"stage": "left", "core": 0}, {"stage": "head", "core": 0}])");
  EXPECT_TRUE(verify(full.problem, full.mapping).empty());
  ProgramBuilder b(2, 16);
  b.linear("b", b.linear("a", kInput, 40), 40);
  program = b.finish();
  const auto over = read(R"([{"stage": "a", "core": 0}, {"stage": "b", "core": 0}])");
  const auto excess = verify(over.problem, over.mapping);
  ASSERT_FALSE(excess.empty());
  EXPECT_EQ(excess.front().kind, FindingKind::kCapacity);
}

TEST_F(Sketch, AScheduleOfAnotherKindOfProgramIsRefused) {
  MappingFile file = mapping_from_json(
      R"({"format": "ranvier-mapping", "version": 1, "program": {"name": "handmade"}, "board": {"target": "toy"},
          "schedule": "timesteps", "tiles": [{"stage": "left", "core": 4}, {"stage": "head", "core": 5}]})",
      "hand.json");
  try {
    attach(file, program, toy_board(3, 3));
    FAIL();
  } catch (const MappingFileError& e) {
    EXPECT_EQ(e.place, "/schedule");
  }
}

TEST_F(Sketch, BadMembersAreNamed) {
  EXPECT_EQ(refusal(R"([{"stage": "lefd", "core": 4}])"),
            "hand.json: at /tiles/0/stage: no stage is called lefd; did you mean 'left'?");
  EXPECT_EQ(refusal(R"([{"stage": "left", "core": 4}, {"stage": "head", "core": 9}])"),
            "hand.json: at /tiles/1/core: the board has 9 cores, from 0");
  EXPECT_EQ(refusal(R"([{"stage": "left", "outputs": [30, 41], "core": 4}])"),
            "hand.json: at /tiles/0/outputs: the stage has 40 of them, from 0");
  EXPECT_EQ(refusal(R"([{"stage": "left", "outputs": [3, 3], "core": 4}])"),
            "hand.json: at /tiles/0/outputs: the stage has 40 of them, from 0");
  EXPECT_EQ(refusal(R"([{"stage": "left"}])"), "hand.json: at /tiles/0: member \"core\" is missing");
  EXPECT_EQ(refusal(R"([{"stage": "left", "core": null}])"), "hand.json: at /tiles/0/core: a core is expected");
}

}  // namespace
}  // namespace ranvier::mapper
