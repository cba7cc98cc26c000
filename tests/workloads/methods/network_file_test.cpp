// SPDX-License-Identifier: Apache-2.0
// A converted network comes back from its file as it was, and a file that is not whole is refused.
#include "workloads/methods/network_file.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "base/digest.h"
#include "base/errors.h"
#include "workloads/check_program.h"
#include "workloads/convert.h"
#include "workloads/dataset.h"
#include "workloads/reference.h"
#include "workloads/safetensors.h"

namespace ranvier::workloads {
namespace {

const ConvertedFile& small() {
  static const ConvertedFile network = [] {
    ConvertedFile made;
    made.model = load_model("fashion-vit-small");
    made.program = convert(made.model);
    made.made_from = {{"model", "fashion-vit-small"}};
    return made;
  }();
  return network;
}

TEST(NetworkFile, ComesBackAsItWas) {
  const ConvertedFile back = parse_network(network_bytes(small()), "there and back");
  EXPECT_EQ(network_bytes(back), network_bytes(small()));
  EXPECT_EQ(back.made_from, small().made_from);
  const ImageSet images = test_images(back.model);
  for (std::size_t i = 0; i < 5; ++i) {
    const auto codes = input_codes(small().model, images, i);
    EXPECT_EQ(input_codes(back.model, images, i), codes);
    EXPECT_EQ(run_reference(back.program, codes), run_reference(small().program, codes));
  }
}

TEST(NetworkFile, WrittenAndReadByName) {
  const auto path = std::filesystem::path(testing::TempDir()) / "small.rvn";
  write_network(path, small());
  EXPECT_TRUE(is_network_file(path));
  EXPECT_EQ(network_bytes(read_network(path)), network_bytes(small()));
  EXPECT_THROW(read_network(path.string() + "x"), FileMissing);
}

RC_GTEST_PROP(NetworkFile, NoticesAnyChangedByte, ()) {
  static const std::vector<std::uint8_t> whole = network_bytes(small());
  std::vector<std::uint8_t> bytes = whole;
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] ^= static_cast<std::uint8_t>(*rc::gen::inRange(1, 256));
  RC_ASSERT_THROWS_AS(parse_network(std::move(bytes), "changed"), Error);
}

TEST(NetworkFile, NoticesACutFile) {
  std::vector<std::uint8_t> bytes = network_bytes(small());
  bytes.resize(bytes.size() - 1);
  EXPECT_THROW(parse_network(std::move(bytes), "cut"), TruncatedFile);
}

/// The file with one piece of its header replaced by another of the same length, and the right digest.
std::vector<std::uint8_t> forged(const std::string& from, const std::string& to) {
  std::vector<std::uint8_t> bytes = network_bytes(small());
  const auto at = std::search(bytes.begin(), bytes.end(), from.begin(), from.end());
  EXPECT_NE(at, bytes.end()) << from;
  std::copy(to.begin(), to.end(), at);
  const std::string key = "\"sha256\":\"", zeros(64, '0');
  const auto digest = std::search(bytes.begin(), bytes.end(), key.begin(), key.end()) + 10;
  std::copy(zeros.begin(), zeros.end(), digest);
  const std::string right = sha256_hex(std::span<const std::uint8_t>(bytes));
  std::copy(right.begin(), right.end(), digest);
  return bytes;
}

TEST(NetworkFile, NoticesWhatNoDigestCan) {
  EXPECT_NO_THROW(parse_network(forged("fashion-vit-small", "fashion-vit-SMALL"), "renamed"));
  EXPECT_THROW(parse_network(forged("\"version\":\"1\"", "\"version\":\"9\""), "later"), NetworkVersionDiffers);
  EXPECT_THROW(parse_network(forged("ranvier-network", "another-network"), "other"), BadNetworkFile);
  EXPECT_THROW(parse_network(forged("\\\"kind\\\":\\\"gelu\\\"", "\\\"kind\\\":\\\"silu\\\""), "kind"), BadNetworkFile);
  EXPECT_THROW(parse_network(forged("\\\"rate_steps\\\"", "\\\"rate_stepz\\\""), "key"), BadNetworkFile);
  EXPECT_THROW(parse_network(forged("\\\"classes\\\":10", "\\\"classes\\\":11"), "classes"), BadNetworkFile);
  EXPECT_THROW(parse_network(forged("\\\"in_channels\\\":64", "\\\"in_channels\\\":46"), "width"), BadProgram);
}

TEST(NetworkFile, NoticesADigestOfAnotherLength) {
  for (const std::string digest : {"", "0", "00000000000000000000000000000000000000000000000000000000000000000"}) {
    const Metadata metadata = {{"format", "ranvier-network"}, {"version", "1"}, {"network", "{}"}, {"sha256", digest}};
    EXPECT_THROW(parse_network(safetensors_bytes({}, metadata), "digest"), BadNetworkFile) << digest;
  }
}

TEST(NetworkFile, NoticesAChangedNumber) {
  std::vector<std::uint8_t> bytes = network_bytes(small());
  bytes.back() ^= 1;
  EXPECT_THROW(parse_network(std::move(bytes), "changed"), NetworkDigestDiffers);
}

TEST(NetworkFile, WithoutImagesSaysHowToNameThem) {
  VitModel model = small().model;
  model.data.kind = DataKind::kFiles;
  EXPECT_THROW(test_images(model), NoImages);
  EXPECT_THROW(calibration_images(model), NoImages);
}

}  // namespace
}  // namespace ranvier::workloads
