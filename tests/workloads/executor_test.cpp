// SPDX-License-Identifier: Apache-2.0
// The spiking executor: event by event scenarios worked by hand, and random programs that must settle to the dense
// reference at every stage under every schedule.
#include "workloads/executor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/random.h"
#include "workloads/executor_errors.h"
#include "workloads/executor_parts.h"
#include "workloads/random_program.h"

namespace ranvier::workloads {
namespace {

using Row = std::vector<std::int32_t>;
using Steps = std::vector<std::int64_t>;

constexpr Schedule kSchedules[] = {Schedule::kStagedGraded, Schedule::kStagedUnary, Schedule::kAsynchronousUnary};
constexpr std::uint64_t kPrograms = 120;

Stage linear_stage(std::size_t from, std::int32_t inputs, std::vector<std::int8_t> weight, Row bias) {
  Stage stage;
  stage.kind = StageKind::kLinear;
  stage.inputs = {{StageId(from), 1}};
  stage.tokens = 1;
  stage.in_channels = inputs;
  stage.channels = static_cast<std::int32_t>(bias.size());
  stage.linear = {std::move(weight), std::move(bias), false};
  return stage;
}

/// Two inputs, one neuron with theta 4 in -4..3, a head of one weight.
Program two_to_one(std::int8_t first, std::int8_t second, std::int32_t bias) {
  Program program;
  program.name = "two_to_one";
  program.input_code_max = 15;
  Stage input;
  input.name = "input";
  input.tokens = 1;
  input.channels = 2;
  program.stages.push_back(input);
  Stage neuron = linear_stage(0, 2, {first, second}, {bias});
  neuron.name = "neuron";
  neuron.encoder = {true, {4}, -4, 3};
  program.stages.push_back(neuron);
  Stage head = linear_stage(1, 1, {5}, {7});
  head.name = "head";
  program.stages.push_back(head);
  return program;
}

// X = 1 + 3 * 3 - 2 * 1 = 8 with theta 4: code 2, logit 7 + 5 * 2.
TEST(ExecutorByHand, StagedGraded) {
  const SpikingRun run = run_spiking(two_to_one(3, -2, 1), Row{3, 1}, Schedule::kStagedGraded);
  EXPECT_EQ(run.activations.codes, (std::vector<Row>{{3, 1}, {2}, {17}}));
  EXPECT_EQ(run.activations.logits, Row{17});
  EXPECT_EQ(run.steps, 2);
  EXPECT_EQ(run.stages[0].events_by_step, (Steps{2, 0}));
  EXPECT_EQ(run.stages[1].events_by_step, (Steps{0, 1}));
  EXPECT_EQ(run.stages[1].multiply_adds, 2);
  EXPECT_EQ(run.stages[2].multiply_adds, 1);
  EXPECT_EQ(run.events(), 3);
  EXPECT_EQ(run.synops(), 3);
}

TEST(ExecutorByHand, StagedUnaryWaitsForItsInputs) {
  const SpikingRun run = run_spiking(two_to_one(3, -2, 1), Row{3, 1}, Schedule::kStagedUnary);
  EXPECT_EQ(run.activations.logits, Row{17});
  EXPECT_EQ(run.stages[0].events_by_step, (Steps{2, 1, 1, 0, 0}));
  EXPECT_EQ(run.stages[1].events_by_step, (Steps{0, 0, 0, 1, 1}));
  EXPECT_EQ(run.stages[1].adds, 4);
  EXPECT_EQ(run.stages[1].multiply_adds, 0);
  EXPECT_EQ(run.stages[2].adds, 2);
}

// V after each step: 4, 3 (fired in step 1), 6, 2 (fired in step 3).
TEST(ExecutorByHand, AsynchronousUnaryFiresOnPartialSums) {
  const SpikingRun run = run_spiking(two_to_one(3, -2, 1), Row{3, 1}, Schedule::kAsynchronousUnary);
  EXPECT_EQ(run.activations.logits, Row{17});
  EXPECT_EQ(run.stages[0].events_by_step, (Steps{2, 1, 1, 0}));
  EXPECT_EQ(run.stages[1].events_by_step, (Steps{0, 1, 0, 1}));
}

// X passes 4 on its way to -4: V is 6, then 2 - 4, then 2 - 4 again; one event is taken back, one more goes below zero.
TEST(ExecutorByHand, AsynchronousUnaryCorrectsWhatCameEarly) {
  const Program program = two_to_one(8, -4, 0);
  const SpikingRun early = run_spiking(program, Row{1, 3}, Schedule::kAsynchronousUnary);
  EXPECT_EQ(early.stages[1].events_by_step, (Steps{0, 1, 1, 1}));
  EXPECT_EQ(early.activations.codes[1], Row{-1});
  EXPECT_EQ(early.activations.logits, Row{2});
  EXPECT_EQ(run_spiking(program, Row{1, 3}, Schedule::kStagedUnary).stages[1].events, 1);
}

TEST(ExecutorByHand, BiasFiresWithoutInput) {
  for (const Schedule schedule : kSchedules) {
    const SpikingRun run = run_spiking(two_to_one(3, -2, 6), Row{0, 0}, schedule);
    EXPECT_EQ(run.activations.codes[1], Row{2});
    EXPECT_EQ(run.stages[0].events, 0);
    EXPECT_EQ(run.activations.logits, Row{17});
  }
}

TEST(ExecutorByHand, ResidualSumsSendWholeDifferences) {
  Program program = two_to_one(3, -2, 1);
  Stage sum;
  sum.kind = StageKind::kAdd;
  sum.inputs = {{StageId(1), 3}};
  sum.tokens = sum.channels = sum.in_channels = 1;
  Stage norm = sum;
  norm.kind = StageKind::kLayerNorm;
  norm.inputs = {{StageId(2), 2}};
  norm.layer_norm = {{16}, {300}, 1};  // one channel: the bias is all that is left
  norm.encoder = {true, {256}, -4, 3};
  program.stages.insert(program.stages.begin() + 2, {sum, norm});
  program.stages.back().inputs = {{StageId(3), 1}};
  const SpikingRun graded = run_spiking(program, Row{3, 1}, Schedule::kStagedGraded);
  EXPECT_EQ(graded.activations.codes, (std::vector<Row>{{3, 1}, {2}, {6}, {1}, {12}}));
  const SpikingRun unary = run_spiking(program, Row{3, 1}, Schedule::kStagedUnary);
  EXPECT_EQ(unary.stages[2].events, 1) << "6 leaves at once";
  EXPECT_EQ(unary.stages[2].adds, 2);
  EXPECT_EQ(unary.stages[3].adds, 1);
  EXPECT_EQ(unary.stages[3].multiply_adds, 0);
  EXPECT_EQ(unary.stages[3].events_by_step, (Steps{0, 0, 0, 0, 0, 0, 1}));
}

void expect_settled(const Program& program, const Activations& reference, const SpikingRun& run) {
  for (std::size_t s = 0; s < program.stages.size(); ++s) {
    ASSERT_EQ(run.activations.codes[s], reference.codes[s]) << program.name << " " << program.stages[s].name;
  }
  ASSERT_EQ(run.activations.logits, reference.logits);
}

class RandomPrograms : public testing::TestWithParam<Schedule> {};
INSTANTIATE_TEST_SUITE_P(Schedules, RandomPrograms, testing::ValuesIn(kSchedules));

TEST_P(RandomPrograms, SettleToTheReferenceAtEveryStage) {
  for (std::uint64_t seed = 0; seed < kPrograms; ++seed) {
    const Program program = random_program(seed);
    for (std::uint64_t image = 0; image < 3; ++image) {
      const Row codes = random_input_codes(program, image);
      expect_settled(program, run_reference(program, codes), run_spiking(program, codes, GetParam()));
    }
  }
}

TEST_P(RandomPrograms, SettleToItWithSixtyPercentOfTheFiringsSuppressed) {
  std::int64_t steps = 0;
  std::int64_t suppressed_steps = 0;
  for (std::uint64_t seed = 0; seed < kPrograms; ++seed) {
    const Program program = random_program(seed);
    const Row codes = random_input_codes(program, seed);
    const SpikingRun run = run_spiking(program, codes, GetParam(), {.suppress_probability = 0.6, .seed = seed});
    expect_settled(program, run_reference(program, codes), run);
    suppressed_steps += run.steps;
    steps += run_spiking(program, codes, GetParam()).steps;
  }
  EXPECT_GT(suppressed_steps, steps * 3 / 2) << "the suppression would be idle";
}

TEST_P(RandomPrograms, TransformerSettlesToTheReference) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const Program program = random_vit_program(seed, 10, 24, 3, 2, 33);
    const Row codes = random_input_codes(program, seed);
    const Activations reference = run_reference(program, codes);
    expect_settled(program, reference, run_spiking(program, codes, GetParam()));
    expect_settled(program, reference,
                   run_spiking(program, codes, GetParam(), {.suppress_probability = 0.6, .seed = seed}));
  }
}

