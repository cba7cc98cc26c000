// SPDX-License-Identifier: Apache-2.0
// Which slices a bounded trace keeps: the first steps and the slowest.
#include "sim/activity_bound.h"

#include <gtest/gtest.h>

#include <set>

namespace ranvier::sim {
namespace {

/// `count` slices in each step; step s lasts durations[s].
struct Work {
  Work(std::size_t count, const std::vector<std::int64_t>& durations) {
    for (std::size_t s = 0; s < durations.size(); ++s) {
      StepResult step;
      step.step = static_cast<std::int32_t>(s);
      step.duration = Duration(durations[s]);
      steps.push_back(step);
      for (std::size_t i = 0; i < count; ++i)
        activities.push_back({CoreId(i), StageId(1), 0, step.step, Duration(0), Duration(1), CoreUnit::kFire});
    }
  }
  std::set<std::int32_t> left() const {
    std::set<std::int32_t> all;
    for (const Activity& a : activities) all.insert(a.step);
    return all;
  }
  std::vector<Activity> activities;
  std::vector<StepResult> steps;
};

TEST(ActivityBound, LeavesAllWhereThereIsRoom) {
  Work w(10, {1, 2, 3});
  EXPECT_EQ(thin_out(w.activities, w.steps, 30), 0U);
  EXPECT_EQ(w.activities.size(), 30U);
}

TEST(ActivityBound, KeepsTheFirstStepsAndTheSlowest) {
  Work w(10, {5, 1, 1, 9, 2, 8, 1, 1, 7, 1});
  EXPECT_EQ(thin_out(w.activities, w.steps, 40), 60U);
  // Half the room: steps 0 and 1; the rest: the two slowest of the others.
  EXPECT_EQ(w.left(), (std::set<std::int32_t>{0, 1, 3, 5}));
  // In order still.
  for (std::size_t i = 1; i < w.activities.size(); ++i) EXPECT_LE(w.activities[i - 1].step, w.activities[i].step);
}

TEST(ActivityBound, AStepTooLargeForTheRoomIsLeftOutWhole) {
  Work w(10, {1, 1, 1});
  for (std::size_t i = 0; i < 100; ++i)
    w.activities.push_back({CoreId(i), StageId(1), 0, 3, Duration(0), Duration(1), CoreUnit::kFire});
  w.steps.push_back({});
  w.steps.back().step = 3;
  w.steps.back().duration = Duration(1000);
  EXPECT_EQ(thin_out(w.activities, w.steps, 50), 100U);
  EXPECT_EQ(w.left(), (std::set<std::int32_t>{0, 1, 2}));
}

TEST(ActivityBound, EquallySlowStepsAreKeptInOrder) {
  Work w(10, std::vector<std::int64_t>(100, 4));
  EXPECT_EQ(thin_out(w.activities, w.steps, 45), 960U);
  EXPECT_EQ(w.left(), (std::set<std::int32_t>{0, 1, 2, 3}));
}

}  // namespace
}  // namespace ranvier::sim
