// SPDX-License-Identifier: Apache-2.0
// Streamed files: complete or not there; devices are written in place.
#include "base/pending_file.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace ranvier {
namespace {

struct PendingFileTest : ::testing::Test {
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("ranvier-pending-" + std::to_string(::getpid()));
};

TEST_F(PendingFileTest, IsThereOnlyOnceKept) {
  const auto path = folder_ / "a.csv";
  {
    StreamedFile dropped(path);
    dropped.buffer() += "never seen";
  }
  EXPECT_EQ(files(), 0u);
  StreamedFile out(path);
  out.buffer() += "kept\n";
  out.keep();
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), "kept\n");
  EXPECT_EQ(files(), 1u);
}

/// By a link, so that a failure of this test replaces the link and not the device.
TEST_F(PendingFileTest, ADeviceIsWrittenInPlace) {
  if (!std::filesystem::is_character_file("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const auto path = folder_ / "full";
  std::filesystem::create_symlink("/dev/full", path);
  StreamedFile out(path);
  out.buffer() += "too much";
  EXPECT_THROW(out.keep(), FileWriteFailed);
  EXPECT_TRUE(std::filesystem::is_symlink(path));
  EXPECT_TRUE(std::filesystem::is_character_file(path));
}

}  // namespace
}  // namespace ranvier
