// SPDX-License-Identifier: Apache-2.0
// Errors of this room: files that cannot be read or written.
#pragma once

#include <string>

#include "base/error.h"

namespace ranvier {

/// A file operation that the system refused. `reason` is the system's own word for it ("No such file or directory").
struct FileError : Error {
  FileError(const std::string& what_failed, const std::string& path_, int errno_, const std::string& fix);
  std::string path;
  int system_errno = 0;
  std::string reason;
};

struct FileMissing : FileError {
  explicit FileMissing(const std::string& path);
};

/// There, but not to be read: permission, a folder, a device error.
struct FileUnreadable : FileError {
  FileUnreadable(const std::string& path, int system_errno);
};

/// Could not be written in full (disk full, no permission, no folder). Nothing half-written is left under the name.
struct FileWriteFailed : FileError {
  FileWriteFailed(const std::string& path, int system_errno);
};

}  // namespace ranvier
