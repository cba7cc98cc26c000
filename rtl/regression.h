// SPDX-License-Identifier: Apache-2.0
// Constrained-random regression of rv_spike_core against a golden model of its own (rtl/golden_core.h), with logged
// seeds: any failure is run again with the same seed and a waveform.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ranvier::rtl {

struct RegressionOptions {
  std::int32_t count = 20;  // seeds, drawn from `seed`
  std::uint64_t seed = 1;
  std::int32_t steps = 100;             // ticks a seed
  std::vector<std::uint64_t> replay{};  // run exactly these seeds instead
  std::string wave_dir{};               // where the waveform of a failing seed goes; empty: none is written
  std::string work_dir{};               // where coverage data passes through; empty: the system's temporary folder
};

/// First difference between RTL and golden model of one seed.
struct Mismatch {
  std::uint64_t seed = 0;
  std::int64_t cycle = 0;
  std::int32_t step = 0;
  std::int32_t token = 0;
  std::int32_t neuron = 0;
  std::string expected;
  std::string got;
  std::string wave;  // FST file of the re-run; empty when none was asked for
  std::string message() const;
};

struct SeedResult {
  std::uint64_t seed = 0;
  bool passed = false;
  std::int64_t cycles = 0;
  std::int64_t events_in = 0;
  std::int64_t events_out = 0;
};

/// A place of the RTL or a functional bin, and whether any seed reached it.
struct CoverPoint {
  std::string name;
  std::int64_t hits = 0;
};

struct RegressionResult {
  std::int32_t passed = 0;
  std::int32_t failed = 0;
  std::vector<SeedResult> seeds;
  std::vector<Mismatch> mismatches;
  double line_coverage = 0;  // shares, 0..1
  double toggle_coverage = 0;
  double functional_coverage = 0;         // bins of the test bench and cover statements of the RTL
  std::vector<CoverPoint> functional;     // all
  std::vector<std::string> lines_missed;  // "file:line"
  double cycles_per_s = 0;                // of the fast build, test bench and golden model included
};

RegressionResult run_regression(const RegressionOptions& options);

}  // namespace ranvier::rtl
