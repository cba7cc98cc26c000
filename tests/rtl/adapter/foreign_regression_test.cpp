// SPDX-License-Identifier: Apache-2.0
// The regression of cores from libraries: a right one passes and meets every case, each broken one fails.
#include "rtl/adapter/foreign_regression.h"

#include <gmock/gmock.h>

#include "rtl/adapter/errors.h"

namespace ranvier::rtl {
namespace {

using testing::HasSubstr;

ForeignRegressionResult regress(const std::string& defect, std::int32_t count, std::int32_t steps) {
  return run_foreign_regression(
      {.library = RANVIER_SOFT_CORES "/soft_core_" + defect + ".so", .count = count, .steps = steps});
}

TEST(ForeignRegression, ARightCorePassesAndMeetsEveryCase) {
  const auto r = regress("none", 20, 200);
  EXPECT_EQ(r.core, "soft_core");
  EXPECT_EQ(r.passed, 20);
  EXPECT_EQ(r.failed, 0);
  EXPECT_TRUE(r.mismatches.empty());
  EXPECT_EQ(r.cases.size(), 19u);
  for (const auto& [name, hits] : r.cases) EXPECT_GT(hits, 0) << name;
  for (const auto& s : r.seeds) {
    EXPECT_TRUE(s.passed);
    EXPECT_EQ(s.steps, 200);
    EXPECT_GT(s.cycles, 0);
  }
}

TEST(ForeignRegression, SeedsAreReplayable) {
  const auto all = regress("threshold", 6, 100);
  ASSERT_FALSE(all.mismatches.empty());
  const ForeignMismatch& first = all.mismatches.front();
  const auto again = run_foreign_regression(
      {.library = RANVIER_SOFT_CORES "/soft_core_threshold.so", .steps = 100, .replay = {first.seed}});
  ASSERT_EQ(again.mismatches.size(), 1u);
  EXPECT_EQ(again.mismatches[0].message(), first.message());
}

/// The message without the options that run it again.
std::string difference_of(const ForeignMismatch& m) { return m.message().substr(0, m.message().rfind("; --replay")); }

TEST(ForeignRegression, TheStepOfAMismatchIsTheOneInWhichItHappens) {
  const std::string library = RANVIER_SOFT_CORES "/soft_core_threshold.so";
  int later = 0;
  for (const ForeignMismatch& m : regress("threshold", 60, 50).mismatches) {
    later += m.step > 0;
    const auto with = run_foreign_regression({.library = library, .steps = m.step + 1, .replay = {m.seed}});
    ASSERT_EQ(with.mismatches.size(), 1u);
    EXPECT_EQ(difference_of(with.mismatches[0]), difference_of(m));
    EXPECT_EQ(run_foreign_regression({.library = library, .steps = m.step, .replay = {m.seed}}).failed, 0);
  }
  EXPECT_GT(later, 0);
}

TEST(ForeignRegression, FreshSeedsComeOnTop) {
  const auto r = run_foreign_regression(
      {.library = RANVIER_SOFT_CORES "/soft_core_none.so", .count = 2, .steps = 20, .more = {77}});
  ASSERT_EQ(r.seeds.size(), 3u);
  EXPECT_EQ(r.seeds[2].seed, 77u);
}

struct Defect {
  const char* name;
  const char* expected;
  const char* got;
};

class BrokenCore : public testing::TestWithParam<Defect> {};

TEST_P(BrokenCore, IsCaught) {
  const auto r = regress(GetParam().name, 20, 100);
  ASSERT_GT(r.failed, 0);
  EXPECT_EQ(r.failed, static_cast<std::int32_t>(r.mismatches.size()));
  EXPECT_EQ(r.passed + r.failed, 20);
  const ForeignMismatch& m = r.mismatches.front();
  EXPECT_THAT(m.expected, HasSubstr(GetParam().expected)) << m.message();
  EXPECT_THAT(m.got, HasSubstr(GetParam().got)) << m.message();
  EXPECT_EQ(m.message().find('\n'), std::string::npos);
  EXPECT_THAT(m.message(), HasSubstr("soft_core seed " + std::to_string(m.seed)));
}

INSTANTIATE_TEST_SUITE_P(AllDefects, BrokenCore,
                         testing::Values(Defect{"threshold", "", ""},
                                         Defect{"late_count", "more in the counter events_in", "0"},
                                         Defect{"lost_event", "an event of payload", "no event"},
                                         Defect{"state", "", ""},
                                         Defect{"never_ready", "the call to succeed", "not ready after 100000 cycles"},
                                         Defect{"never_loads", "the call to succeed", "ranvier_core_load"},
                                         Defect{"too_many", "the call to succeed", "events out of"},
                                         Defect{"wrong_neuron", "an event of payload", "no event"},
                                         Defect{"old_codes", "", ""}, Defect{"old_weight", "", ""}),
                         [](const auto& defect) { return std::string(defect.param.name); });

TEST(ForeignRegression, ACallThatNeverComesBackIsOfNoNeuronAndOfTheCycleInWhichItWasMade) {
  const ForeignMismatch m = run_foreign_regression({.library = RANVIER_SOFT_CORES "/soft_core_never_ready.so",
                                                    .count = 1,
                                                    .steps = 20,
                                                    .timeout_cycles = 70'000})
                                .mismatches.at(0);
  EXPECT_LT(m.neuron, 0);
  EXPECT_EQ(m.message().find("token"), std::string::npos) << m.message();
  EXPECT_GE(m.cycle, 0);
  EXPECT_LT(m.cycle, 70'000) << "the cycles in which it waited are not before it";
  EXPECT_THAT(m.message(),
              HasSubstr("; --replay " + std::to_string(m.seed) + " --steps 20 --timeout-cycles 70000 runs it again"));
}

TEST(ForeignRegression, ALibraryThatCannotBeLoadedIsNoMismatch) {
  EXPECT_THROW(regress("other_abi", 1, 1), CoreAbiMismatch);
  EXPECT_THROW(regress("no_core", 1, 1), CoreCallFailed);
}

}  // namespace
}  // namespace ranvier::rtl
