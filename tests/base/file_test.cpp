// SPDX-License-Identifier: Apache-2.0
// Whole files: round trip, nothing half-written, typed errors. Digests against published vectors.
#include "base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "base/data_folder.h"
#include "base/digest.h"

namespace ranvier {
namespace {

class FileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("ranvier-file-test-" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }
  std::filesystem::path folder_;
};

TEST_F(FileTest, WritesAndReadsAnyByte) {
  std::string bytes;
  for (int i = 0; i < 300'000; ++i) bytes += static_cast<char>(i * 7);
  write_file_atomically(folder_ / "a", bytes);
  EXPECT_EQ(read_file(folder_ / "a"), bytes);
  EXPECT_EQ(read_bytes(folder_ / "a").size(), bytes.size());
  write_file_atomically(folder_ / "a", std::string_view("shorter"));
  EXPECT_EQ(read_file(folder_ / "a"), "shorter");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(FileTest, EmptyFileIsEmpty) {
  write_file_atomically(folder_ / "e", std::string_view());
  EXPECT_EQ(read_file(folder_ / "e"), "");
}

TEST_F(FileTest, ReplacesTheTargetOfALink) {
  write_file_atomically(folder_ / "real", std::string_view("old"));
  std::filesystem::create_symlink(folder_ / "real", folder_ / "link");
  write_file_atomically(folder_ / "link", std::string_view("new"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "link"));
  EXPECT_EQ(read_file(folder_ / "real"), "new");
}

TEST_F(FileTest, MissingFileNamesIt) {
  try {
    read_file(folder_ / "absent");
    FAIL();
  } catch (const FileMissing& e) {
    EXPECT_EQ(e.path, (folder_ / "absent").string());
    EXPECT_EQ(e.system_errno, ENOENT);
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos);
  }
  EXPECT_THROW(sha256_of_file(folder_ / "absent"), FileMissing);
}

TEST_F(FileTest, FolderIsUnreadable) {
  try {
    read_file(folder_);
    FAIL();
  } catch (const FileUnreadable& e) {
    EXPECT_EQ(e.system_errno, EISDIR);
  }
  EXPECT_THROW(sha256_of_file(folder_), FileUnreadable);
}

TEST_F(FileTest, FullDiskIsAnError) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  try {
    write_file_atomically("/dev/full", std::string_view("x"));
    FAIL();
  } catch (const FileWriteFailed& e) {
    EXPECT_EQ(e.system_errno, ENOSPC);
    EXPECT_EQ(e.path, "/dev/full");
  }
}

TEST_F(FileTest, FailedWriteLeavesNothing) {
  EXPECT_THROW(write_file_atomically(folder_ / "no" / "such" / "folder", std::string_view("x")), FileWriteFailed);
  std::filesystem::create_directory(folder_ / "taken");
  EXPECT_THROW(write_file_atomically(folder_ / "taken", std::string_view("x")), FileWriteFailed);
  EXPECT_EQ(entries(), 1u);
}

TEST(Digest, MatchesPublishedVectors) {
  // FIPS 180-4 examples.
  EXPECT_EQ(sha256_hex(std::string_view("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(std::string_view()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_F(FileTest, DigestOfAFileIsThatOfItsBytes) {
  const std::string bytes(200'001, 'q');
  write_file_atomically(folder_ / "d", bytes);
  EXPECT_EQ(sha256_of_file(folder_ / "d"), sha256_hex(std::string_view(bytes)));
}

TEST_F(FileTest, DataFolderOfTheEnvironmentComesFirst) {
  write_file_atomically(folder_ / "mark", std::string_view("1"));
  ::setenv("RANVIER_DATA_DIR", folder_.c_str(), 1);
  EXPECT_EQ(data_folders().front(), folder_);
  EXPECT_EQ(find_data("mark"), folder_ / "mark");
  ::unsetenv("RANVIER_DATA_DIR");
  EXPECT_EQ(find_data("mark"), std::filesystem::path());
}

}  // namespace
}  // namespace ranvier
