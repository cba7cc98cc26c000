// SPDX-License-Identifier: Apache-2.0
// A run that goes on from a checkpoint ends as if it had never stopped, whatever was run and wherever it stopped.
#include "sim/checkpoint.h"

#include <gtest/gtest.h>

#include <atomic>

#include "sim/checkpoint_errors.h"
#include "tests/sim/checkpoint_fixture.h"

namespace ranvier::sim {
namespace {

using mapper::Schedule;
using testing::Case;
using testing::Images;
using testing::result_bytes;
using testing::Taken;

struct Kind {
  Fidelity fidelity;
  Schedule schedule;
};

class EveryKind : public ::testing::TestWithParam<Kind> {
 protected:
  SimOptions options() const {
    SimOptions o;
    o.fidelity = GetParam().fidelity;
    o.threads = 1;
    return o;
  }
};

TEST_P(EveryKind, ResumedRunEndsAsTheUninterruptedOne) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    const auto c = testing::checkpoint_case(seed, GetParam().schedule);
    const Images images = testing::checkpoint_images(*c, seed, 2);
    const RunResult result = simulate(c->problem, c->mapping, images, options());
    const auto whole = result_bytes(result);
    std::vector<Taken> taken;
    const auto every = std::max<std::int64_t>(1, static_cast<std::int64_t>(result.steps.size()) / 5);
    EXPECT_EQ(result_bytes(testing::run_taking(*c, images, options(), taken, every)), whole) << "that changed the run";
    ASSERT_GE(taken.size(), 4U);
    for (const Taken& t : taken) {
      SCOPED_TRACE(::testing::Message() << "image " << t.place.image << " step " << t.place.step);
      EXPECT_EQ(result_bytes(testing::run_from(*c, images, options(), t)), whole);
    }
  }
}

// Not only the results: what a resumed run holds later is what the uninterrupted one holds.
TEST_P(EveryKind, CheckpointsOfAResumedRunAreThoseOfTheUninterrupted) {
  const auto c = testing::checkpoint_case(7, GetParam().schedule);
  const Images images = testing::checkpoint_images(*c, 7, 2);
  const auto steps = static_cast<std::int64_t>(simulate(c->problem, c->mapping, images, options()).steps.size());
  const std::int64_t every = std::max<std::int64_t>(1, steps / 6);
  std::vector<Taken> first, second;
  testing::run_taking(*c, images, options(), first, every);
  const std::size_t k = first.size() / 3;
  SimOptions again = options();
  again.resume = {first[k].bytes, "test checkpoint"};
  testing::run_taking(*c, images, again, second, every);
  ASSERT_EQ(second.size(), first.size() - k - 1);
  for (std::size_t i = 0; i < second.size(); ++i) {
    EXPECT_EQ(second[i].place, first[k + 1 + i].place);
    EXPECT_TRUE(second[i].bytes == first[k + 1 + i].bytes) << "boundary " << i << " after the resumption";
  }
}

TEST_P(EveryKind, AnInterruptedRunKeepsItsImagesAndGoesOn) {
  const auto c = testing::checkpoint_case(11, GetParam().schedule);
  const Images images = testing::checkpoint_images(*c, 11, 3);
  const auto whole = result_bytes(simulate(c->problem, c->mapping, images, options()));
  std::atomic<bool> stop{false};
  SimOptions how = options();
  how.interrupted = &stop;
  how.progress = [&](std::int32_t image, std::int32_t step) { stop = image == 1 && step == 0; };
  std::vector<Taken> taken;
  const RunResult part = testing::run_taking(*c, images, how, taken, 0);
  EXPECT_TRUE(part.interrupted);
  EXPECT_EQ(part.images.size(), 1U);
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].place, (CheckpointPlace{1, 1}));
  EXPECT_EQ(result_bytes(testing::run_from(*c, images, options(), taken[0])), whole);
}

