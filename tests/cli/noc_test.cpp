// SPDX-License-Identifier: Apache-2.0
// ranvier noc as users run it.
#include <fstream>

#include "tests/cli/command.h"

namespace ranvier::cli_test {
namespace {

using Noc = CommandTest;

TEST_F(Noc, JsonHasItsKeysAndSaysWhetherSaturated) {
  const auto stable = ranvier("noc --mesh 4x4 --preset s3 --vcs 2 --depth 4 --rate 0.2 --cycles 2000 --seed 3 --json");
  ASSERT_EQ(stable.exit_code, 0) << stable.err;
  const auto json = stable.json();
  for (const char* key : {"latency_mean_cycles", "network_latency_mean_cycles", "hops_mean", "accepted", "cycles_per_s",
                          "flit_hops_per_s", "latency_p99_cycles", "offered", "link_load_max"}) {
    EXPECT_GT(json.at(key).get<double>(), 0) << key;
  }
  EXPECT_EQ(json.at("saturated"), false);
  EXPECT_EQ(json.at("state"), "stable");
  EXPECT_EQ(json.at("virtual_channels"), 2);
  const auto full = ranvier("noc --mesh 4x4 --rate 1 --cycles 500 --no-drain --json").json();
  EXPECT_EQ(full.at("saturated"), true);
  EXPECT_EQ(full.at("state"), "saturated");
  EXPECT_EQ(full.at("cycles_run"), 666);
  const auto text = ranvier("noc --mesh 4x4 --rate 1 --cycles 500");
  EXPECT_NE(text.out.find("SATURATED"), std::string::npos) << text.out;
}

TEST_F(Noc, SweepsRates) {
  const auto o = ranvier("noc --mesh 4x4 --sweep 0.2:0.8:0.3 --cycles 1000 --json");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  const auto json = o.json();
  ASSERT_EQ(json.at("points").size(), 3u);
  EXPECT_EQ(json["points"][2]["rate"].get<double>(), 0.8);
  EXPECT_GT(json.at("saturation_rate").get<double>(), 0.5);
  EXPECT_LT(json.at("saturation_rate").get<double>(), 0.8);
  const auto text = ranvier("noc --mesh 4x4 --sweep 0.2:0.8:0.3 --cycles 1000");
  EXPECT_NE(text.out.find("saturation rate"), std::string::npos) << text.out;
}

TEST_F(Noc, RunsATraceAndWritesItsTimes) {
  std::ofstream(folder_ / "t.csv") << "cycle,source,destination\n10,0,3\n0,5,5\n";
  const auto o = ranvier("noc --mesh 4x4 --preset half-rate --traffic trace --trace t.csv --packets times.csv --json");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  EXPECT_EQ(o.json().at("packet_flits"), 2);
  EXPECT_EQ(o.json().at("packets"), 2);
  EXPECT_EQ(text_of(folder_ / "times.csv"),
            "cycle,source,destination,flits,entered_cycle,delivered_cycle\n0,5,5,2,0,2\n10,0,3,2,10,18\n");
}

TEST_F(Noc, RefusesWhatItCannotRun) {
  std::ofstream(folder_ / "bad.csv") << "0,1,2\n0,1,99\n";
  expect_refusal(ranvier("noc --mesh 4x4 --traffic trace --trace bad.csv"), 5, "bad.csv:2: destination '99'");
  expect_refusal(ranvier("noc --traffic trace --trace none.csv"), 5, "none.csv");
  expect_refusal(ranvier("noc --traffic trace"), 4, "--trace");
  expect_refusal(ranvier("noc --trace bad.csv"), 4, "--traffic trace");
  expect_refusal(ranvier("noc --sweep 0.1-0.5"), 4, "--sweep");
  expect_refusal(ranvier("noc --sweep 0.5:0.1:0.1"), 4, "from:to:step");
  expect_refusal(ranvier("noc --topology star"), 4, "star");
  expect_refusal(ranvier("noc --allocator wavefront"), 4, "wavefront");
  expect_refusal(ranvier("noc --preset d6"), 4, "half-rate");
  expect_refusal(ranvier("noc --rate 1.5"), 4, "1.5");
  expect_refusal(ranvier("noc --traffic tornado"), 4, "tornado");
  expect_refusal(ranvier("noc --multicast 100"), 4, "destinations");
  expect_refusal(ranvier("noc --traffic hotspot --hotspots 64"), 4, "hotspot core");
}

TEST_F(Noc, OptionsThatWouldDoNothingAreRefused) {
  std::ofstream(folder_ / "t.csv") << "0,1,2\n";
  const std::string trace = "noc --traffic trace --trace t.csv ";
  expect_refusal(ranvier(trace + "--rate 0.5"), 4, "--rate");
  expect_refusal(ranvier(trace + "--warmup 5"), 4, "--warmup");
  expect_refusal(ranvier("noc --cycles 100 --hotspots 1"), 4, "--hotspots");
  EXPECT_EQ(ranvier("noc --cycles 100 --topology torus").exit_code, 0);  // two virtual channels
}

}  // namespace
}  // namespace ranvier::cli_test
