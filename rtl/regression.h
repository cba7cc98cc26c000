// SPDX-License-Identifier: Apache-2.0
// Constrained-random regression of RTL cores against golden models: what a core's bench brings, and the run over a list
// of seeds. Seeds are logged; any failure is run again with the same seed and a waveform. A core joins by a line in
// rtl/regression_cores.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ranvier::rtl {

struct RegressionOptions {
  std::int32_t count = 20;  // seeds, drawn from `seed`
  std::uint64_t seed = 1;
  std::int32_t steps = 100;             // steps a seed
  std::vector<std::uint64_t> replay{};  // run exactly these seeds instead
  std::vector<std::uint64_t> more{};    // run these as well: fresh ones
  std::vector<std::string> cores{};     // by name; empty: all
  std::string wave_dir{};               // where the waveform of a failing seed goes; empty: none is written
  std::string work_dir{};               // where coverage data passes through; empty: the system's temporary folder
};

/// First difference between RTL and golden model of one seed.
struct Mismatch {
  std::string core{};  // filled in by run_regression
  std::uint64_t seed = 0;
  std::int64_t cycle = 0;
  std::int32_t step = 0;
  std::int32_t token = 0;
  std::int32_t neuron = 0;
  std::string place{};  // where, for cores without tokens and neurons; replaces those two
  std::string expected;
  std::string got;
  bool fast_only = false;  // the check build, which a waveform is of, has passed
  std::string wave{};      // FST file of the re-run; empty when none was asked for
  std::string again{};     // options that bring it back; filled in by run_regression
  std::string message() const;
};

struct SeedResult {
  std::uint64_t seed = 0;
  bool passed = false;
  std::int64_t cycles = 0;  // of the check build
  std::int64_t events_in = 0;
  std::int64_t events_out = 0;
  std::int64_t fast_cycles = 0;  // of the fast build
  double fast_s = 0;             // wall time of those, test bench and golden model included
};

struct SeedOutcome {
  SeedResult result;
  std::optional<Mismatch> mismatch;
};

/// Functional bins by name; a bin that no seed reached is there with 0.
using Bins = std::map<std::string, std::int64_t>;

/// One core, or a mesh of them, with its bench, golden model and Verilated models. Objects live through a whole
/// regression, so that the check model sums its coverage and every seed meets the memories as the last one left them.
class RegressionCore {
 public:
  virtual ~RegressionCore() = default;
  RegressionCore() = default;
  RegressionCore(const RegressionCore&) = delete;
  RegressionCore& operator=(const RegressionCore&) = delete;

  /// Resets the core and runs `steps` steps of the traffic of `seed` against the golden model, on the fast and on the
  /// check build. A function of (seed, steps) alone; stops at the first mismatch or failed assertion.
  virtual SeedOutcome run(std::uint64_t seed, std::int32_t steps) = 0;
  /// The same on a check build of its own, with an FST waveform.
  virtual void run_with_wave(std::uint64_t seed, std::int32_t steps, const std::filesystem::path& wave) = 0;
  /// Bins of the bench over all runs so far.
  virtual Bins bins() const = 0;
  /// Verilator's coverage file of the check build over all runs so far.
  virtual void write_coverage(const std::filesystem::path& file) = 0;
};

/// A place of the RTL or a functional bin, and whether any seed reached it.
struct CoverPoint {
  std::string name;
  std::int64_t hits = 0;
};

/// Shares, 0..1, that a run has to reach (rtl/coverage/<core>.yaml).
struct CoverageFloors {
  double line = 0;
  double toggle = 0;
  double functional = 0;
};

struct CoreRegression {
  std::string core;
  std::int32_t passed = 0;
  std::int32_t failed = 0;
  std::vector<SeedResult> seeds;
  std::vector<Mismatch> mismatches;
  double line_coverage = 0;
  double toggle_coverage = 0;      // of non-configuration bits
  double functional_coverage = 0;  // bins of the test bench and cover statements of the RTL
  std::int64_t line_points = 0, toggle_points = 0;
  std::int64_t excluded_points = 0;         // toggles that rtl/coverage/<core>.yaml leaves out, with reasons
  std::vector<std::string> stale_excludes;  // of those patterns: the ones that leave nothing out
  std::vector<CoverPoint> functional;       // all
  std::vector<std::string> lines_missed;    // "file:line"
  std::vector<std::string> toggles_missed;  // "file:line scope signal[bit]"
  CoverageFloors floors;
  double cycles_per_s = 0;  // of the fast build
  double wall_s = 0;
  /// What is below its floor, one a line; stale exclusions too. Empty: nothing.
  std::vector<std::string> shortfalls() const;
};

struct RegressionResult {
  std::vector<CoreRegression> cores;
  std::int32_t passed() const;
  std::int32_t failed() const;
};

/// Throws UnknownRegressionCore for a name that is not in the list, RtlFileError.
RegressionResult run_regression(const RegressionOptions& options);

}  // namespace ranvier::rtl
