// SPDX-License-Identifier: Apache-2.0
// An end-to-end run of the small bundled transformer with routers and cores in RTL.
#include "command.h"

namespace ranvier::cli_test {
namespace {

using RunWithRtl = CommandTest;

TEST_F(RunWithRtl, RoutersAndCoresRunBesideTheModels) {
  const auto o = ranvier(
      "run fashion-vit-small --target tianjic-like:3x3 --images 1 --accuracy-images 1 --rtl routers --rtl router:0 "
      "--rtl block1.fc1 --json -o r");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  const auto j = o.json();
  EXPECT_TRUE(j["exact"].get<bool>());
  EXPECT_EQ(j["verilated_routers"].size(), 39u * 36u);  // 3 x 3 chips of 13 x 12
  EXPECT_GT(j["router_flits_compared"].get<std::int64_t>(), 1000);
  EXPECT_NE(o.err.find("flits compared, none differed"), std::string::npos) << o.err;
  EXPECT_GT(j["lockstep_events_compared"].get<std::int64_t>(), 0);
}

}  // namespace
}  // namespace ranvier::cli_test
