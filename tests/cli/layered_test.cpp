// SPDX-License-Identifier: Apache-2.0
// The layered conformance network from the command line: keys, exact numbers, findings, refusals.
#include <cmath>

#include "tests/cli/command.h"

namespace ranvier::cli_test {
namespace {

class LayeredTest : public CommandTest {
 protected:
  Outcome run(const std::string& set, const std::string& more) const {
    return ranvier("run layered-lif --target loihi-fitted --quiet --force -o run --json --set " + set + " " + more);
  }
};

TEST_F(LayeredTest, SimpleTimingGivesTheContractsKeysAndThePeersDigits) {
  const Outcome o = run("neurons=1024,density=0.1,rate=0.1,mapping=spread,steps=100", "--timing simple");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  const auto j = o.json();
  EXPECT_EQ(j.at("spikes"), 40958);
  EXPECT_EQ(j.at("synaptic_events"), 3143074);
  EXPECT_EQ(j.at("messages"), 950060);
  EXPECT_EQ(j.at("hops"), 3089183);
  EXPECT_DOUBLE_EQ(j.at("sim_time_s").get<double>(), 537.5618e-6);
  EXPECT_DOUBLE_EQ(j.at("energy_j").get<double>(), 254.41577e-6);
  EXPECT_GT(j.at("synaptic_events_per_s").get<double>(), 0);
  EXPECT_LT(j.at("bytes_per_synapse").get<double>(), 10);
  EXPECT_EQ(j.at("legal"), true);
  EXPECT_EQ(j.at("findings").size(), 0u);
  EXPECT_EQ(j.at("exact"), true);
  EXPECT_EQ(j.at("fidelity"), "simple");
  EXPECT_EQ(j.at("steps"), 100);
  EXPECT_EQ(j.at("cores"), 128);
  for (const char* file : {"report.html", "results.sqlite", "manifest.json", "mapping.json", "layers.csv"})
    EXPECT_TRUE(std::filesystem::exists(folder_ / "run" / file)) << file;
}

TEST_F(LayeredTest, FidelitiesAgreeWithSimpleOnCountsAndDynamicEnergy) {
  const std::string set = "neurons=1024,density=0.1,rate=0.2,mapping=compact,steps=4";
  const auto simple = run(set, "--timing simple").json();
  for (const char* fidelity : {"analytic", "fast", "cycle"}) {
    const Outcome o = run(set, std::string("--fidelity ") + fidelity);
    ASSERT_EQ(o.exit_code, 0) << o.err;
    const auto j = o.json();
    for (const char* key : {"spikes", "synaptic_events", "messages", "hops", "energy_dynamic_j"})
      EXPECT_EQ(j.at(key), simple.at(key)) << fidelity << ' ' << key;
    EXPECT_GT(j.at("energy_j").get<double>(), simple.at("energy_j").get<double>());
    EXPECT_EQ(j.at("fidelity"), fidelity);
  }
}

TEST_F(LayeredTest, AMappingBeyondTheChipRunsAndSaysSo) {
  const Outcome o = run("neurons=1024,density=1,rate=0.1,mapping=compact,steps=2", "--timing simple");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  EXPECT_EQ(o.json().at("legal"), false);
  EXPECT_EQ(o.json().at("findings").size(), 12u);
  EXPECT_NE(o.json().at("findings")[0].get<std::string>().find("synapse_memory"), std::string::npos);
}

TEST_F(LayeredTest, ItsMappingFileRunsAgain) {
  ASSERT_EQ(run("neurons=1024,density=0.1,rate=0.2,steps=4", "--fidelity fast").exit_code, 0);
  const Outcome again = ranvier("sim run/mapping.json --workload layered-lif -q --fidelity fast --json -o again");
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.json().at("steps"), 4);
  EXPECT_EQ(ranvier("check run/mapping.json --workload layered-lif").exit_code, 0);
  expect_refusal(ranvier("sim run/mapping.json --workload layered-lif -q -o t --set steps=5"), 4, "steps=4, not 5");
}

TEST_F(LayeredTest, RefusesWhatMakesNoSense) {
  expect_refusal(run("neurons=100", "--timing simple"), 4, "multiple of 256");
  expect_refusal(run("neurons=100,mapping=spread", ""), 4, "multiple of 32");
  expect_refusal(run("neurons=1k", ""), 4, "1k");
  expect_refusal(run("colour=red", ""), 4, "colour");
  expect_refusal(run("mapping=dense", ""), 4, "dense");
  expect_refusal(run("steps=3,steps=4", ""), 4, "twice");
  expect_refusal(run("density=2", ""), 4, "density");
  expect_refusal(run("rate=0", ""), 4, "rate");
  expect_refusal(run("steps=2", "--images 3"), 4, "--images");
  expect_refusal(run("steps=2", "--schedule staged-graded"), 4, "--schedule");
  expect_refusal(run("steps=2", "--timing simple --remap max=2"), 4, "--timing");
  expect_refusal(ranvier("run layered-lif --target tianjic-like --timing simple --quiet"), 4, "destination core");
  expect_refusal(ranvier("run fashion-vit-small --target tianjic-like --set steps=2 --quiet"), 4, "--set");
  expect_refusal(ranvier("run fashion-vit-small --target tianjic-like --timing simple --quiet"), 4, "--timing");
}

TEST_F(LayeredTest, IsListed) {
  const auto rows = ranvier("workloads list --json").json().at("workloads");
  EXPECT_TRUE(std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.at("name") == "layered-lif"; }));
}

}  // namespace
}  // namespace ranvier::cli_test
