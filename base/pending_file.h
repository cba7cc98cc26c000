// SPDX-License-Identifier: Apache-2.0
// Files that are written bit by bit over a long time: under a temporary name beside their own until they are complete.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/errors.h"

namespace ranvier {

/// Makes an empty file under a temporary name; keep() gives it its own, else it is gone with this object. What is no
/// plain file (a device, a pipe) is written in place.
class PendingFile {
 public:
  /// `shown` is how messages name the file; `path` when empty. Throws FileWriteFailed.
  explicit PendingFile(const std::filesystem::path& path, const std::filesystem::path& shown = {});
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();

  const std::filesystem::path& temporary() const { return temporary_; }
  /// Throws FileWriteFailed with this reason.
  [[noreturn]] void fail(int system_errno) const;
  /// Brings the file to the disk and renames it over what stands under its name. Throws FileWriteFailed.
  void keep();

 private:
  std::filesystem::path path_, shown_, temporary_;
  bool special_ = false;
  bool kept_ = false;
};

/// A pending file of bytes put one after another, through a buffer.
class StreamedFile {
 public:
  explicit StreamedFile(const std::filesystem::path& path, const std::filesystem::path& shown = {});
  StreamedFile(const StreamedFile&) = delete;
  StreamedFile& operator=(const StreamedFile&) = delete;
  ~StreamedFile();

  /// To append to; write_if_full() now and then keeps it small.
  std::string& buffer() { return buffer_; }
  /// Throws FileWriteFailed.
  void write_if_full() {
    if (buffer_.size() >= kFull) write();
  }
  /// Throws FileWriteFailed.
  void keep();

 private:
  static constexpr std::size_t kFull = std::size_t{1} << 18;
  void write();

  PendingFile file_;
  int descriptor_ = -1;
  std::string buffer_;
};

}  // namespace ranvier
