// SPDX-License-Identifier: Apache-2.0
// What every verb shares: the options that mean the same everywhere, and how a verb hands back its exit code.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/error.h"

namespace ranvier::cli {

struct Common {
  std::uint64_t seed = 1;
  int threads = 0;  // 0: all cores; changes no result
  bool json = false;
  bool quiet = false;
  bool verbose = false;
};

/// State of one process: its arguments and the exit code of the verb that ran.
struct Context {
  std::vector<std::string> argv;
  ExitCode exit_code = ExitCode::kOk;
};

/// A wrong option value that CLI11 itself cannot see.
struct UsageError : Error {
  UsageError(std::string option_, std::string problem)
      : Error(ExitCode::kUsage, option_ + ": " + problem), option(std::move(option_)) {}
  std::string option;
};

/// Digits only, from `least` to `most`: CLI11 would take -1 for the largest unsigned number.
CLI::Validator whole_number(std::uint64_t least, std::uint64_t most);

/// An option that names a file to write. What cannot be written there is said before the work, not after it: throws
/// FileWriteFailed for a directory or one that is missing or may not be written to, UsageError for no name.
CLI::Option* add_output_option(CLI::App& verb, const std::string& name, std::string& file, const std::string& what);

void add_common(CLI::App& verb, Common& common);
void apply_common(const Common& common);  // log level

/// Number of worker threads that `common` asks for, at least 1.
int thread_count(const Common& common);

/// Ctrl-C and SIGTERM, which batch systems send before they kill, mean the same. From here on either ends the process
/// with exit code 3: there is nothing to keep before a verb is done. Called once, before there are threads.
void catch_interrupts();
/// From here on the first one only sets interrupted(), which asks for a stop at the next step boundary; a second one
/// ends the process.
void stop_at_a_step_when_interrupted();
const std::atomic<bool>& interrupted();

void add_run_verb(CLI::App& app, Context& context);
void add_map_verb(CLI::App& app, Context& context);
void add_sim_verb(CLI::App& app, Context& context);
void add_remap_verb(CLI::App& app, Context& context);
void add_check_verb(CLI::App& app, Context& context);
void add_convert_verb(CLI::App& app, Context& context);
void add_chips_verb(CLI::App& app, Context& context);
void add_dense_verb(CLI::App& app, Context& context);
void add_noc_verb(CLI::App& app, Context& context);
void add_workloads_verb(CLI::App& app, Context& context);
void add_resume_verb(CLI::App& app, Context& context);
void add_partition_verb(CLI::App& app, Context& context);
void add_place_verb(CLI::App& app, Context& context);
void add_rtl_verb(CLI::App& app, Context& context);

}  // namespace ranvier::cli
