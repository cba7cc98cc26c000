// SPDX-License-Identifier: Apache-2.0
// ranvier partition as users run it.
#include <fstream>

#include "tests/cli/command.h"

namespace ranvier::cli_test {
namespace {

using Partition = CommandTest;

/// Two rings of three that hear each other once.
constexpr const char* kRings = "6 6 1\n2 1 2\n2 2 3\n2 3 1 4\n2 4 5\n2 5 6\n2 6 4\n";

TEST_F(Partition, FindsThePartsAndWritesThem) {
  std::ofstream(folder_ / "n.hgr") << kRings;
  const auto o =
      ranvier("partition n.hgr --limits neurons=3,in_axons=4,pins=9 --seed 2 -o p.txt --clusters c.csv --json");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  const auto json = o.json();
  EXPECT_EQ(json.at("parts"), 2);
  EXPECT_EQ(json.at("km1"), 2);
  EXPECT_EQ(json.at("valid"), true);
  EXPECT_EQ(json.at("max_neurons"), 3);
  EXPECT_EQ(json.at("max_in_axons"), 4);
  EXPECT_EQ(json.at("max_pins"), 4);
  EXPECT_EQ(json.at("parts_bound"), 2);
  EXPECT_EQ(json.at("km1_bound"), 2);
  EXPECT_EQ(json.at("reuse"), 1);
  EXPECT_EQ(json.at("vertices"), 6);
  EXPECT_EQ(json.at("hyperedges"), 6);
  EXPECT_EQ(json.at("pins"), 13);
  EXPECT_EQ(json.at("solver"), "multilevel");
  EXPECT_EQ(json.at("preset"), "default");
  EXPECT_EQ(json.at("seed"), 2);
  for (const char* key : {"cpu_s", "wall_s", "peak_rss_mib"}) EXPECT_GE(json.at(key).get<double>(), 0) << key;
  EXPECT_EQ(text_of(folder_ / "p.txt"), "0\n0\n0\n1\n1\n1\n");
  EXPECT_NE(text_of(folder_ / "c.csv").find("0,1,2\n"), std::string::npos);
  const auto placed = ranvier("place c.csv --mesh 2x1 --json");
  EXPECT_EQ(placed.exit_code, 0) << placed.err;
  const auto again = ranvier("partition n.hgr --limits neurons=3 --start p.txt --json");
  EXPECT_EQ(again.json().at("km1"), 2) << again.err;
}

TEST_F(Partition, ChecksGivenParts) {
  std::ofstream(folder_ / "n.hgr") << kRings;
  std::ofstream(folder_ / "good.txt") << "0\n0\n0\n1\n1\n1\n";
  std::ofstream(folder_ / "bad.txt") << "0\n0\n0\n0\n1\n1\n";
  EXPECT_EQ(ranvier("partition n.hgr --limits neurons=3 --check good.txt").exit_code, 0);
  const auto bad = ranvier("partition n.hgr --limits neurons=3 --check bad.txt --json");
  EXPECT_EQ(bad.exit_code, 2);
  EXPECT_EQ(bad.json().at("valid"), false);
  EXPECT_EQ(bad.json().at("findings").at(0), "part 0 uses 4 neurons, the limit is 3");
  EXPECT_EQ(bad.json().at("km1"), 4);
}

TEST_F(Partition, ComparesAllSolversOnANamedNetwork) {
  const auto o =
      ranvier("partition --network lenet-cifar --limits neurons=1024,in_axons=4096 --preset fast --compare -q --json");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  const auto json = o.json();
  ASSERT_EQ(json.at("compared").size(), 6u);
  EXPECT_EQ(json["compared"][0]["solver"], "sequential");
  EXPECT_EQ(json["compared"][0]["km1"], 12495);
  EXPECT_EQ(json.at("valid"), true);
  EXPECT_LT(json.at("km1").get<double>(), 0.5 * 12495);
  EXPECT_GE(json.at("km1").get<double>(), json.at("km1_bound").get<double>());
}

TEST_F(Partition, WritesNetworksThatReadBack) {
  ASSERT_EQ(ranvier("partition --network lenet-cifar --neuron-order chw --write-hgr n.hgr").exit_code, 0);
  const auto o = ranvier("partition n.hgr --limits neurons=1024,in_axons=4096 --solver sequential --json");
  EXPECT_EQ(o.json().at("km1"), 23398);
}

TEST_F(Partition, SaysWhyNothingFits) {
  std::ofstream(folder_ / "n.hgr") << "2 3 10\n1 2\n2 3\n1\n9\n1\n";
  expect_refusal(ranvier("partition n.hgr --limits neurons=5 --solver sequential"), 2,
                 "vertex 2 needs 9 neurons, a part has 5");
  const auto o = ranvier("partition n.hgr --limits neurons=5");
  expect_refusal(o, 2, "neurons");
  EXPECT_NE(o.err.find('9'), std::string::npos) << o.err;
  expect_refusal(ranvier("partition n.hgr --limits neurons=10 --parts 1"), 2, "neurons");
}

TEST_F(Partition, RefusesWhatItCannotRead) {
  std::ofstream(folder_ / "n.hgr") << "1 2\n1 3\n";
  expect_refusal(ranvier("partition n.hgr --limits neurons=5"), 5, "n.hgr:2: vertex 3 is not one of 1 to 2");
  expect_refusal(ranvier("partition none.hgr --limits neurons=5"), 5, "none.hgr");
  expect_refusal(ranvier("partition --limits neurons=5"), 4, "--network");
  expect_refusal(ranvier("partition n.hgr"), 4, "--limits");
  expect_refusal(ranvier("partition --network lenet-cifa --limits neurons=5"), 4, "lenet-cifar");
  const std::string lenet = "partition --network lenet-cifar --limits ";
  expect_refusal(ranvier(lenet + "neuron=5"), 4, "neurons");
  expect_refusal(ranvier(lenet + "neurons=0"), 4, "'neurons=0'");
  expect_refusal(ranvier(lenet + "neurons=5,neurons=6"), 4, "'neurons' twice; give it once");
  expect_refusal(ranvier(lenet + "neurons=5 --solver metis"), 4, "metis-star");
  expect_refusal(ranvier(lenet + "neurons=5 --preset slow"), 4, "--preset");
  expect_refusal(ranvier(lenet + "neurons=5 --neuron-order nhwc"), 4, "--neuron-order");
  expect_refusal(ranvier(lenet + "neurons=5 --compare --solver overlap"), 4, "--compare");
  expect_refusal(ranvier(lenet + "neurons=5 --start p.txt --solver overlap"), 4, "--start");
  expect_refusal(ranvier(lenet + "neurons=5 --check p.txt --compare"), 4, "--check");
}

/// Also while METIS, which handles the signal in its own way, is at work.
TEST_F(Partition, EndsAtOnceOnSigterm) {
  const auto o = shell("timeout --preserve-status -s TERM 3 '" RANVIER_BINARY
                       "' partition --network reservoir16k --limits neurons=1024,in_axons=4096 --preset best -q -o p");
  EXPECT_EQ(o.exit_code, 3);
  EXPECT_EQ(o.err, "ranvier: interrupted; nothing was written\n");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "p"));
}

}  // namespace
}  // namespace ranvier::cli_test
