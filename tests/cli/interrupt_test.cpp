// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and SIGTERM before there is anything to keep: the same line and exit code, whatever the verb.
#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "command.h"

namespace ranvier::cli_test {
namespace {

namespace fs = std::filesystem;

class Interrupt : public CommandTest {
 protected:
  /// There is one as soon as the child reads; -1 where it ended before.
  static int writing_end(const fs::path& fifo, pid_t child) {
    for (;;) {
      if (const int end = ::open(fifo.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC); end >= 0) return end;
      siginfo_t info{};
      if (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child)
        return -1;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  /// `arguments` must read `fifo`, from which nothing comes: the command stands there when the signal arrives.
  void expect_ended(const std::string& arguments, const std::string& fifo, int signal) const {
    fs::remove(folder_ / fifo);
    ASSERT_EQ(::mkfifo((folder_ / fifo).c_str(), 0666), 0);
    const pid_t child = start(arguments);
    const int end = writing_end(folder_ / fifo, child);
    ::kill(child, signal);
    EXPECT_EQ(end_of(child), 3) << arguments;
    if (end >= 0) ::close(end);
    EXPECT_EQ(text_of(folder_ / "started.err"), "ranvier: interrupted; nothing was written\n") << arguments;
    EXPECT_EQ(text_of(folder_ / "started.txt"), "") << arguments;
  }
};

TEST_F(Interrupt, EndsEveryVerbThatHasNothingToKeep) {
  fs::create_directory(folder_ / "old");
  for (const int signal : {SIGTERM, SIGINT}) {
    expect_ended("map fashion-vit-small --target tianjic-like:3x3 --constraints f -o m.json", "f", signal);
    expect_ended("run fashion-vit-small --target tianjic-like:3x3 --constraints f -o r", "f", signal);
    expect_ended("run fashion-vit-small --mapping f -o r", "f", signal);
    expect_ended("sim f -o r", "f", signal);
    expect_ended("remap old -o r", "old/job.json", signal);
    expect_ended("check f", "f", signal);
    expect_ended("check fidelity fashion-vit-small --target tianjic-like:3x3 --constraints f -o c.csv", "f", signal);
    expect_ended("place f -o p.csv", "f", signal);
    expect_ended("partition f --limits neurons=1 -o p.txt", "f", signal);
    for (const char* file : {"m.json", "r", "r.part", "c.csv", "p.csv", "p.txt"})
      EXPECT_FALSE(fs::exists(folder_ / file)) << file;
  }
}

}  // namespace
}  // namespace ranvier::cli_test
