// SPDX-License-Identifier: Apache-2.0
// What can go wrong when a run folder is written.
#pragma once

#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "base/error.h"

namespace ranvier::report {

/// The folder is there and holds something, and nobody said to replace it.
struct RunFolderExists : Error {
  explicit RunFolderExists(std::filesystem::path where)
      : Error(ExitCode::kUsage,
              fmt::format("{}: exists and is not empty; choose another -o, or --force to replace it", where.string())),
        path(std::move(where)) {}
  std::filesystem::path path;
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
      : Error(ExitCode::kInternal,
              fmt::format("{}: not written: {}; free space there or choose another -o", where.string(), why)),
        path(std::move(where)),
        reason(std::move(why)) {}
  std::filesystem::path path;
  std::string reason;
};

}  // namespace ranvier::report
