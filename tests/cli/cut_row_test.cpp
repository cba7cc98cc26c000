// SPDX-License-Identifier: Apache-2.0
// LayerNorm rows wider than a core, from the chip file to the logits: the bundled transformer on cores of 24 neurons
// and 40 axons.
#include "command.h"

namespace ranvier::cli_test {
namespace {

struct CutRow : CommandTest {
  void SetUp() override {
    CommandTest::SetUp();
    std::string chip = text_of(RANVIER_SOURCE_DIR "/chips/tianjic-like.yaml");
    const auto lower = [&](const std::string& limit, const std::string& to) {
      ASSERT_NE(chip.find(limit + "256"), std::string::npos);
      chip.replace(chip.find(limit + "256"), limit.size() + 3, limit + to);
    };
    lower("neurons: {value: ", "24");
    lower("fan_in_axons: {value: ", "40");
    std::ofstream(folder_ / "narrow.yaml") << chip;
  }
};

TEST_F(CutRow, IsMappedCheckedAndExact) {
  const auto mapped = ranvier("map fashion-vit-small --target narrow.yaml:3x3 --preset compact,fast -q -o m.json");
  ASSERT_EQ(mapped.exit_code, 0) << mapped.err;
  const auto tiles = nlohmann::json::parse(text_of(folder_ / "m.json"))["tiles"];
  std::int64_t sums = 0;
  for (const auto& tile : tiles) sums += tile.contains("statistics") ? 1 : 0;
  EXPECT_GT(sums, 0);
  EXPECT_EQ(ranvier("check m.json").exit_code, 0);
  const auto run = ranvier("sim m.json --fidelity fast --images 2 -q --json -o r");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(run.json()["exact"].get<bool>());
}

}  // namespace
}  // namespace ranvier::cli_test
