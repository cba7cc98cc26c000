// SPDX-License-Identifier: Apache-2.0
// Reading safetensors: what is written comes back, and whatever else is refused with the place and the numbers.
#include "workloads/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "base/errors.h"
#include "base/random.h"
#include "made_model.h"

namespace ranvier::workloads {
namespace {

std::vector<std::uint8_t> two_tensors() {
  const std::vector<float> a = {1, -2, 3.5F, 4, 5, 6};
  const std::vector<std::uint8_t> b = {7, 8, 9};
  const std::vector<NamedTensor> tensors = {f32_tensor("a", {2, 3}, a), u8_tensor("b", {3}, b)};
  return safetensors_bytes(tensors);
}

/// A file with this header text and `data` zero bytes behind it.
std::vector<std::uint8_t> with_header(const std::string& header, std::size_t data) {
  std::vector<std::uint8_t> bytes(8 + header.size() + data);
  const std::uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, 8);
  std::memcpy(bytes.data() + 8, header.data(), header.size());
  return bytes;
}

template <class Failure>
Failure failure_of(std::vector<std::uint8_t> bytes) {
  try {
    SafetensorsFile::parse(std::move(bytes), "f.safetensors");
  } catch (const Failure& e) {
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
    EXPECT_EQ(std::string(e.what()).rfind("f.safetensors", 0), 0U) << e.what();
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos);
    return e;
  }
  throw std::logic_error("was not refused");
}

TEST(Safetensors, WhatIsWrittenComesBack) {
  const auto file = SafetensorsFile::parse(two_tensors(), "f");
  EXPECT_EQ(file.names(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(file.f32("a", {2, 3}), (std::vector<float>{1, -2, 3.5F, 4, 5, 6}));
  EXPECT_EQ(file.f32("a", {-1, 3}).size(), 6U);
  EXPECT_EQ(file.u8("b", {3}), (std::vector<std::uint8_t>{7, 8, 9}));
  EXPECT_EQ(file.shape("a"), (std::vector<std::int64_t>{2, 3}));
}

TEST(Safetensors, FilesOnDiskAreReadAndMissingOnesNamed) {
  const ScratchFolder folder;
  const std::vector<float> one = {1};
  const std::vector<NamedTensor> tensors = {f32_tensor("x", {1}, one)};
  write_safetensors(folder.path() / "x.safetensors", tensors);
  EXPECT_EQ(SafetensorsFile::read(folder.path() / "x.safetensors").f32("x", {1}), one);
  EXPECT_THROW(SafetensorsFile::read(folder.path() / "y.safetensors"), FileMissing);
}

TEST(Safetensors, EveryTruncationIsRefused) {
  const std::vector<std::uint8_t> whole = two_tensors();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const TruncatedFile e =
        failure_of<TruncatedFile>({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    EXPECT_EQ(e.got_bytes, size);
    EXPECT_GT(e.expected_bytes, size);
  }
}

TEST(Safetensors, MalformedHeaders) {
  for (const char* header : {"{", "[]", "7", "", "{\"a\": 1}", "{\"a\": {\"dtype\": \"F32\"}}",
                             R"({"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}})",
                             R"({"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}})",
                             R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})",
                             R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})",
                             R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})",
                             R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}})"})
    failure_of<MalformedHeader>(with_header(header, 4));
  EXPECT_EQ(failure_of<MalformedHeader>(with_header(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                                                    R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                                                    1))
                .tensor,
            "a");
  std::vector<std::uint8_t> huge(16, 0xff);
  failure_of<MalformedHeader>(huge);
}

TEST(Safetensors, LayoutsThatLieAboutTheirBytes) {
  const auto layout = [](const std::string& header, std::size_t data) {
    return failure_of<BadTensorLayout>(with_header(header, data)).tensor;
  };
  EXPECT_EQ(layout(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4), "a");
  EXPECT_EQ(layout(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[2,0]}})", 2), "a");
  EXPECT_EQ(layout(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                   R"("b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                   3),
            "b");
  EXPECT_EQ(layout(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})", 3), "a");
  EXPECT_EQ(layout(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", 3), "");
}

TEST(Safetensors, WrongTensorsSayWhatWasExpected) {
  const auto file = SafetensorsFile::parse(two_tensors(), "f");
  try {
    file.f32("a", {3, 2});
    FAIL();
  } catch (const WrongShape& e) {
    EXPECT_EQ(e.tensor, "a");
    EXPECT_EQ(e.expected, (std::vector<std::int64_t>{3, 2}));
    EXPECT_EQ(e.got, (std::vector<std::int64_t>{2, 3}));
    EXPECT_NE(std::string(e.what()).find("expected shape [3, 2], got [2, 3]"), std::string::npos) << e.what();
  }
  EXPECT_THROW(file.f32("a", {6}), WrongShape);
  try {
    file.f32("b", {3});
    FAIL();
  } catch (const WrongDtype& e) {
    EXPECT_EQ(e.expected, "F32");
    EXPECT_EQ(e.got, "U8");
  }
  EXPECT_THROW(file.u8("a", {2, 3}), WrongDtype);
  try {
    file.f32("c", {3});
    FAIL();
  } catch (const TensorMissing& e) {
    EXPECT_EQ(e.tensor, "c");
  }
}

TEST(Safetensors, NonFiniteValuesAreFound) {
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    const std::vector<float> values = {0, 1, bad};
    const std::vector<NamedTensor> tensors = {f32_tensor("x", {3}, values)};
    const auto file = SafetensorsFile::parse(safetensors_bytes(tensors), "f");
    try {
      file.f32("x", {3});
      FAIL();
    } catch (const NonFiniteValue& e) {
      EXPECT_EQ(e.index, 2U);
    }
  }
}

/// Any bytes either load or are refused by an Error: never a crash, another exception or an allocation out of
/// proportion.
TEST(Safetensors, DamagedBytesLoadOrAreRefused) {
  constexpr std::uint64_t kSeed = 11;
  const std::vector<std::uint8_t> whole = two_tensors();
  int refused = 0, loaded = 0;
  for (std::uint64_t round = 0; round < 20000; ++round) {
    std::vector<std::uint8_t> bytes = whole;
    const std::uint32_t hits = 1 + random_below(4, kSeed, round, 0);
    for (std::uint32_t hit = 0; hit < hits; ++hit) {
      const auto at = random_below(static_cast<std::uint32_t>(bytes.size()), kSeed, round, 1, hit);
      const auto value = static_cast<std::uint8_t>(random_below(256, kSeed, round, 2, hit));
      switch (random_below(4, kSeed, round, 3, hit)) {
        case 0:
          bytes[at] = value;
          break;
        case 1:
          bytes[at] ^= static_cast<std::uint8_t>(1U << (value % 8));
          break;
        case 2:
          bytes.insert(bytes.begin() + at, value);
          break;
        default:
          bytes.erase(bytes.begin() + at);
      }
    }
    try {
      const auto file = SafetensorsFile::parse(bytes, "f");
      ++loaded;
      for (const std::string& name : file.names())
        (name == "b") ? void(file.u8(name, {-1})) : void(file.f32(name, {-1, 3}));
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 10000);
  EXPECT_GT(loaded, 10) << "the damage never left a file whole, so the good path was not tried";
}

}  // namespace
}  // namespace ranvier::workloads
