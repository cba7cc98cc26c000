// SPDX-License-Identifier: Apache-2.0
// One network over all families by one command; published networks where their folders are at hand.
#include <map>

#include "command.h"
#include "tests/shared_data.h"

namespace ranvier::cli_test {
namespace {

class Comparison : public CommandTest {
 protected:
  nlohmann::json compare(const std::string& arguments) const {
    const Outcome o = ranvier("chips compare " + arguments + " -q --json -o c");
    EXPECT_EQ(o.exit_code, 0) << o.err;
    return o.exit_code == 0 ? o.json() : nlohmann::json{{"targets", nlohmann::json::array()}};
  }

  /// Nine targets, each exact or with a reason; ranks count from 1 within each kind of energy.
  static void expect_sound(const nlohmann::json& j) {
    EXPECT_EQ(j["targets"].size(), 9u);
    std::map<std::string, int> ranks;
    std::map<std::string, double> energies;
    for (const auto& t : j["targets"]) {
      if (!t["fits"].get<bool>()) {
        EXPECT_NE(t["reason"], "") << t;
        continue;
      }
      const bool executed = t["target"].get<std::string>().rfind("ascend", 0) != 0;
      EXPECT_EQ(executed, !t["exact"].is_null()) << t;
      EXPECT_TRUE(!executed || t["exact"].get<bool>()) << t;
      EXPECT_NE(t["engines"], "");
      const std::string kind = t["energy_kind"];
      if (t["energy_kinds_mixed"].get<bool>()) {
        EXPECT_TRUE(t["rank_within_energy_kind"].is_null()) << t;
      } else {
        EXPECT_EQ(t["rank_within_energy_kind"], ++ranks[kind]) << t;
      }
      EXPECT_GE(t["energy_per_inference_nj"].get<double>(), energies[kind]) << t;
      energies[kind] = t["energy_per_inference_nj"];
      std::int64_t groups = 0;
      for (const auto& [name, energy] : t["energy_by_group_aj"].items()) groups += energy.get<std::int64_t>();
      EXPECT_NEAR(static_cast<double>(groups), t["energy_per_inference_aj"].get<double>(), 10) << t;
    }
  }
};

TEST_F(Comparison, TheSmallTransformerRunsOnEveryFamily) {
  const auto j = compare("fashion-vit-small");
  expect_sound(j);
  for (const auto& t : j["targets"]) {
    EXPECT_TRUE(t["fits"].get<bool>()) << t;
    EXPECT_EQ(t["chips"], 1) << t;
  }
  for (const char* file : {"comparison.json", "comparison.csv", "comparison.md", "comparison.html"})
    EXPECT_GT(std::filesystem::file_size(folder_ / "c" / file), 500u) << file;
}

TEST_F(Comparison, AChipWithADeviceIsNoWorseThanTheChipAlone) {
  const auto j = compare("fashion-vit-small --objective latency --targets tianjic-like,tianjic-like+ascend-310");
  double alone = 0;
  double beside = 0;
  for (const auto& t : j["targets"]) (t["target"] == "tianjic-like" ? alone : beside) = t["latency_us"];
  EXPECT_GT(beside, 0);
  EXPECT_LE(beside, alone);
}

TEST_F(Comparison, WhatAChipLacksIsAssumed) {
  const auto j = compare("fashion-vit-small --targets loihi-fitted");
  EXPECT_GT(j["targets"][0]["assumed_share"].get<double>(), 0.9);  // every stage needs a mechanism that Loihi has not
}

TEST_F(Comparison, KeepsWhatItFindsUnlessForced) {
  compare("fashion-vit-small --targets ascend-310");
  expect_refusal(ranvier("chips compare fashion-vit-small --targets ascend-310 -q -o c"), 4, "--force");
  EXPECT_EQ(ranvier("chips compare fashion-vit-small --targets ascend-310 -q --force -o c").exit_code, 0);
  std::filesystem::create_directories(folder_ / "other" / "x");
  expect_refusal(ranvier("chips compare fashion-vit-small --targets ascend-310 -q -o other"), 4, "other");
  expect_refusal(ranvier("chips compare fashion-vit-small --targets ascend-310 -q -o /proc/none"), 5, "/proc/none");
}

TEST_F(Comparison, SaysWhatDoesNotFitAndWhere) {
  std::filesystem::copy(RANVIER_SOURCE_DIR "/tests/data/toy-mesh.yaml", folder_ / "toy-mesh.yaml");
  const auto j = compare("fashion-vit-small --targets ./toy-mesh.yaml");
  ASSERT_EQ(j["targets"].size(), 1u);
  EXPECT_TRUE(j["targets"][0]["fits"].get<bool>());  // on a grid
  EXPECT_NE(j["targets"][0]["reason"].get<std::string>().find("needs"), std::string::npos);
  EXPECT_NE(j["targets"][0]["board"].get<std::string>().find(":"), std::string::npos);
}

TEST_F(Comparison, RefusesAnUnknownTargetAndAnUnknownWorkload) {
  expect_refusal(ranvier("chips compare fashion-vit-small --targets tianjik-like -q"), 5, "tianjic-like");
  expect_refusal(ranvier("chips compare fashion-vit-tiny -q"), 5, "fashion-vit");
}

}  // namespace
}  // namespace ranvier::cli_test
