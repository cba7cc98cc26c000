// SPDX-License-Identifier: Apache-2.0
// ranvier map of what does not fit: exit code 2, one line, and a report of what would be enough.
#include "command.h"

namespace ranvier::cli_test {
namespace {

using Misfit = CommandTest;

TEST_F(Misfit, SaysWhatIsShortAndWhatIsEnough) {
  // A softmax row of 50 keys, and then a head 64 wide, on cores of 40 neurons.
  std::string chip = text_of(RANVIER_SOURCE_DIR "/chips/tianjic-like.yaml");
  const std::string neurons = "neurons: {value: 256,";
  ASSERT_NE(chip.find(neurons), std::string::npos);
  std::ofstream(folder_ / "narrow.yaml") << chip.replace(chip.find(neurons), neurons.size(), "neurons: {value: 40,");
  const auto o = ranvier("map vit-b32-shape --target narrow.yaml:9x9 -q --json");
  EXPECT_EQ(o.exit_code, 2);
  EXPECT_NE(o.err.find("does not fit: stage block0.attn needs 50 neurons"), std::string::npos) << o.err;
  EXPECT_NE(o.err.find("a softmax row cannot be cut"), std::string::npos) << o.err;
  const auto j = o.json();
  EXPECT_FALSE(j["fits"].get<bool>());
  EXPECT_EQ(j["shortfalls"][0]["resource"], "neurons");
  EXPECT_EQ(j["shortfalls"][0]["stage"], "block0.attn");
  EXPECT_EQ(j["shortfalls"][0]["needed"], 50);
  EXPECT_EQ(j["shortfalls"][0]["available"], 40);
  EXPECT_EQ(j["relaxations"][0]["resource"], "neurons");
  EXPECT_EQ(j["relaxations"][0]["enough"], 64) << "of a head's values";
}

TEST_F(Misfit, TheTextNamesTheGrid) {
  const auto o = ranvier("map vit-b32-shape --target tianjicx-like");
  EXPECT_EQ(o.exit_code, 2);
  EXPECT_NE(o.out.find("a grid of 6x6 chips"), std::string::npos) << o.out;
  EXPECT_NE(o.out.find("core_memory"), std::string::npos);
}

}  // namespace
}  // namespace ranvier::cli_test
