// SPDX-License-Identifier: Apache-2.0
// Irregular networks from the command line: mapped, run, probed by the file's numbers, checked, refused.

#include <fmt/format.h>

#include "tests/cli/command.h"
#include "tests/shared_data.h"

namespace ranvier::cli_test {
namespace {

class GraphTest : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    // Two rings of three, mixed up in the file, and one edge between them.
    std::ofstream(folder_ / "rings.csv") << "source,target,synapses\na0,a1,30\nb0,b1,30\na1,a2,30\nb1,b2,30\na2,a0,30\n"
                                            "b2,b0,30\na2,b0,1\n";
  }
  static constexpr const char* kSet = "steps=12,inhibitory=0,stimulated=0,stimulus_rate=1,refractory=0";
};

TEST_F(GraphTest, PartitionFollowsTheGraph) {
  const std::string how =
      std::string("map rings.csv --target loihi-fitted --quiet --json --preset fast --set core_neurons=3,") + kSet;
  const Outcome graph = ranvier(how + ",partition=graph");
  const Outcome order = ranvier(how + ",partition=order");
  ASSERT_EQ(graph.exit_code, 0) << graph.err;
  ASSERT_EQ(order.exit_code, 0) << order.err;
  EXPECT_EQ(graph.json().at("verified"), true);
  EXPECT_EQ(graph.json().at("tiles"), 2);
  EXPECT_EQ(order.json().at("tiles"), 2);
  // Whole rings: one axon leaves its core. In the order of the file both rings are cut.
  EXPECT_LT(graph.json().at("connectivity").get<double>(), order.json().at("connectivity").get<double>());
}

TEST_F(GraphTest, RunsAreExactAndProbesPrintTheNumbersOfTheFile) {
  const Outcome o =
      ranvier(std::string("run rings.csv --target loihi-fitted --quiet --json --force -o run --preset fast "
                          "--probe 'spikes:neurons[neurons=0..0]' --set core_neurons=3,") +
              kSet);
  ASSERT_EQ(o.exit_code, 0) << o.err;
  EXPECT_EQ(o.json().at("exact"), true);
  const Outcome checked =
      ranvier(std::string("check run/mapping.json --workload rings.csv --set core_neurons=3,") + kSet);
  EXPECT_EQ(checked.exit_code, 0) << checked.err << checked.out;
}

// The mapping file knows the numbers; others are refused by name, unless they change nothing in the program.
TEST_F(GraphTest, MappingFilesRememberTheirNumbers) {
  ASSERT_EQ(
      ranvier(std::string("map rings.csv --target loihi-fitted -q --preset fast -o m.json --set core_neurons=3,") +
              kSet)
          .exit_code,
      0);
  const Outcome simulated = ranvier("sim m.json --fidelity fast -q --json -o s");
  ASSERT_EQ(simulated.exit_code, 0) << simulated.err;
  EXPECT_EQ(simulated.json().at("exact"), true);
  EXPECT_EQ(ranvier(std::string("sim m.json -q --fidelity fast -o s2 --set ") + kSet).exit_code, 0);
  EXPECT_EQ(ranvier("check m.json").exit_code, 0);
  EXPECT_EQ(ranvier("run rings.csv --mapping s/mapping.json -q --fidelity fast -o r").exit_code, 0);
  const std::string other = "--set steps=13,inhibitory=0,stimulated=0,refractory=0,seed=1";
  const std::string said =
      "--set: m.json was made with steps=12, not 13; stimulus_rate=1, not left out; seed left out, not 1; leave --set "
      "out";
  expect_refusal(ranvier("sim m.json -q -o t " + other), 4, said);
  expect_refusal(ranvier("check m.json " + other), 4, said);
  expect_refusal(ranvier("run rings.csv --mapping m.json -q -o t " + other), 4, said);
  expect_refusal(ranvier("check m.json --workload fashion-vit-small"), 4, "--workload");
}

TEST_F(GraphTest, MicrocircuitIsMappedVerifiedAndExact) {
  constexpr const char* kFile = "microcircuit-pd14/network_params.json";
  RANVIER_NEEDS_SHARED_DATA(kFile);
  const std::string file = fmt::format("'{}'", shared_data(kFile).string());
  const std::string set = " --set n_scaling=0.02,k_scaling=0.1,steps=20,core_neurons=40";
  const Outcome mapped =
      ranvier(fmt::format("map {} --target loihi-fitted --quiet --json --preset compact,fast -o m.json{}", file, set));
  ASSERT_EQ(mapped.exit_code, 0) << mapped.err;
  EXPECT_EQ(mapped.json().at("verified"), true);
  EXPECT_GE(mapped.json().at("tiles"), 1544 / 40);
  EXPECT_GE(mapped.json().at("connectivity"), mapped.json().at("bounds").at("connectivity"));
  const Outcome checked = ranvier("check m.json --workload " + file + set);
  EXPECT_EQ(checked.exit_code, 0) << checked.err << checked.out;
  const Outcome ran = ranvier("run " + file + " --target loihi-fitted --quiet --json --force -o run --fidelity fast " +
                              "--preset compact,fast" + set);
  ASSERT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.json().at("exact"), true);
}

TEST_F(GraphTest, WrongInputIsRefused) {
  const std::string target = " --target loihi-fitted --quiet";
  expect_refusal(ranvier("map rings.csv --set stepz=3" + target), 4, "steps");
  expect_refusal(ranvier("map rings.csv --set steps=3,steps=4" + target), 4, "twice");
  expect_refusal(ranvier("map rings.csv --set steps=x" + target), 4, "no number for steps");
  expect_refusal(ranvier("map rings.csv --set partition=magic" + target), 4, "graph, order");
  expect_refusal(ranvier("map rings.csv --set core_neurons=-1" + target), 4, "core_neurons");
  expect_refusal(ranvier("map rings.csv --set threshold=0" + target), 4, "threshold");
  std::ofstream(folder_ / "bad.csv") << "source,target,synapses\n1,2\n";
  expect_refusal(ranvier("map bad.csv" + target), 5, "bad.csv:2:1");
  std::ofstream(folder_ / "bad.json") << "{}";
  expect_refusal(ranvier("map bad.json" + target), 5, "bad.json");
}

}  // namespace
}  // namespace ranvier::cli_test
