// SPDX-License-Identifier: Apache-2.0
// The random regression itself: fixed seeds, one fresh seed, coverage floors, and that a fault is found and told.
#include "rtl/regression.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <random>

#include "base/file.h"
#include "rtl/coverage_data.h"
#include "rtl/errors.h"
#include "rtl/random_bench.h"

namespace ranvier::rtl {
namespace {

std::string messages(const RegressionResult& result) {
  std::string text;
  for (const Mismatch& m : result.mismatches) text += m.message() + "\n";
  return text;
}

TEST(Regression, FixedSeedsPassAndCoverTheCore) {
  const RegressionResult result = run_regression({.count = 40, .seed = 1, .steps = 60});
  EXPECT_EQ(result.passed, 40);
  EXPECT_EQ(result.failed, 0) << messages(result);
  EXPECT_GE(result.line_coverage, 0.95);
  EXPECT_GE(result.toggle_coverage, 0.90);
  std::string missed;
  for (const CoverPoint& p : result.functional) missed += p.hits == 0 ? p.name + "\n" : "";
  EXPECT_EQ(result.functional_coverage, 1.0) << missed;
  for (const std::string& line : result.lines_missed) missed += line + "\n";
  RecordProperty("line_coverage", std::to_string(result.line_coverage));
  RecordProperty("toggle_coverage", std::to_string(result.toggle_coverage));
  std::printf("coverage: line %.3f, toggle %.3f, functional %.3f\n%s", result.line_coverage, result.toggle_coverage,
              result.functional_coverage, missed.c_str());
}

TEST(Regression, FreshSeedPasses) {
  std::random_device fresh;  // the one place that is not reproducible: the seed is logged for replay
  const std::uint64_t seed = fresh();
  std::printf("fresh seed %llu\n", static_cast<unsigned long long>(seed));
  RecordProperty("seed", std::to_string(seed));
  const RegressionResult result = run_regression({.count = 5, .seed = seed, .steps = 60});
  EXPECT_EQ(result.failed, 0) << messages(result);
}

TEST(Regression, SameSeedSameTraffic) {
  const RegressionResult first = run_regression({.count = 2, .seed = 9, .steps = 20});
  const RegressionResult again = run_regression({.steps = 20, .replay = {first.seeds[1].seed, first.seeds[0].seed}});
  EXPECT_EQ(first.seeds[0].cycles, again.seeds[1].cycles);
  EXPECT_EQ(first.seeds[1].events_out, again.seeds[0].events_out);
  EXPECT_GT(first.seeds[0].cycles, 0);
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

TEST(Regression, CoverageFileIsReadPointByPoint) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "rv_coverage_test.dat";
  write_file_atomically(
      path, std::string_view("# SystemC::Coverage-3\n"
                             "C '\001f\002a/x.sv\001l\0027\001page\002v_line/x\001o\002if\001h\002c.a' 3\n"
                             "C '\001f\002a/x.sv\001l\0027\001page\002v_line/x\001o\002if\001h\002c.b' 0\n"
                             "C '\001f\002a/x.sv\001l\0029\001page\002v_branch/x\001o\002else\001h\002c' 0\n"
                             "C '\001f\002x.sv\001l\0022\001page\002v_toggle/x\001o\002a[0]\001h\002c' 5\n"
                             "C '\001f\002x.sv\001l\0024\001page\002v_user/x\001o\002cover\001h\002c' 0\n"));
  const CoverageData data = read_coverage(path);
  ASSERT_EQ(data.lines.size(), 2u);
  EXPECT_EQ(data.lines[0].name, "x.sv:7 if");
  EXPECT_EQ(data.lines[0].hits, 3);
  EXPECT_EQ(covered(data.lines), 0.5);
  EXPECT_EQ(covered(data.toggles), 1.0);
  EXPECT_EQ(covered(data.covers), 0.0);
  write_file_atomically(path, std::string_view("C 'broken\n"));
  EXPECT_THROW(read_coverage(path), RtlFileError);
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
