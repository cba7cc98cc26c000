// SPDX-License-Identifier: Apache-2.0
// The mapper's estimate, fed with the counts of one measured image, against the analytic simulation.
#include <gtest/gtest.h>

#include <vector>

#include "mapper/cost.h"
#include "mapper/remap.h"
#include "sim/simulate.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::sim {
namespace {

using testing::Case;

/// Both times of every step, of the estimate and of the simulation, for an image.
struct Times {
  std::vector<double> estimated, simulated;
  double ratio = 0;  // of the sums, the reading of the potentials included
};

Times times_of(const Case& c, const std::vector<std::vector<std::int32_t>>& images) {
  SimOptions analytic;
  analytic.fidelity = Fidelity::kAnalytic;
  const RunResult r = simulate(c.problem, c.mapping, images, analytic);
  const mapper::Metrics m = mapper::estimate(mapper::with_profile(c.problem, r.profile), c.mapping);
  EXPECT_EQ(r.steps.size(), m.levels.size() + 1);  // and the reading of the potentials
  const std::int64_t period = chips::clock_period(c.problem.board.chip).count();
  Times times;
  for (std::size_t l = 0; l < m.levels.size(); ++l) {
    times.estimated.push_back(static_cast<double>(m.levels[l].cycles.count()));
    times.simulated.push_back(static_cast<double>(r.steps[l].duration.count() / period));
  }
  times.ratio = static_cast<double>(m.latency.count()) / static_cast<double>(r.total_time.count());
  return times;
}

// Nobody waits for anybody. The estimate does not add the 2 cycles in which the input code crosses the host link, nor
// those in which fc fires before its event leaves.
TEST(Estimate, IsTheAnalyticTimeOfTheTinyProgramButForWhatComesBeforeTheFirstPacket) {
  const Times times = times_of(*testing::tiny_case(), {{1, 0, 0, 0}});
  ASSERT_EQ(times.estimated.size(), 3u);
  EXPECT_EQ(times.estimated, (std::vector<double>{39, 22, 11}));
  EXPECT_EQ(times.simulated, (std::vector<double>{41, 24, 11}));
}

// The estimate puts the farthest way in front of the busiest part; the simulation knows when trains set out and where
// they meet.
TEST(Estimate, IsNearTheAnalyticTimeOfRandomProgramsOnOneChipAndOnSix) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    chips::Board board = seed % 2 == 0 ? testing::small_board(6, 6) : testing::small_board(3, 3, 3, 2);
    if (seed % 3 == 0) board.chip.sync.policy = chips::SyncPolicy::kFixedPhase;
    auto c = testing::random_case(workloads::random_program(seed), board, mapper::Schedule::kStagedGraded, seed);
    SCOPED_TRACE(seed);
    const Times times = times_of(*c, {workloads::random_input_codes(c->program, seed)});
    for (std::size_t l = 0; l < times.estimated.size(); ++l)
      EXPECT_NEAR(times.estimated[l] / times.simulated[l], 1, 0.35) << "level " << l;
    EXPECT_NEAR(times.ratio, 1, 0.1);
  }
}

}  // namespace
}  // namespace ranvier::sim
