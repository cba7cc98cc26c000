// SPDX-License-Identifier: Apache-2.0
// Coverage: reading Verilator's file, leaving points out, judging floors.
#include <gmock/gmock.h>

#include <filesystem>

#include "base/file.h"
#include "rtl/coverage_data.h"
#include "rtl/coverage_rules.h"
#include "rtl/regression_cores.h"
#include "rtl/regression_errors.h"

namespace ranvier::rtl {
namespace {

std::filesystem::path file_with(const std::string& name, std::string_view text) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / name;
  write_file_atomically(path, text);
  return path;
}

constexpr std::string_view kData =
    "# SystemC::Coverage-3\n"
    "C '\001f\002a/x.sv\001l\0027\001page\002v_line/x\001o\002if\001h\002c.a' 3\n"
    "C '\001f\002a/x.sv\001l\0027\001page\002v_line/x\001o\002if\001h\002c.b' 0\n"
    "C '\001f\002a/x.sv\001l\0029\001page\002v_branch/x\001o\002else\001h\002c' 0\n"
    "C '\001f\002x.sv\001l\0022\001page\002v_toggle/x\001o\002a[0]\001h\002c.a' 5\n"
    "C '\001f\002x.sv\001l\0022\001page\002v_toggle/x\001o\002a[0]\001h\002c.b' 0\n"
    "C '\001f\002x.sv\001l\0023\001page\002v_toggle/x\001o\002cfg_q[1]\001h\002c.a' 0\n"
    "C '\001f\002x.sv\001l\0024\001page\002v_user/x\001o\002cover\001h\002c' 0\n"
    "C '\001f\002x.sv\001l\0025\001page\002v_user/x\001o\002queue_full\001h\002c.queue_full' 2\n";

TEST(Coverage, FileIsReadPointByPoint) {
  const CoverageData data = read_coverage(file_with("rv_coverage_test.dat", kData));
  ASSERT_EQ(data.lines.size(), 2u);
  EXPECT_EQ(data.lines[0].name, "x.sv:7 if");
  EXPECT_EQ(data.lines[0].hits, 3);
  EXPECT_EQ(covered(data.lines), 0.5);
  ASSERT_EQ(data.toggles.size(), 3u);
  EXPECT_EQ(data.toggles[1].scope, "c.b");
  EXPECT_EQ(data.toggles[2].signal, "cfg_q[1]");
  ASSERT_EQ(data.covers.size(), 2u);
  EXPECT_EQ(data.covers[0].name, "queue_full");
  EXPECT_EQ(data.covers[1].name, "x.sv:4");
  EXPECT_EQ(covered(data.covers), 0.5);
  EXPECT_THROW(read_coverage(file_with("rv_coverage_test.dat", "C 'broken\n")), RtlFileError);
}

CoreRegression judged(const CoverageRules& rules) {
  CoreRegression core;
  core.core = "x";
  apply_coverage(read_coverage(file_with("rv_coverage_test.dat", kData)), rules, core);
  return core;
}

TEST(Coverage, TogglesCountByInstanceOrByModule) {
  const CoreRegression instances = judged({.floors = {0.5, 0.33, 0.5}, .by_module = false, .exclusions = {}});
  EXPECT_EQ(instances.toggle_points, 3);
  EXPECT_DOUBLE_EQ(instances.toggle_coverage, 1.0 / 3);
  EXPECT_THAT(instances.toggles_missed, testing::ElementsAre("x.sv:2 c.b a[0]", "x.sv:3 c.a cfg_q[1]"));
  EXPECT_THAT(instances.shortfalls(), testing::IsEmpty());
  const CoreRegression modules = judged({.floors = {}, .by_module = true, .exclusions = {}});
  EXPECT_EQ(modules.toggle_points, 2);
  EXPECT_DOUBLE_EQ(modules.toggle_coverage, 0.5);
}

TEST(Coverage, ExclusionsLeaveOutWhatTheyNameAndNoMore) {
  const CoreRegression core = judged({.floors = {},
                                      .by_module = false,
                                      .exclusions = {{"x.sv", "cfg_q[*]", "*", "why"}, {"y.sv", "a[0]", "*", "why"}}});
  EXPECT_EQ(core.excluded_points, 1);
  EXPECT_DOUBLE_EQ(core.toggle_coverage, 0.5);
  EXPECT_THAT(core.shortfalls(), testing::ElementsAre("x: the exclusion y.sv a[0] excludes nothing; remove it"));
}

TEST(Coverage, EveryFloorFailsAlone) {
  EXPECT_THAT(judged({.floors = {0.51, 0, 0}, .by_module = false, .exclusions = {}}).shortfalls(),
              testing::ElementsAre("x: line coverage 50.00 %, floor 51.00 %"));
  EXPECT_THAT(judged({.floors = {0, 0.34, 0}, .by_module = false, .exclusions = {}}).shortfalls(),
              testing::ElementsAre("x: toggle coverage 33.33 %, floor 34.00 %"));
  EXPECT_THAT(judged({.floors = {0, 0, 1}, .by_module = false, .exclusions = {}}).shortfalls(),
              testing::ElementsAre("x: functional coverage 50.00 %, floor 100.00 %"));
}

TEST(Coverage, ABuildWithoutPointsIsBelowItsFloors) {
  CoreRegression core;
  core.core = "x";
  core.line_coverage = core.toggle_coverage = core.functional_coverage = 1;  // of nothing
  core.floors = {0.95, 0.9, 1};
  EXPECT_EQ(core.shortfalls().size(), 3u);
  EXPECT_THAT(core.shortfalls()[0], testing::HasSubstr("no line points at all"));
}

TEST(Coverage, PatternsMatchWholeNames) {
  EXPECT_TRUE(matches("cfg_*[*]", "cfg_addr_i[3]"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("a*b*c", "abxbc"));
  EXPECT_FALSE(matches("cfg_", "cfg_q"));
  EXPECT_FALSE(matches("a*b", "abc"));
}

TEST(Coverage, EveryCoreHasTheFloorsThatArePromised) {
  for (const RegressionEntry& entry : regression_cores()) {
    const CoverageRules rules = read_coverage_rules(std::filesystem::path(RANVIER_SOURCE_DIR) / "rtl/coverage" /
                                                    (std::string(entry.name) + ".yaml"));
    EXPECT_GE(rules.floors.line, 0.95) << entry.name;
    EXPECT_GE(rules.floors.toggle, 0.90) << entry.name;
    EXPECT_EQ(rules.floors.functional, 1.0) << entry.name;
  }
}

TEST(Coverage, RulesThatSayNothingSensibleAreErrors) {
  const auto problem = [](std::string_view text) {
    try {
      read_coverage_rules(file_with("rv_coverage_test.yaml", text));
    } catch (const RtlDataError& e) {
      return e.problem;
    }
    return std::string("none");
  };
  const std::string good = "line_floor: 0.9\ntoggle_floor: 0.9\nfunctional_floor: 1\ntoggles_of: modules\n";
  EXPECT_EQ(problem(good), "none");
  EXPECT_THAT(problem(good + "exclude: [{file: x.sv, signal: a}]\n"), testing::HasSubstr("'reason' is missing"));
  EXPECT_THAT(problem(good + "floors: 3\n"), testing::HasSubstr("unknown key 'floors'"));
  EXPECT_THAT(problem("toggle_floor: 0.9\n"), testing::HasSubstr("'line_floor' is missing"));
  EXPECT_THAT(problem("a: [\n"), testing::Not("none"));
}

}  // namespace
}  // namespace ranvier::rtl
