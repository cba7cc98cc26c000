// SPDX-License-Identifier: Apache-2.0
// What each node of a NIR network does in a step, in numbers worked out by hand; what cannot be stepped.
#include "workloads/nir/simulate_nir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/workloads/nir/made_nir.h"
#include "workloads/nir/nir_errors.h"

namespace ranvier::workloads {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pointwise;

NirFile fixture(const std::string& name) {
  return read_nir(std::filesystem::path(RANVIER_SOURCE_DIR) / "tests" / "data" / "nir" / name);
}

/// What the output is in each step.
std::vector<double> run(const NirFile& file, const NirRules& rules, const std::vector<std::vector<double>>& input) {
  NirSimulator simulator(file, rules);
  std::vector<double> all;
  for (const auto& values : input) {
    simulator.step(values);
    const auto out = simulator.output(simulator.network().outputs.at(0));
    all.insert(all.end(), out.begin(), out.end());
  }
  return all;
}

NirFile one(const NirNode& node) { return made_chain({1}, {node}, {1}); }

template <class Failure>
std::string failure(const NirFile& file, const NirRules& rules = {}) {
  try {
    const NirSimulator simulator(file, rules);
  } catch (const Failure& error) {
    return error.what();
  }
  return "another outcome than the error expected";
}

TEST(SimulateNir, IntegratorsFollowTheirEquations) {
  NirRules rules;
  rules.dt_seconds = 0.25;
  const std::vector<std::vector<double>> input{{1}, {0}, {2}};
  EXPECT_EQ(run(one(made_node("i", "I", {real("r", 3)})), rules, input), (std::vector<double>{3, 3, 9}));
  rules.integrate_per_step = false;
  EXPECT_EQ(run(one(made_node("i", "I", {real("r", 3)})), rules, input), (std::vector<double>{0.75, 0.75, 2.25}));
  const NirFile li = one(made_node("li", "LI", {real("tau", 1), real("r", 2), real("v_leak", 4)}));
  // v += (4 - v + 2 x) / 4
  EXPECT_EQ(run(li, rules, input), (std::vector<double>{1.5, 2.125, 3.59375}));
  rules.integration = NirIntegration::kExponential;
  const double kept = std::exp(-0.25);
  const double v1 = 4 - 4 * kept + 2 * (1 - kept);
  EXPECT_THAT(run(li, rules, {{1}, {0}}), Pointwise(DoubleNear(1e-14), {v1, 4 + (v1 - 4) * kept}));
  rules.integration = NirIntegration::kExponentialScaled;
  EXPECT_THAT(run(li, rules, {{1}}), Pointwise(DoubleNear(1e-14), {4 - 4 * kept + 2 * 0.25}));
}

TEST(SimulateNir, CurrentsDecayBeforeTheyDriveTheMembrane) {
  NirRules rules;
  rules.dt_seconds = 0.5;
  const NirFile file = one(made_node(
      "c", "CubaLI", {real("tau_syn", 1), real("tau_mem", 2), real("r", 4), real("v_leak", 0), real("w_in", 8)}));
  // I: 4, 2, 1; v += (4 I - v) / 4: 4, 5, 4.75
  EXPECT_EQ(run(file, rules, {{1}, {0}, {0}}), (std::vector<double>{4, 5, 4.75}));
}

TEST(SimulateNir, ResetsAndThresholdsAreRules) {
  const NirFile file = one(made_node("n", "IF", {real("r", 1), real("v_threshold", 2), real("v_reset", -1)}));
  const std::vector<std::vector<double>> input{{2}, {3}, {0}, {2}, {0.5}};
  NirRules rules;
  EXPECT_EQ(run(file, rules, input), (std::vector<double>{0, 1, 0, 0, 0}));  // 2, 5 -> -1, -1, 1, 1.5
  rules.threshold_fires = true;
  EXPECT_EQ(run(file, rules, input), (std::vector<double>{1, 1, 0, 0, 0}));  // 2 -> -1, 2 -> -1, -1, 1, 1.5
  rules.reset = NirReset::kSubtractThreshold;
  EXPECT_EQ(run(file, rules, input), (std::vector<double>{1, 1, 0, 1, 0}));  // 0, 1, 1, 3 -> 1, 1.5
  rules.several_spikes = true;
  EXPECT_EQ(run(file, rules, {{4}, {7.5}, {0.5}}), (std::vector<double>{2, 3, 1}));
  rules.threshold_fires = false;
  EXPECT_EQ(run(file, rules, {{4}, {7.5}, {0.5}}), (std::vector<double>{1, 4, 0}));  // 2 stays, then 9.5 -> 1.5, 2
  rules.several_spikes = false;
  rules.test = NirSpikeTest::kNextStep;
  EXPECT_EQ(run(file, rules, {{3}, {0}, {0}}), (std::vector<double>{0, 1, 0}));
}

TEST(SimulateNir, CrossingsWithinAStepAreExact) {
  NirRules rules;
  rules.integration = NirIntegration::kExact;
  rules.dt_seconds = 1;
  const NirFile ramp = one(made_node("n", "IF", {real("r", 1), real("v_threshold", 1)}));
  NirSimulator simulator(ramp, rules);
  const std::vector<double> drive{3.5};
  simulator.step(drive);
  EXPECT_EQ(simulator.output(1)[0], 3);
  EXPECT_DOUBLE_EQ(simulator.voltage(1)[0], 0.5);
  simulator.restart();
  EXPECT_EQ(simulator.voltage(1)[0], 0);
  const NirFile leaky =
      one(made_node("n", "LIF", {real("tau", 2), real("r", 1), real("v_leak", 0), real("v_threshold", 1)}));
  // Towards 4: crosses 1 after 2 ln(4/3) = 0.5754, then goes on from 0 for the rest.
  NirSimulator lif(leaky, rules);
  const std::vector<double> four{4};
  lif.step(four);
  EXPECT_EQ(lif.output(1)[0], 1);
  EXPECT_NEAR(lif.voltage(1)[0], 4 * (1 - std::exp(-(1 - 2 * std::log(4.0 / 3)) / 2)), 1e-14);
}

TEST(SimulateNir, EdgesAddAndRepeatedOnesCountOnce) {
  NirFile file = fixture("sum_of_edges.nir");  // x + (3, 5) x into a leaky integrator of 1 ms
  const std::vector<double> expected{0.4, 0.6};
  EXPECT_THAT(run(file, {}, {{1, 1}}), Pointwise(DoubleNear(1e-15), expected));
  auto& edges = file.root.nested.front().edges;
  edges.push_back(edges.front());
  EXPECT_THAT(run(file, {}, {{1, 1}}), Pointwise(DoubleNear(1e-15), expected));
}

TEST(SimulateNir, WhatClosesACycleArrivesAStepLater) {
  const NirFile file = fixture("recurrent.nir");
  const NirNetwork network = make_nir_network(file);
  std::vector<std::string> late;
  for (const NirUnit& unit : network.units) {
    for (const NirSource& source : unit.from) {
      if (source.closes_cycle) late.push_back(network.units[source.unit].path + " -> " + unit.path);
    }
  }
  EXPECT_THAT(late, ElementsAre("lif1.w_rec -> lif1.lif"));
  NirRules rules;
  rules.dt_seconds = 0.001;  // the current follows its input at once; v += (I - v) / 2, threshold 0.5
  // Neuron 0 at 0.5 does not fire, at 0.75 it does; its spike drives neuron 1 with -0.5 in the step after.
  NirSimulator simulator(file, rules);
  std::vector<std::vector<double>> voltages;
  for (const std::vector<double>& in : {std::vector<double>{1, 0.5}, {1, 0.5}, {0, 0.5}, {0, 0}}) {
    simulator.step(in);
    const auto v = simulator.voltage(1);
    voltages.emplace_back(v.begin(), v.end());
  }
  const double v1 = 0.375;  // of neuron 1 after two steps of 0.5
  EXPECT_THAT(voltages[1], Pointwise(DoubleNear(1e-7), {0.0, v1}));
  EXPECT_THAT(voltages[2], Pointwise(DoubleNear(1e-7), {0.0, v1 / 2}));  // 0.5 - 0.5 arrives
}

TEST(SimulateNir, ASubgraphIsWhatItHolds) {
  const NirFile nested = fixture("nested.nir");
  const NirFile flat = one(*nested.graph().find("sub")->nested.front().find("lif1"));
  std::vector<std::vector<double>> input;
  for (int t = 0; t < 40; ++t) input.push_back({t % 3 == 0 ? 1.0 : 0.0});
  const auto spikes = run(nested, {}, input);
  EXPECT_EQ(spikes, run(flat, {}, input));
  EXPECT_GT(std::count(spikes.begin(), spikes.end(), 1), 1);
  EXPECT_EQ(make_nir_network(nested).units.at(2).path, "sub/lif1");
}

TEST(SimulateNir, ALeakAboveTheThresholdFiresByItself) {
  const NirFile file = fixture("self_spiking.nir");
  const auto out = run(file, {}, std::vector<std::vector<double>>(60));
  // 0.2 (1 - 0.96^n) passes 0.1 at n = 17; each spike drives lif2 by 2 * 0.04 of a threshold of 0.1: every second.
  std::vector<std::size_t> steps;
  for (std::size_t t = 0; t < out.size(); ++t) {
    if (out[t] > 0) steps.push_back(t + 1);
  }
  EXPECT_THAT(steps, ElementsAre(34));
}

TEST(SimulateNir, DelaysThresholdsAndMatricesWithLeadingDimensions) {
  const NirFile delay = made_chain({2}, {made_node("d", "Delay", {reals("delay", {2}, {3e-4, 0})})}, {2});
  EXPECT_EQ(run(delay, {}, {{1, 2}, {0, 0}, {0, 0}, {5, 6}}), (std::vector<double>{0, 2, 0, 0, 0, 0, 1, 6}));
  const NirFile step = one(made_node("t", "Threshold", {real("threshold", 0.5)}));
  EXPECT_EQ(run(step, {}, {{0.5}, {0.6}}), (std::vector<double>{0, 1}));
  const NirFile blocks = made_chain(
      {2, 2}, {made_node("w", "Affine", {reals("weight", {2, 1, 2}, {1, 2, 3, 4}), reals("bias", {2, 1}, {10, 20})})},
      {2, 1});
  EXPECT_EQ(run(blocks, {}, {{1, 1, 1, 1}, {0, 1, 2, 0}}), (std::vector<double>{13, 27, 12, 26}));
}

TEST(SimulateNir, InputsAndSpikesTakeTheStepsThatTheRulesSay) {
  NirFile file = made_chain({1}, {made_if("a", 0.5), made_if("b", 0.5)}, {1});
  NirRules rules;
  const std::vector<std::vector<double>> input{{1}, {0}, {0}, {0}, {0}, {0}, {0}};
  EXPECT_EQ(run(file, rules, input), (std::vector<double>{1, 0, 0, 0, 0, 0, 0}));
  rules.input_delay_steps = 2;
  EXPECT_EQ(run(file, rules, input), (std::vector<double>{0, 0, 1, 0, 0, 0, 0}));
  rules.spike_delay_steps = 1;  // a to b, and b to the output
  EXPECT_EQ(run(file, rules, input), (std::vector<double>{0, 0, 0, 0, 1, 0, 0}));
}

TEST(SimulateNir, AllNodeTypesInOneChainStartAgainTheSame) {
  const NirFile file = fixture("all_nodes.nir");
  NirSimulator simulator(file, {});
  std::vector<double> first;
  for (const bool again : {false, true}) {
    double total = 0;
    for (int t = 0; t < 30; ++t) {
      std::vector<double> image(128, 0.0);
      for (std::size_t i = static_cast<std::size_t>(t % 3); i < image.size(); i += 3) image[i] = 1;
      simulator.step(image);
      for (std::size_t u = 0; u < simulator.network().units.size(); ++u) {
        for (const double v : simulator.output(u)) total += v * static_cast<double>(u + 1);
      }
    }
    if (again) {
      EXPECT_EQ(total, first.front());
    } else {
      first.push_back(total);
    }
    simulator.restart();
  }
  EXPECT_GT(first.front(), 0);
}

TEST(SimulateNir, SaysWhatItCannotStep) {
  const NirFile lif = fixture("scalars.nir");
  NirRules rules;
  rules.spike_delay_steps = 65;
  EXPECT_THAT(failure<NirCannotSimulate>(lif, rules), HasSubstr("delays of 0 and 65 steps; give 0 to 64"));
  rules = {};
  rules.dt_seconds = 0;
  EXPECT_THAT(failure<NirCannotSimulate>(lif, rules), HasSubstr("a step of 0 s; give one above 0"));
  rules = {};
  rules.integration = NirIntegration::kExact;
  EXPECT_THAT(failure<NirCannotSimulate>(fixture("recurrent.nir"), rules), HasSubstr("has no closed form"));
  EXPECT_THAT(
      failure<NirCannotSimulate>(one(made_node("n", "IF", {real("r", 1), real("v_threshold", 1), real("v_reset", 1)}))),
      HasSubstr("n: cannot be simulated: neuron 0: reset voltage 1 is not below threshold 1"));
  EXPECT_THAT(failure<NirCannotSimulate>(one(made_node("d", "Delay", {real("delay", 1e9)}))),
              HasSubstr("steps; take a longer step"));
  EXPECT_THAT(failure<NirShapeMismatch>(one(made_node("n", "ranvier.Softmax", {}))),
              HasSubstr("a ranvier.Softmax has no meaning over time"));
  NirSimulator simulator(lif, {});
  const std::vector<double> two(2);
  EXPECT_THROW(simulator.step(two), NirInputDiffers);
}

}  // namespace
}  // namespace ranvier::workloads
