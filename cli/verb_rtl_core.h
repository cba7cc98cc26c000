// SPDX-License-Identifier: Apache-2.0
// ranvier rtl test --core LIBRARY: the regression of a core that somebody brings.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace ranvier::cli {

struct LibraryTest {
  std::string library;
  std::int32_t count = 20;
  std::int32_t steps = 100;
  std::uint64_t seed = 1;
  std::vector<std::uint64_t> replay{};
  std::vector<std::uint64_t> more{};
  std::string wave_dir{};
  std::uint64_t timeout_cycles = 0;
  bool json = false;
};

/// A value of --core that has a slash or ends with .so is a library, others are names of Ranvier's own cores.
bool names_library(const std::string& core);

void add_timeout_option(CLI::App& verb, std::uint64_t& timeout_cycles);

/// kOk, or kFunctionalMismatch where a seed failed, each with a line on standard error.
ExitCode test_library(const LibraryTest& test);

}  // namespace ranvier::cli
