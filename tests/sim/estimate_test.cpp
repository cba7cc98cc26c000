// SPDX-License-Identifier: Apache-2.0
// The mapper's estimate, fed with the counts of one measured image, is the analytic simulation in closed form.
#include <gtest/gtest.h>

#include "mapper/cost.h"
#include "mapper/remap.h"
#include "sim/simulate.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::sim {
namespace {

using testing::Case;

void expect_same_times(const Case& c, const std::vector<std::vector<std::int32_t>>& images) {
  SimOptions analytic;
  analytic.fidelity = Fidelity::kAnalytic;
  const RunResult r = simulate(c.problem, c.mapping, images, analytic);
  const mapper::Metrics m = mapper::estimate(mapper::with_profile(c.problem, r.profile), c.mapping);
  ASSERT_EQ(r.steps.size(), m.levels.size() + 1);  // and the reading of the potentials
  const std::int64_t period = chips::clock_period(c.problem.board.chip).count();
  for (std::size_t l = 0; l < m.levels.size(); ++l)
    EXPECT_EQ(r.steps[l].duration.count(), m.levels[l].cycles.count() * period) << "level " << l;
  EXPECT_EQ(m.latency, r.total_time);
}

TEST(Estimate, IsTheAnalyticTimeOfTheTinyProgram) { expect_same_times(*testing::tiny_case(), {{1, 0, 0, 0}}); }

TEST(Estimate, IsTheAnalyticTimeOfRandomProgramsOnOneChipAndOnSix) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    chips::Board board = seed % 2 == 0 ? testing::small_board(6, 6) : testing::small_board(3, 3, 3, 2);
    if (seed % 3 == 0) board.chip.sync.policy = chips::SyncPolicy::kFixedPhase;
    auto c = testing::random_case(workloads::random_program(seed), board, mapper::Schedule::kStagedGraded, seed);
    SCOPED_TRACE(seed);
    expect_same_times(*c, {workloads::random_input_codes(c->program, seed)});
  }
}

}  // namespace
}  // namespace ranvier::sim
