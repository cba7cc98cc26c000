// SPDX-License-Identifier: Apache-2.0
// What can go wrong when a run folder is written.
#pragma once

#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "base/error.h"

namespace ranvier::report {

/// The folder is there and holds something. Only a run folder (it has a manifest.json) may be replaced, and only by
/// --force.
struct RunFolderExists : Error {
  RunFolderExists(std::filesystem::path where, bool run_folder)
      : Error(ExitCode::kUsage, fmt::format("{}: exists and is not empty; {}", where.string(),
                                            run_folder ? "choose another -o, or --force to replace this run"
                                                       : "it is no run folder, so choose another -o")),
        path(std::move(where)),
        is_run_folder(run_folder) {}
  std::filesystem::path path;
  bool is_run_folder;
};

/// No folder can be made there.
struct RunFolderUnwritable : Error {
  RunFolderUnwritable(std::filesystem::path where, std::string why)
      : Error(ExitCode::kBadInput,
              fmt::format("{}: cannot make this folder: {}; choose a writable -o", where.string(), why)),
        path(std::move(where)),
        reason(std::move(why)) {}
  std::filesystem::path path;
  std::string reason;
};

/// A file of the folder could not be written in full (disk full, quota, I/O error). Nothing of the folder is left.
struct RunFolderWriteFailed : Error {
  RunFolderWriteFailed(std::filesystem::path where, std::string why)
      : Error(ExitCode::kBadInput,
              fmt::format("{}: not written: {}; free space there or choose another -o", where.string(), why)),
        path(std::move(where)),
        reason(std::move(why)) {}
  std::filesystem::path path;
  std::string reason;
};

}  // namespace ranvier::report
