// SPDX-License-Identifier: Apache-2.0
#include "base/pending_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include <fmt/format.h>

#include "base/file.h"

namespace ranvier {

PendingFile::PendingFile(const std::filesystem::path& path, const std::filesystem::path& shown)
    : path_(path), shown_(shown.empty() ? path : shown), special_(is_special(path)) {
  if (special_) {
    temporary_ = path;
    return;
  }
  static std::atomic<unsigned> serial{0};
  temporary_ = path.parent_path() / fmt::format(".{}.{}-{}.part", path.filename().string(), ::getpid(), serial++);
  const int made = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (made < 0) fail(errno);
  ::close(made);
}

PendingFile::~PendingFile() {
  if (!kept_ && !special_) ::unlink(temporary_.c_str());
}

void PendingFile::fail(int system_errno) const { throw FileWriteFailed(shown_.string(), system_errno); }

void PendingFile::keep() {
  if (special_) return;
  const int written = ::open(temporary_.c_str(), O_WRONLY | O_CLOEXEC);
  if (written < 0) fail(errno);
  // Some file systems have no fsync; EINVAL is how they say it.
  const int failed = ::fsync(written) != 0 && errno != EINVAL ? errno : 0;
  ::close(written);
  if (failed != 0) fail(failed);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail(errno);
  kept_ = true;
}

StreamedFile::StreamedFile(const std::filesystem::path& path, const std::filesystem::path& shown)
    : file_(path, shown), descriptor_(::open(file_.temporary().c_str(), O_WRONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) file_.fail(errno);
}

StreamedFile::~StreamedFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void StreamedFile::write() {
  std::string_view left = buffer_;
  while (!left.empty()) {
    const ssize_t put = ::write(descriptor_, left.data(), left.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) file_.fail(errno);
    left.remove_prefix(static_cast<std::size_t>(put));
  }
  buffer_.clear();
}

void StreamedFile::keep() {
  write();
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (::close(descriptor) != 0) file_.fail(errno);
  file_.keep();
}

}  // namespace ranvier
