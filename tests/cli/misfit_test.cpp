// SPDX-License-Identifier: Apache-2.0
// ranvier map of what does not fit: exit code 2, one line, and a report of what would be enough.
#include "command.h"

namespace ranvier::cli_test {
namespace {

using Misfit = CommandTest;

TEST_F(Misfit, SaysWhatIsShortAndWhatIsEnough) {
  const auto o = ranvier("map vit-b32-shape --target tianjic-like:6x6 -q --json");
  EXPECT_EQ(o.exit_code, 2);
  EXPECT_NE(o.err.find("does not fit: stage pre_norm needs 768 neurons"), std::string::npos) << o.err;
  EXPECT_NE(o.err.find("proved by counting: one row has 768 channels"), std::string::npos) << o.err;
  const auto j = o.json();
  EXPECT_FALSE(j["fits"].get<bool>());
  EXPECT_EQ(j["shortfalls"][0]["resource"], "neurons");
  EXPECT_EQ(j["shortfalls"][0]["stage"], "pre_norm");
  EXPECT_EQ(j["shortfalls"][0]["needed"], 768);
  EXPECT_EQ(j["shortfalls"][0]["available"], 256);
  ASSERT_EQ(j["relaxations"].size(), 2u);
  EXPECT_EQ(j["relaxations"][1]["resource"], "fan_in_axons");
  EXPECT_EQ(j["relaxations"][1]["enough"], 768);
  EXPECT_EQ(j["resources"].size(), 4u);
}

TEST_F(Misfit, TheTextNamesTheGrid) {
  const auto o = ranvier("map vit-b32-shape --target tianjicx-like");
  EXPECT_EQ(o.exit_code, 2);
  EXPECT_NE(o.out.find("a grid of 6x6 chips"), std::string::npos) << o.out;
  EXPECT_NE(o.out.find("core_memory"), std::string::npos);
}

}  // namespace
}  // namespace ranvier::cli_test
