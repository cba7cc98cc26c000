// SPDX-License-Identifier: Apache-2.0
// Log levels, the copy in a file, and that nothing goes to standard output.
#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.h"
#include "base/progress.h"

namespace ranvier {
namespace {

TEST(Log, LevelAndPlainTextOnStandardError) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  log::set_level(log::Level::kInfo);
  log::debug("hidden {}", 1);
  log::info("shown {}", 2);
  log::warning("braces stay: {}", "{}");
  log::set_level(log::Level::kQuiet);
  log::error("silenced");
  log::set_level(log::Level::kInfo);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "info: shown 2\nwarning: braces stay: {}\n");
  EXPECT_EQ(log::level(), log::Level::kInfo);
}

TEST(Log, ClearsAnOpenProgressLineFirst) {
  testing::internal::CaptureStderr();
  ProgressOptions options;
  options.terminal = true;
  options.colour = false;
  options.clock = [] { return std::chrono::nanoseconds(0); };
  {
    Progress progress("work", 2, options);
    progress.advance();
    log::info("news");
    log::info("more");
  }
  log::info("end");
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "\r\x1b[Kwork 1/2 (50 %), 0.0 s left\r\x1b[Kinfo: news\ninfo: more\ninfo: end\n");
}

TEST(Log, CopiesToAFile) {
  const auto path = std::filesystem::temp_directory_path() / ("ranvier-log-" + std::to_string(::getpid()));
  testing::internal::CaptureStderr();
  log::copy_to(path);
  log::info("one");
  log::copy_to({});
  log::info("two");
  testing::internal::GetCapturedStderr();
  EXPECT_THAT(read_file(path), testing::EndsWith(" info: one\n"));
  std::filesystem::remove(path);
}

TEST(Log, CopyToAFolderIsAnError) {
  EXPECT_THROW(log::copy_to(std::filesystem::temp_directory_path()), FileWriteFailed);
}

}  // namespace
}  // namespace ranvier
