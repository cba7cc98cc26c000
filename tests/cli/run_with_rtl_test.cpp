// SPDX-License-Identifier: Apache-2.0
// End-to-end runs with routers and cores in RTL: of the small bundled transformer, of a network on chips that fork
// packets.
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

TEST_F(RunWithRtl, RoutersThatForkRunBesideTheModels) {
  std::ofstream graph(folder_ / "graph.csv");
  graph << "source,target,synapses\n";
  for (int from = 0; from < 60; ++from)
    for (const int step : {1, 7, 16, 29, 31, 44}) graph << from << ',' << (from + step) % 60 << ",30\n";
  graph.close();
  std::ofstream pins(folder_ / "pins.yaml");  // on all four chips
  pins << "pin:\n";
  for (int tile = 1; tile <= 15; ++tile) pins << "  - {tiles: \"tile:" << tile << "\", chips: [" << tile % 4 << "]}\n";
  pins.close();
  const auto o = ranvier(
      "run graph.csv --target spinnaker-like:2x2 --set core_neurons=4,partition=order,steps=8 --preset latency,fast "
      "--constraints pins.yaml --rtl routers -q --json -o r");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  const auto j = o.json();
  EXPECT_TRUE(j["exact"].get<bool>());
  EXPECT_EQ(j["verilated_routers"].size(), 4u);
  EXPECT_GT(j["hops"].get<std::int64_t>(), 0);
  EXPECT_GT(j["router_flits_compared"].get<std::int64_t>(), j["hops"].get<std::int64_t>());
}

}  // namespace
}  // namespace ranvier::cli_test
