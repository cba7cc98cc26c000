// SPDX-License-Identifier: Apache-2.0
// The rate executor: a network worked by hand, convergence to the float network, and what is refused.
#include "workloads/methods/rate_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/workloads/methods/rate_made.h"
#include "workloads/executor_errors.h"
#include "workloads/float_network.h"
#include "workloads/methods/rate_errors.h"
#include "workloads/methods/rate_ladder.h"
#include "workloads/methods/rate_limits.h"
#include "workloads/random_program.h"

namespace ranvier::workloads {
namespace {

/// Two inputs, one signed-IF site of unit 10 with burst 2, a head of one weight.
Program two_to_one(NeuronKind kind, std::int32_t levels) {
  Program program;
  program.name = "two_to_one";
  program.method = "sta";
  program.rate_steps = 4;
  program.input_code_max = 15;
  Stage input;
  input.name = "input";
  input.tokens = 1;
  input.channels = 2;
  Stage neuron;
  neuron.name = "neuron";
  neuron.kind = StageKind::kLinear;
  neuron.inputs = {{StageId(0), 1}};
  neuron.tokens = 1;
  neuron.in_channels = 2;
  neuron.channels = 1;
  neuron.linear = {{3, -2}, {1}, false};
  const NeuronBounds bounds = neuron_bounds(kind, levels, true);
  neuron.encoder = {true, {10}, bounds.lo, bounds.hi, kind, levels};
  Stage head = neuron;
  head.name = "head";
  head.inputs = {{StageId(1), 1}};
  head.in_channels = 1;
  head.linear = {{5}, {7}, false};
  head.encoder = {};
  head.code_scale = 0.5;
  program.stages = {input, neuron, head};
  return program;
}

// Input 9 and 2: G = 24 t. Emitted 2, 2, 3, 2: totals 2, 4, 7, 9 of unit 10 (24, 48, 72, 96).
TEST(RateNetworkByHand, SignedIf) {
  const RateNetwork network(two_to_one(NeuronKind::kSignedIf, 2));
  MethodRunOptions options;
  options.keep_values = true;
  const MethodRun run = network.run(std::vector<std::int32_t>{9, 2}, options);
  EXPECT_EQ(run.steps, 4);
  EXPECT_FALSE(run.at_rest);
  // (7 t + 5 E) / t / 2
  EXPECT_EQ(run.logits_by_step, (std::vector<std::vector<double>>{{8.5}, {8.5}, {28.0 / 3}, {73.0 / 8}}));
  EXPECT_EQ(run.values[0], (std::vector<double>{9, 2}));
  EXPECT_EQ(run.values[1], (std::vector<double>{9.0 / 4}));
  EXPECT_EQ(run.values[2], run.logits_by_step.back());
  EXPECT_EQ(run.work[0].events, 8);
  EXPECT_EQ(run.work[1].adds, 4 + 4);       // payload 2 by a shift, and the bias
  EXPECT_EQ(run.work[1].multiply_adds, 4);  // payload 9
  EXPECT_EQ(run.work[1].events, 4);
  EXPECT_EQ(run.work[1].neurons, 2);       // a pair
  EXPECT_EQ(run.work[1].state_reads, 16);  // V and M of both, four times
  EXPECT_EQ(run.work[2].adds, 4 + 3);
  EXPECT_EQ(run.work[2].multiply_adds, 1);  // payload 3
  EXPECT_EQ(run.work[2].neurons, 0);
}

// Thresholds 10, 20, 40 less 5: 24 -> 2, 28 -> 2, 32 -> 2, 36 -> 4.
TEST(RateNetworkByHand, MultiThreshold) {
  const RateNetwork network(two_to_one(NeuronKind::kMultiThreshold, 3));
  const MethodRun run = network.run(std::vector<std::int32_t>{9, 2});
  EXPECT_EQ(run.logits_by_step, (std::vector<std::vector<double>>{{8.5}, {8.5}, {8.5}, {(28.0 + 5 * 10) / 8}}));
  EXPECT_EQ(run.work[2].multiply_adds, 0);
  EXPECT_EQ(run.work[1].neurons, 1);
}

TEST(RateNetworkByHand, If) {
  const RateNetwork network(two_to_one(NeuronKind::kIf, 0));
  const MethodRun run = network.run(std::vector<std::int32_t>{9, 2});
  EXPECT_EQ(run.logits_by_step, (std::vector<std::vector<double>>{{6}, {6}, {6}, {6}}));  // one a step
}

double distance(const std::vector<double>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += (a[i] - static_cast<double>(b[i])) * (a[i] - static_cast<double>(b[i]));
  return std::sqrt(sum);
}

// Means converge to the float network: what remains at T = 256 is the rounding of weights and tables.
TEST(RateNetwork, LogitsConvergeToTheFloatNetwork) {
  for (const char* method : {"sta", "ecmt"}) {
    const Made m = made(11);
    const FloatNetwork floats(m.model);
    const auto network = convert_rate(m.model, options_of(method, 256), m.inputs);
    double early = 0, late = 0, size = 0;
    for (const auto& input : m.inputs) {
      const std::vector<float> expected = floats.logits(input);
      const MethodRun run = network->run(input);
      early += distance(run.logits_by_step[7], expected);
      late += distance(run.logits_by_step[255], expected);
      size += distance(std::vector<double>(expected.size()), expected);
    }
    EXPECT_LT(late, 0.03 * size) << method;
    EXPECT_LT(late, early / 4) << method;
  }
}

// Thresholds by channel are folded into the weights behind: both forms stand for the same network.
TEST(RateNetwork, ChannelWiseThresholds) {
  const Made m = made(5);
  RateOptions options = options_of("sta", 256);
  const Program by_channel = rate_program(m.model, options, m.inputs);
  options.channel_wise = false;
  const Program by_layer = rate_program(m.model, options, m.inputs);
  const auto spread = [](const Stage& stage) {
    const auto [least, most] = std::minmax_element(stage.encoder.threshold.begin(), stage.encoder.threshold.end());
    return *most - *least;
  };
  for (std::size_t s = 0; s < by_channel.stages.size(); ++s) {
    const Stage& stage = by_channel.stages[s];
    if (!stage.encoder.present || stage.kind == StageKind::kLinear) continue;
    const bool shares = stage.kind != StageKind::kScores;
    EXPECT_EQ(spread(stage) > 0, shares) << stage.name;
    EXPECT_EQ(spread(by_layer.stages[s]), 0) << stage.name;
    EXPECT_DOUBLE_EQ(payload_scale(by_layer.stages[s], 0), by_layer.stages[s].code_scale);
  }
  const std::vector<float> expected = FloatNetwork(m.model).logits(m.inputs[0]);
  for (const Program& program : {by_channel, by_layer}) {
    const MethodRun run = RateNetwork(program).run(m.inputs[0]);
    EXPECT_LT(distance(run.logits_by_step.back(), expected),
              0.05 * distance(std::vector<double>(expected.size()), expected));
  }
}

TEST(RateNetwork, TheProgramIsAllOfIt) {
  const Made m = made(3);
  const auto network = convert_rate(m.model, options_of("sta", 6), m.inputs);
  const RateNetwork again(network->program());
  EXPECT_EQ(again.run(m.inputs[1]).logits_by_step, network->run(m.inputs[1]).logits_by_step);
  EXPECT_EQ(again.method(), "sta");
  EXPECT_EQ(again.steps(), 6);
  EXPECT_EQ(again.stages(), stage_names(m.model.config));
}

TEST(RateNetwork, LadderIsTheSameOnAnyNumberOfThreads) {
  const Made m = made(3);
  std::vector<std::uint8_t> labels;
  for (std::size_t i = 0; i < m.inputs.size(); ++i) labels.push_back(static_cast<std::uint8_t>(i % 3));
  RateOptions options = options_of("ecmt", 6);
  options.threads = 1;
  const auto one = convert_rate(m.model, options, m.inputs);
  options.threads = 3;
  const auto three = convert_rate(m.model, options, m.inputs);
  const AccuracyLadder a = accuracy_ladder(*one, m.inputs, labels, 0, 1);
  const AccuracyLadder b = accuracy_ladder(*three, m.inputs, labels, 0, 3);
  EXPECT_EQ(a.correct, b.correct);
  ASSERT_EQ(a.correct.size(), 6U);
  ASSERT_EQ(a.work.size(), b.work.size());
  for (std::size_t s = 0; s < a.work.size(); ++s) {
    EXPECT_EQ(a.work[s].events, b.work[s].events);
    EXPECT_EQ(a.work[s].adds, b.work[s].adds);
    EXPECT_EQ(a.work[s].multiply_adds, b.work[s].multiply_adds);
    EXPECT_EQ(a.work[s].neurons, b.work[s].neurons);
  }
}

TEST(RateNetwork, TakesUnitsFromOutside) {
  struct Zero : RateUnit {
    void map(std::int64_t, std::span<const std::int64_t>, std::span<std::int64_t> goal, StageWork& work) override {
      std::fill(goal.begin(), goal.end(), 0);
      work.adds += 1000;
    }
    std::int64_t neurons() const override { return 77; }
  };
  const Made m = made(3);
  RateOptions options = options_of("sta", 3);
  options.units = [](const Program& program, StageId stage) -> std::unique_ptr<RateUnit> {
    if (program.stage(stage).kind != StageKind::kGelu) return nullptr;
    return std::make_unique<Zero>();
  };
  const auto network = convert_rate(m.model, options, m.inputs);
  const MethodRun run = network->run(m.inputs[0]);
  for (std::size_t s = 0; s < run.work.size(); ++s) {
    const Stage& stage = network->program().stages[s];
    if (stage.kind != StageKind::kGelu) continue;
    EXPECT_EQ(run.work[s].events, 0);
    EXPECT_GE(run.work[s].adds, 3000);
    EXPECT_EQ(run.work[s].neurons, 2 * stage.tokens * stage.channels + 77);
  }
}

TEST(RateErrors, ProgramsOfOtherFamilies) {
  EXPECT_THROW(RateNetwork{random_program(1)}, NotARateProgram);
  Program program = two_to_one(NeuronKind::kSignedIf, 2);
  program.stages[1].encoder.neuron = NeuronKind::kStBif;
  try {
    RateNetwork{program};
    FAIL();
  } catch (const NotARateProgram& e) {
    EXPECT_STREQ(e.what(),
                 "two_to_one: neuron: its neurons are of another family; convert it with method sta, ecmt or rate");
  }
  program = two_to_one(NeuronKind::kSignedIf, 2);
  program.stages[1].encoder.levels = 5;
  EXPECT_THROW(RateNetwork{program}, NotARateProgram);
  program = two_to_one(NeuronKind::kSignedIf, 2);
  program.stages[1].encoder.threshold = {9};
  EXPECT_THROW(RateNetwork{program}, NotARateProgram);
  program = two_to_one(NeuronKind::kSignedIf, 2);
  program.stages[1].linear.weight.pop_back();
  EXPECT_THROW(RateNetwork{program}, NotARateProgram);
}

// A step adds at most 15 * 5 + 1 to G, and 4 of unit 10 stand on either side: (2^30 - 1) / (76 + 80).
TEST(RateErrors, StepsBeyondTheWidth) {
  const RateNetwork network(two_to_one(NeuronKind::kSignedIf, 2));
  EXPECT_EQ(most_rate_steps(network.program()), 6882960);
  EXPECT_NO_THROW(check_rate_steps(network.program(), 6882960));
  try {
    check_rate_steps(network.program(), 6882961);
    FAIL();
  } catch (const TooManyRateSteps& e) {
    EXPECT_STREQ(e.what(),
                 "two_to_one: neuron: in 6882961 steps its residual could leave 31 bits; run at most 6882960 steps");
  }
}

TEST(RateErrors, Options) {
  const Made m = made(3);
  RateOptions options = options_of("sta", 0);
  EXPECT_THROW(rate_program(m.model, options, m.inputs), BadRateOption);
  options = options_of("sta", 4);
  options.burst = 5;
  try {
    rate_program(m.model, options, m.inputs);
    FAIL();
  } catch (const BadRateOption& e) {
    EXPECT_STREQ(e.what(), "sta: burst 5 is not in 0..4");
  }
  EXPECT_THROW(rate_program(m.model, options_of("spikezip", 4), m.inputs), BadRateOption);
  options = options_of("ecmt", 4);
  options.thresholds = 9;
  EXPECT_THROW(rate_program(m.model, options, m.inputs), BadRateOption);
  EXPECT_THROW(rate_program(m.model, options_of("sta", 4), {}), CannotCalibrate);
}

TEST(RateErrors, InputCodes) {
  const RateNetwork network(two_to_one(NeuronKind::kSignedIf, 2));
  EXPECT_THROW(network.run(std::vector<std::int32_t>{1}), InputCodesMismatch);
  EXPECT_THROW(network.run(std::vector<std::int32_t>{1, 16}), InputCodeOutOfRange);
}

}  // namespace
}  // namespace ranvier::workloads
