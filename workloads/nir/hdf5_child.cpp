// SPDX-License-Identifier: Apache-2.0
// A fork, a pipe, and a first byte that tells how it went.
#include "workloads/nir/hdf5_child.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <new>
#include <string>
#include <system_error>

namespace ranvier::workloads {
namespace {

constexpr rlim_t kMostSeconds = 60;
constexpr std::size_t kPieceBytes = 1 << 16;
enum class Outcome : std::uint8_t { kDone, kUnexpected, kNoMemory };

void limit(int resource, rlim_t most) {
  rlimit now{};
  if (getrlimit(static_cast<__rlimit_resource_t>(resource), &now) != 0) return;
  now.rlim_cur = std::min(now.rlim_cur, most);
  setrlimit(static_cast<__rlimit_resource_t>(resource), &now);
}

void write_all(int to, const void* from, std::size_t count) {
  const char* at = static_cast<const char*>(from);
  while (count > 0) {
    const ssize_t written = ::write(to, at, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) ::_exit(1);
    at += written;
    count -= static_cast<std::size_t>(written);
  }
}

void put(int to, Outcome outcome, const void* content, std::size_t count) {
  write_all(to, &outcome, 1);
  write_all(to, content, count);
}

[[noreturn]] void be_child(int to, const std::function<std::vector<std::uint8_t>()>& work) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGXCPU}) std::signal(signal, SIG_DFL);
  sigset_t none;  // the parent may have a thread that waits for signals, which is not here
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  limit(RLIMIT_CPU, kMostSeconds);
  limit(RLIMIT_CORE, 0);
  // What a dying library, or a sanitizer about it, has to say is of no use to users.
  if (const int silence = ::open("/dev/null", O_WRONLY); silence >= 0) ::dup2(silence, STDERR_FILENO);
  try {
    const std::vector<std::uint8_t> result = work();
    put(to, Outcome::kDone, result.data(), result.size());
  } catch (const std::bad_alloc&) {
    put(to, Outcome::kNoMemory, nullptr, 0);
  } catch (const std::exception& e) {
    const std::string what = e.what();
    put(to, Outcome::kUnexpected, what.data(), what.size());
  }
  ::_exit(0);
}

std::vector<std::uint8_t> read_all(int from) {
  std::vector<std::uint8_t> bytes;
  for (;;) {
    const std::size_t at = bytes.size();
    bytes.resize(at + kPieceBytes);
    const ssize_t count = ::read(from, bytes.data() + at, kPieceBytes);
    bytes.resize(at + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0 || (count < 0 && errno != EINTR)) return bytes;
  }
}

}  // namespace

std::vector<std::uint8_t> work_in_child(const std::function<std::vector<std::uint8_t>()>& work) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  const pid_t child = ::fork();
  if (child < 0) {
    const int error = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    throw std::system_error(error, std::generic_category(), "fork");
  }
  if (child == 0) be_child(ends[1], work);
  ::close(ends[1]);
  std::vector<std::uint8_t> bytes = read_all(ends[0]);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || bytes.empty()) throw Hdf5ChildDied();
  const auto outcome = static_cast<Outcome>(bytes.front());
  bytes.erase(bytes.begin());
  if (outcome == Outcome::kNoMemory) throw std::bad_alloc();
  if (outcome == Outcome::kUnexpected) throw std::logic_error(std::string(bytes.begin(), bytes.end()));
  return bytes;
}

}  // namespace ranvier::workloads