std::vector<Kind> kinds() {
  std::vector<Kind> all;
  for (const Fidelity f : {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle}) {
    for (const Schedule s :
         {Schedule::kStagedGraded, Schedule::kStagedUnary, Schedule::kAsynchronousUnary, Schedule::kTimesteps})
      all.push_back({f, s});
  }
  return all;
}

std::string name_of(const ::testing::TestParamInfo<Kind>& info) {
  static const char* const kFidelity[] = {"Analytic", "Fast", "Cycle"};
  static const char* const kSchedule[] = {"StagedGraded", "StagedUnary", "AsynchronousUnary", "Timesteps"};
  return std::string(kFidelity[static_cast<int>(info.param.fidelity)]) +
         kSchedule[static_cast<int>(info.param.schedule)];
}

INSTANTIATE_TEST_SUITE_P(Checkpoint, EveryKind, ::testing::ValuesIn(kinds()), name_of);

TEST(Checkpoint, CoresInLockstepGoOn) {
  const auto c = testing::tiny_case(Schedule::kStagedUnary);
  const Images images{{3, 1, 0, 2}, {1, 1, 1, 1}};
  SimOptions options;
  options.core_of_tile = {nullptr, &make_behavioural_core, &make_behavioural_core};
  std::vector<Taken> taken;
  const RunResult whole = testing::run_taking(*c, images, options, taken);
  EXPECT_GT(whole.lockstep_events_compared, 0);
  for (const Taken& t : taken)
    EXPECT_EQ(result_bytes(testing::run_from(*c, images, options, t)), result_bytes(whole)) << t.place.step;
}

TEST(Checkpoint, IsTakenEverySoManySteps) {
  const auto c = testing::tiny_case(Schedule::kStagedUnary);
  const Images images{{3, 1, 0, 2}};
  std::vector<Taken> each, some;
  testing::run_taking(*c, images, {}, each);
  testing::run_taking(*c, images, {}, some, 3);
  ASSERT_GE(each.size(), 6U);
  EXPECT_EQ(some.size(), each.size() / 3);
  EXPECT_EQ(some[0].place, each[2].place);
}

TEST(Checkpoint, AtTheEndHoldsTheWholeRun) {
  const auto c = testing::tiny_case();
  const Images images{{3, 1, 0, 2}, {1, 0, 0, 1}};
  SimOptions options;
  options.checkpoints.at_end = true;
  std::vector<Taken> taken;
  const RunResult whole = testing::run_taking(*c, images, options, taken, 0);
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].place, (CheckpointPlace{2, 0}));
  EXPECT_EQ(result_bytes(testing::run_from(*c, images, {}, taken[0])), result_bytes(whole));
}

TEST(Checkpoint, InterruptedBeforeTheFirstImageIsTheStart) {
  const auto c = testing::tiny_case();
  const Images images{{3, 1, 0, 2}};
  const std::atomic<bool> stop{true};
  SimOptions options;
  options.interrupted = &stop;
  std::vector<Taken> taken;
  EXPECT_TRUE(testing::run_taking(*c, images, options, taken, 0).images.empty());
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].place, (CheckpointPlace{0, 0}));
  EXPECT_EQ(result_bytes(testing::run_from(*c, images, {}, taken[0])),
            result_bytes(simulate(c->problem, c->mapping, images, {})));
}

// A sink that fails, as on a full disk, ends the run with what it threw.
TEST(Checkpoint, WhatTheSinkThrowsLeavesTheRun) {
  struct Full {};
  const auto c = testing::tiny_case();
  const Images images{{3, 1, 0, 2}};
  for (const Fidelity fidelity : {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle}) {
    SimOptions options;
    options.fidelity = fidelity;
    options.checkpoints.every_steps = 1;
    options.checkpoints.sink = [](std::span<const std::uint8_t>, CheckpointPlace) { throw Full(); };
    EXPECT_THROW(simulate(c->problem, c->mapping, images, options), Full);
  }
}

}  // namespace
}  // namespace ranvier::sim
