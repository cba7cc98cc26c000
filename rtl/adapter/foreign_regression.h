// SPDX-License-Identifier: Apache-2.0
// The constrained-random regression of a core from a library against the golden model that rv_spike_core is held to.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "rtl/adapter/core_library.h"

namespace ranvier::rtl {

struct ForeignRegressionOptions {
  std::string library;
  std::int32_t count = 20;  // seeds, drawn from `seed`
  std::uint64_t seed = 1;
  std::int32_t steps = 100;             // a seed
  std::vector<std::uint64_t> replay{};  // run exactly these seeds instead
  std::vector<std::uint64_t> more{};    // run these as well: fresh ones
  std::string wave_dir{};               // where the waveform of a failing seed goes; empty: none is written
  std::uint64_t timeout_cycles = 0;     // of one call; 0: what the library says
};

/// First difference between core and golden model of one seed.
struct ForeignMismatch {
  std::string core;
  std::uint64_t seed = 0;
  std::int64_t cycle = 0;  // of the core, since it was made; where a call never came back, when it was made
  std::int32_t step = 0;
  std::int32_t token = -1;  // and neuron; -1: of none
  std::int32_t neuron = -1;
  std::string expected;
  std::string got;
  std::string wave;   // of the re-run; empty when none was asked for, or the library writes none
  std::string again;  // options that run it again
  std::string message() const;
};

struct ForeignSeedResult {
  std::uint64_t seed = 0;
  bool passed = false;
  std::int32_t steps = 0;
  std::int64_t cycles = 0;
  std::int64_t events_in = 0;
  std::int64_t events_out = 0;
};

struct ForeignRegressionResult {
  std::string core;
  std::int32_t passed = 0;
  std::int32_t failed = 0;
  std::vector<ForeignSeedResult> seeds;
  std::vector<ForeignMismatch> mismatches;
  std::map<std::string, std::int64_t> cases;  // how often the seeds met each interesting case
  double cycles_per_s = 0;                    // golden model included
};

/// Throws what CoreLibrary and CoreInstance throw (rtl/adapter/errors.h) where the core cannot be loaded or made; a
/// call that fails later is the mismatch of its seed.
ForeignRegressionResult run_foreign_regression(const ForeignRegressionOptions& options);

}  // namespace ranvier::rtl