TEST_P(RandomPrograms, EventsByStepAddUp) {
  const Program program = random_vit_program(3, 6, 12, 2, 1, 20);
  const SpikingRun run = run_spiking(program, random_input_codes(program, 1), GetParam());
  std::int64_t last = 0;
  for (const StageCounts& counts : run.stages) {
    ASSERT_EQ(counts.events_by_step.size(), static_cast<std::size_t>(run.steps));
    std::int64_t events = 0;
    for (const std::int64_t n : counts.events_by_step) events += n;
    EXPECT_EQ(events, counts.events);
    last += counts.events_by_step.back();
  }
  EXPECT_GT(last, 0) << "the last step is the last with an event";
}

/// What a stage's settled codes make of events: graded one per non-zero code, unary one per unit; `add` one per sum.
std::int64_t expected_events(const Stage& stage, const Row& codes, bool graded) {
  if (stage.kind == StageKind::kLinear && !stage.encoder.present) return 0;
  std::int64_t events = 0;
  for (const std::int32_t code : codes) {
    events += graded || stage.kind == StageKind::kAdd ? static_cast<std::int64_t>(code != 0) : std::abs(code);
  }
  return events;
}

TEST(StagedEvents, AreTheCodesExactly) {
  for (std::uint64_t seed = 0; seed < kPrograms; ++seed) {
    const Program program = random_program(seed);
    const Row input = random_input_codes(program, seed);
    const Activations reference = run_reference(program, input);
    const SpikingRun graded = run_spiking(program, input, Schedule::kStagedGraded);
    const SpikingRun unary = run_spiking(program, input, Schedule::kStagedUnary);
    for (std::size_t s = 0; s < program.stages.size(); ++s) {
      const Stage& stage = program.stages[s];
      EXPECT_EQ(graded.stages[s].events, expected_events(stage, reference.codes[s], true)) << seed << " " << stage.name;
      EXPECT_EQ(unary.stages[s].events, expected_events(stage, reference.codes[s], false)) << seed << " " << stage.name;
      if (stage.kind != StageKind::kLinear) continue;
      const Row& from = reference.codes[stage.inputs[0].stage.value()];
      const auto reach = static_cast<std::ptrdiff_t>(stage.tokens) * stage.in_channels;
      const auto sent = reach - std::count(from.begin(), from.begin() + reach, 0);
      EXPECT_EQ(graded.stages[s].multiply_adds, sent * stage.channels) << seed << " " << stage.name;
      EXPECT_EQ(graded.stages[s].adds, 0);
      EXPECT_EQ(unary.stages[s].multiply_adds, 0);
    }
  }
}

