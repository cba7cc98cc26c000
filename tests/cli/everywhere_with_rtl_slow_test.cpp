// SPDX-License-Identifier: Apache-2.0
// Whatever a transformer is mapped to, every tile of it runs on a Verilated core, of whichever chip family.
#include "command.h"

namespace ranvier::cli_test {
namespace {

class RtlEverywhere : public CommandTest, public testing::WithParamInterface<const char*> {};

TEST_P(RtlEverywhere, EveryTileOfATransformerRunsOnAVerilatedCore) {
  const Outcome o = ranvier("run fashion-vit-small --target " + std::string(GetParam()) +
                            " --fidelity fast --images 1 --accuracy-images 1 --rtl all --json -q -o r");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  const auto run = o.json();
  EXPECT_TRUE(run["exact"].get<bool>());
  EXPECT_GT(run["lockstep_events_compared"].get<std::int64_t>(), 1000);
  std::size_t tiles = 0;
  const auto mapping = nlohmann::json::parse(text_of(folder_ / "r/mapping.json"));
  for (const auto& tile : mapping["tiles"])
    tiles += tile["stage_name"] != "input";
  EXPECT_GT(tiles, 20u);
  EXPECT_EQ(run["verilated_tiles"].size(), tiles);
}

INSTANTIATE_TEST_SUITE_P(Chips, RtlEverywhere,
                         testing::Values("tianjic-like:3x3", "tianjicx-like:3x3", "lynxi-ka200-like", "loihi2-like",
                                         "loihi-fitted"));

}  // namespace
}  // namespace ranvier::cli_test
