// SPDX-License-Identifier: Apache-2.0
// The random regression itself: seeds decide everything, and a fault is found and told. The seeds of the regression and
// its floors run as ctest entries rtl.regression.* (rtl/regression.cmake).
#include "rtl/regression.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "rtl/random_bench.h"
#include "rtl/regression_cores.h"
#include "rtl/regression_errors.h"
#include "rtl/two_builds.h"

namespace ranvier::rtl {
namespace {

std::string messages(const RegressionResult& result) {
  std::string text;
  for (const CoreRegression& core : result.cores) {
    for (const Mismatch& m : core.mismatches) text += m.message() + "\n";
  }
  return text;
}

TEST(Regression, SameSeedSameTraffic) {
  const RegressionResult first = run_regression({.count = 2, .seed = 9, .steps = 20, .cores = {"rv_spike_core"}});
  const std::vector<SeedResult>& seeds = first.cores.at(0).seeds;
  const RegressionResult again =
      run_regression({.steps = 20, .replay = {seeds[1].seed}, .more = {seeds[0].seed}, .cores = {"rv_spike_core"}});
  const std::vector<SeedResult>& same = again.cores.at(0).seeds;
  ASSERT_EQ(same.size(), 2u);
  EXPECT_EQ(first.failed() + again.failed(), 0) << messages(first) << messages(again);
  EXPECT_EQ(seeds[0].cycles, same[1].cycles);
  EXPECT_EQ(seeds[1].events_out, same[0].events_out);
  EXPECT_EQ(seeds[0].cycles, seeds[0].fast_cycles);
  EXPECT_GT(seeds[0].cycles, 0);
}

/// The whole regression is rtl.regression.* of ctest; this is the part of it that everybody runs, and every mutant.
class RegressionOfCore : public testing::TestWithParam<std::string> {};

TEST_P(RegressionOfCore, ShortSeedsPass) {
  const RegressionResult result = run_regression({.count = 10, .seed = 1, .steps = 150, .cores = {GetParam()}});
  EXPECT_EQ(result.passed(), 10);
  EXPECT_EQ(result.failed(), 0) << messages(result);
}

std::vector<std::string> core_names() {
  std::vector<std::string> names;
  for (const RegressionEntry& entry : regression_cores()) names.emplace_back(entry.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, RegressionOfCore, testing::ValuesIn(core_names()),
                         [](const auto& core) { return core.param; });

TEST(Regression, AMismatchSaysOnWhichBuildAndHowToRunItAgain) {
  Mismatch m{"rv_x", 7, 12, 3, 1, 2, {}, "a", "b", {}};
  EXPECT_EQ(m.message(), "rv_x seed 7: cycle 12, step 3, token 1, neuron 2: expected a, got b");
  m.place = "mesh";
  m.again = "--replay 7 --steps 5 --seed 9";
  EXPECT_EQ(m.message(),
            "rv_x seed 7: cycle 12, step 3, mesh: expected a, got b; again with --replay 7 --steps 5 --seed 9");
  m.wave = "w.fst";
  m.fast_only = true;
  EXPECT_EQ(
      m.message(),
      "rv_x seed 7: cycle 12, step 3, mesh: expected a, got b, on the fast build alone; waveform of the check build, "
      "which passed, in w.fst; again with --replay 7 --steps 5 --seed 9");
}

/// A port whose bench fails in the seeds that it is told.
struct FakePort {
  std::uint64_t fails_in = 0;
  void open_wave(const std::filesystem::path&) {}
  void write_coverage(const std::filesystem::path&) {}
};

TEST(Regression, ADifferenceOnTheFastBuildAloneIsOne) {
  const auto make_check = [](std::uint32_t init) { return std::make_unique<FakePort>(FakePort{init}); };
  const auto run = [](FakePort& port, std::uint64_t seed, std::int32_t, Bins& bins) {
    ++bins["run"];
    SeedOutcome outcome;
    if (seed == port.fails_in) outcome.mismatch.emplace().expected = std::to_string(seed);
    return outcome;
  };
  TwoBuilds<FakePort> core(1, make_check, std::make_unique<FakePort>(FakePort{2}), run, {{"run", 0}});
  const SeedOutcome of_check = core.run(1, 10), of_fast = core.run(2, 10), none = core.run(3, 10);
  EXPECT_FALSE(of_check.result.passed);
  EXPECT_FALSE(of_check.mismatch->fast_only);
  EXPECT_FALSE(of_fast.result.passed);
  EXPECT_TRUE(of_fast.mismatch->fast_only);
  EXPECT_EQ(of_fast.mismatch->expected, "2");
  EXPECT_TRUE(none.result.passed);
  EXPECT_EQ(core.bins().at("run"), 3);  // of the check build alone
}

TEST(Regression, CoreThatIsNotInTheListIsAnError) {
  try {
    run_regression({.count = 1, .steps = 1, .cores = {"rv_nothing"}});
    FAIL() << "no error";
  } catch (const UnknownRegressionCore& e) {
    EXPECT_EQ(e.core, "rv_nothing");
    EXPECT_THAT(e.what(), testing::HasSubstr("rv_spike_core"));
  }
}

/// A core with one fault at its pins: what a broken RTL would look like to the test bench.
class FaultyPort final : public SpikeCorePort {
 public:
  enum class Fault { kPayload, kLostSpike, kState, kOverflow };
  FaultyPort(Fault fault, std::int64_t from_spike) : core_(make_fast_port()), fault_(fault), from_spike_(from_spike) {}
  void cycle() override {
    core_->in = in;
    core_->cycle();
    out = core_->out;
    ++cycles_;
    if (out.spike_valid && in.spike_ready) ++spikes_;
    const bool now = spikes_ >= from_spike_;
    if (fault_ == Fault::kPayload && now) out.spike_payload += 1;
    if (fault_ == Fault::kLostSpike && now) out.spike_valid = false;
    if (fault_ == Fault::kState && out.config_read_valid) out.config_read_data[0] ^= 1u << 24;
    if (fault_ == Fault::kOverflow) out.overflow = !out.overflow;
  }
  void open_wave(const std::filesystem::path&) override {}
  void write_coverage(const std::filesystem::path&) override {}
  bool take_assertion_failure() override { return false; }

 private:
  std::unique_ptr<SpikeCorePort> core_;
  Fault fault_;
  std::int64_t from_spike_;
  std::int64_t spikes_ = 0;
};

TEST(Regression, FaultsAreFoundAndTold) {
  for (const auto fault : {FaultyPort::Fault::kPayload, FaultyPort::Fault::kLostSpike, FaultyPort::Fault::kState,
                           FaultyPort::Fault::kOverflow}) {
    int found = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      FaultyPort port(fault, 5);
      Bins bins;
      const SeedOutcome outcome = run_seed(port, seed, 20, bins);
      if (!outcome.mismatch) continue;
      ++found;
      EXPECT_EQ(outcome.mismatch->seed, seed);
      EXPECT_FALSE(outcome.result.passed);
      EXPECT_NE(outcome.mismatch->expected, outcome.mismatch->got);
      EXPECT_THAT(outcome.mismatch->message(), testing::HasSubstr("seed " + std::to_string(seed)));
      EXPECT_THAT(outcome.mismatch->message(), testing::HasSubstr("expected"));
    }
    EXPECT_GT(found, 0) << "fault " << static_cast<int>(fault);
  }
}

TEST(Regression, CheckBuildWritesAWaveform) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "rv_spike_core_test.fst";
  std::filesystem::remove(path);
  {
    const auto port = make_check_port(1);
    port->open_wave(path);
    Bins bins;
    EXPECT_TRUE(run_seed(*port, 3, 3, bins).result.passed);
  }
  EXPECT_GT(std::filesystem::file_size(path), 1000u);
  std::filesystem::remove(path);
}

TEST(Regression, ScratchFolderThatCannotBeMadeIsAnError) {
  try {
    run_regression({.count = 0, .work_dir = "/proc/nowhere"});
    FAIL() << "no error";
  } catch (const RtlFileError& e) {
    EXPECT_THAT(e.file, testing::HasSubstr("/proc/nowhere"));
  }
}

}  // namespace
}  // namespace ranvier::rtl