// Large enough that several threads share each step.
TEST_P(RandomPrograms, AreTheSameForAnyNumberOfThreads) {
  const Program program = random_vit_program(9, 50, 96, 3, 2, 600);
  const Row codes = random_input_codes(program, 2);
  const SpikingRun one = run_spiking(program, codes, GetParam(), {.threads = 1});
  std::int64_t most = 0;  // that one stage takes in one step
  for (const Stage& stage : program.stages) {
    if (stage.kind != StageKind::kLinear) continue;
    const Steps& sent = one.stages[stage.inputs[0].stage.value()].events_by_step;
    most = std::max(most, *std::max_element(sent.begin(), sent.end()) * stage.channels);
  }
  ASSERT_GT(most, kWorthThreads) << "too little for threads";
  EXPECT_EQ(one.activations, run_reference(program, codes));
  for (const int threads : {0, 2, 3, 7}) {
    const SpikingRun run = run_spiking(program, codes, GetParam(), {.threads = threads});
    EXPECT_EQ(run.activations, one.activations) << threads;
    for (std::size_t s = 0; s < program.stages.size(); ++s) {
      EXPECT_EQ(run.stages[s].events_by_step, one.stages[s].events_by_step) << threads;
      EXPECT_EQ(run.stages[s].adds, one.stages[s].adds) << threads;
      EXPECT_EQ(run.stages[s].multiply_adds, one.stages[s].multiply_adds) << threads;
      EXPECT_EQ(run.stages[s].state_reads, one.stages[s].state_reads) << threads;
    }
  }
}

