// SPDX-License-Identifier: Apache-2.0
// Messages of the file errors, and what every message keeps to.
#include "base/errors.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace ranvier {

std::string one_line(std::string text) {
  constexpr std::size_t kLongest = 4000;
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  }
  return text.size() > kLongest ? text.substr(0, kLongest) + "..." : text;
}

FileError::FileError(const std::string& what_failed, const std::string& path_, int errno_, const std::string& fix)
    : Error(ExitCode::kBadInput, fmt::format("{}: {}: {}; {}", path_, what_failed, std::strerror(errno_), fix)),
      path(path_),
      system_errno(errno_),
      reason(std::strerror(errno_)) {}

FileMissing::FileMissing(const std::string& path_)
    : FileError("cannot read", path_, ENOENT, "check the spelling, or the folder the command runs in") {}

FileUnreadable::FileUnreadable(const std::string& path_, int errno_)
    : FileError("cannot read", path_, errno_, "check that it is a plain file you may read") {}

FileWriteFailed::FileWriteFailed(const std::string& path_, int errno_)
    : FileError("cannot write", path_, errno_, "check free space and permissions, or choose another place") {}

}  // namespace ranvier
