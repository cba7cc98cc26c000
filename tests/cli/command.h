// SPDX-License-Identifier: Apache-2.0
// Runs the built ranvier as a user would and keeps what it printed.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace ranvier::cli_test {

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
  nlohmann::json json() const { return nlohmann::json::parse(out); }
};

inline std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A folder of its own for each test, gone afterwards.
class CommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("ranvier-cli-" + std::string(test->name()) + "-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// `arguments` go through a shell, from inside the test's folder.
  Outcome ranvier(const std::string& arguments) const { return shell("'" RANVIER_BINARY "' " + arguments); }
  Outcome shell(const std::string& command) const {
    const auto out = folder_ / "stdout.txt";
    const auto err = folder_ / "stderr.txt";
    const std::string line =
        "cd '" + folder_.string() + "' && " + command + " >'" + out.string() + "' 2>'" + err.string() + "'";
    const int status = std::system(line.c_str());
    Outcome o{WIFEXITED(status) ? WEXITSTATUS(status) : 128, text_of(out), text_of(err)};
    std::filesystem::remove(out);
    std::filesystem::remove(err);
    return o;
  }

  /// Starts ranvier and leaves it running, its output in started.txt and started.err.
  pid_t start(const std::string& arguments) const {
    const pid_t child = ::fork();
    if (child == 0) {
      const std::string line =
          "cd '" + folder_.string() + "' && exec '" RANVIER_BINARY "' " + arguments + " >started.txt 2>started.err";
      ::execl("/bin/sh", "sh", "-c", line.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    return child;
  }
  /// Its exit code, or 128 and the signal that ended it.
  static int end_of(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  /// What a failing command must look like: this exit code, nothing on standard output, one line that names the
  /// culprit.
  static void expect_refusal(const Outcome& o, int exit_code, const std::string& culprit) {
    EXPECT_EQ(o.exit_code, exit_code) << o.err;
    EXPECT_EQ(o.out, "");
    EXPECT_NE(o.err.find(culprit), std::string::npos) << o.err;
    EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
  }

  /// A writable copy of the small bundled model.
  std::filesystem::path model_copy() const {
    const auto copy = folder_ / "model";
    std::filesystem::copy(RANVIER_SOURCE_DIR "/workloads/models/fashion-vit-small", copy,
                          std::filesystem::copy_options::recursive);
    return copy;
  }

  std::filesystem::path folder_;
};

}  // namespace ranvier::cli_test