TEST(AsynchronousEvents, AreAtLeastTheStagedOnes) {
  std::int64_t staged = 0;
  std::int64_t asynchronous = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Program program = random_vit_program(seed, 6, 12, 2, 1, 20);
    const Row input = random_input_codes(program, seed);
    const SpikingRun a = run_spiking(program, input, Schedule::kStagedUnary);
    const SpikingRun b = run_spiking(program, input, Schedule::kAsynchronousUnary);
    for (std::size_t s = 0; s < program.stages.size(); ++s) {
      if (program.stages[s].kind == StageKind::kAdd) continue;
      EXPECT_GE(b.stages[s].events, a.stages[s].events) << program.stages[s].name;
    }
    staged += a.events();
    asynchronous += b.events();
    EXPECT_LT(b.steps, a.steps);
  }
  EXPECT_GT(asynchronous, staged) << "nothing was corrected";
}

TEST(StageLevels, AreLongestPaths) {
  const Program program = random_vit_program(0, 4, 8, 2, 1, 8);
  // input embed norm1 q k v scores mix proj add1 norm2 fc1 gelu fc2 add2 norm head
  EXPECT_EQ(stage_levels(program), (Row{0, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}));
}

TEST(ExecutorErrors, InputOfTheWrongSize) {
  try {
    run_spiking(two_to_one(1, 1, 0), Row{1, 2, 3}, Schedule::kStagedGraded);
    FAIL() << "accepted";
  } catch (const InputCodesMismatch& error) {
    EXPECT_EQ(error.expected, 2u);
    EXPECT_EQ(error.given, 3u);
    EXPECT_EQ(error.exit_code, ExitCode::kBadInput);
  }
}

TEST(ExecutorErrors, InputCodeOutOfRange) {
  try {
    run_reference(two_to_one(1, 1, 0), Row{1, 16});
    FAIL() << "accepted";
  } catch (const InputCodeOutOfRange& error) {
    EXPECT_EQ(error.index, 1u);
    EXPECT_EQ(error.code, 16);
    EXPECT_EQ(error.code_max, 15);
  }
  EXPECT_THROW(run_reference(two_to_one(1, 1, 0), Row{-1, 0}), InputCodeOutOfRange);
}

TEST(ExecutorErrors, StepLimit) {
  const Program program = two_to_one(3, -2, 1);
  EXPECT_NO_THROW(run_spiking(program, Row{3, 1}, Schedule::kStagedUnary, {.max_steps = 6}));
  try {
    run_spiking(program, Row{3, 1}, Schedule::kStagedUnary, {.max_steps = 4});
    FAIL() << "came to rest";
  } catch (const StepLimitReached& error) {
    EXPECT_EQ(error.limit, 4);
    EXPECT_EQ(error.stage, StageId(1));
    EXPECT_EQ(error.stage_name, "neuron");
  }
}

TEST(Executor, StopsWhereAskedAndKeepsWhatTheHeadHolds) {
  const Program program = random_vit_program(7, 5, 8, 2, 2, 12);
  const auto codes = random_input_codes(program, 3);
  ExecutorOptions keep;
  keep.keep_logits = true;
  const SpikingRun whole = run_spiking(program, codes, Schedule::kAsynchronousUnary, keep);
  ASSERT_TRUE(whole.at_rest);
  ASSERT_EQ(whole.logits_by_step.size(), static_cast<std::size_t>(whole.steps));
  EXPECT_EQ(whole.logits_by_step.back(), whole.activations.logits);
  ASSERT_GT(whole.steps, 6);
  keep.stop_at_max_steps = true;
  keep.max_steps = 5;
  const SpikingRun five = run_spiking(program, codes, Schedule::kAsynchronousUnary, keep);
  EXPECT_FALSE(five.at_rest);
  EXPECT_EQ(five.steps, 5);
  EXPECT_EQ(five.activations.logits, whole.logits_by_step[4]);
  EXPECT_EQ(five.logits_by_step, (std::vector(whole.logits_by_step.begin(), whole.logits_by_step.begin() + 5)));
}

}  // namespace
}  // namespace ranvier::workloads
