// SPDX-License-Identifier: Apache-2.0
// The time of a step from its trains, against the flit-level network: equal where nothing waits, close where much does.
#include <gtest/gtest.h>

#include <cmath>

#include "sim/network_timing.h"
#include "tests/sim/checkpoint_fixture.h"

namespace ranvier::sim {
namespace {

using mapper::Schedule;

RunResult run(const testing::Case& c, const testing::Images& images, Fidelity fidelity) {
  SimOptions options;
  options.fidelity = fidelity;
  options.allow_loss = true;
  return simulate(c.problem, c.mapping, images, options);
}

double seconds(const RunResult& r) { return static_cast<double>(r.total_time.count()); }

TEST(TrainTiming, TotalsOfRandomChipsAreThoseOfFlits) {
  double sum = 0, worst = 0;
  int runs = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    for (const Schedule schedule : {Schedule::kStagedGraded, Schedule::kAsynchronousUnary}) {
      const auto c = testing::checkpoint_case(seed, schedule);
      c->mapping.waves.clear();                                          // the bounds are for whole levels
      c->problem.board.chip.sync.policy = chips::SyncPolicy::kDataflow;  // nothing rounds the difference away
      const testing::Images images = testing::checkpoint_images(*c, seed, 1);
      const RunResult flits = run(*c, images, Fidelity::kCycle);
      if (flits.lost.total > 0) continue;
      const RunResult trains = run(*c, images, Fidelity::kFast);
      const double error = std::abs(seconds(trains) / seconds(flits) - 1);
      sum += error;
      worst = std::max(worst, error);
      ++runs;
      EXPECT_EQ(trains.profile.link_flits, flits.profile.link_flits);
      EXPECT_EQ(trains.packets, flits.packets);
      EXPECT_EQ(trains.synops, flits.synops);
    }
  }
  ASSERT_GT(runs, 40);
  RecordProperty("mean", std::to_string(sum / runs));
  RecordProperty("worst", std::to_string(worst));
  EXPECT_LT(sum / runs, 0.02);
  EXPECT_LT(worst, 0.12);  // steps of a few tens of cycles, where a cycle is more than a per cent
}

}  // namespace
}  // namespace ranvier::sim
