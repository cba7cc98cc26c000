// SPDX-License-Identifier: Apache-2.0
// POSIX calls behind file.h: streams hide errno and the failure of close().
#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include <fmt/format.h>

namespace ranvier {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  /// False where the system reports a late write error.
  bool close() {
    const int fd = fd_;
    fd_ = -1;
    return ::close(fd) == 0;
  }

 private:
  int fd_;
};

template <class Buffer>
Buffer read_all(const std::filesystem::path& path) {
  const Descriptor in(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.get() < 0) {
    if (errno == ENOENT) throw FileMissing(path.string());
    throw FileUnreadable(path.string(), errno);
  }
  Buffer bytes;
  constexpr std::size_t kPiece = std::size_t{1} << 16;
  for (std::size_t size = 0;;) {
    bytes.resize(size + kPiece);
    const ssize_t got = ::read(in.get(), bytes.data() + size, kPiece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw FileUnreadable(path.string(), errno);
    size += static_cast<std::size_t>(got);
    if (got == 0) {
      bytes.resize(size);
      return bytes;
    }
  }
}

/// 0, or the errno of what failed.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return 0;
}

void write_in_place(const std::filesystem::path& path, std::string_view bytes) {
  Descriptor out(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (out.get() < 0) throw FileWriteFailed(path.string(), errno);
  if (const int failed = write_all(out.get(), bytes)) throw FileWriteFailed(path.string(), failed);
  if (!out.close()) throw FileWriteFailed(path.string(), errno);
}

}  // namespace

std::string read_file(const std::filesystem::path& path) { return read_all<std::string>(path); }

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path) {
  return read_all<std::vector<std::uint8_t>>(path);
}

bool is_special(const std::filesystem::path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  if (is_special(path)) return write_in_place(path, bytes);
  // A link's target is replaced, not the link.
  std::error_code ignored;
  const auto linked = std::filesystem::canonical(path, ignored);
  const std::filesystem::path target = ignored ? path : linked;

  static std::atomic<unsigned> serial{0};
  const std::filesystem::path temporary =
      target.parent_path() / fmt::format(".{}.{}-{}.part", target.filename().string(), ::getpid(), serial++);
  Descriptor out(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (out.get() < 0) throw FileWriteFailed(path.string(), errno);
  int failed = write_all(out.get(), bytes);
  if (failed == 0 && ::fsync(out.get()) != 0 && errno != EINVAL) failed = errno;
  if (!out.close() && failed == 0) failed = errno;
  if (failed == 0 && ::rename(temporary.c_str(), target.c_str()) != 0) failed = errno;
  if (failed != 0) {
    ::unlink(temporary.c_str());
    throw FileWriteFailed(path.string(), failed);
  }
}

void write_file_atomically(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  write_file_atomically(path, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}  // namespace ranvier
