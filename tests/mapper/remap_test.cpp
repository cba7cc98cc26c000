// SPDX-License-Identifier: Apache-2.0
// Remapping by profile: legal, bounded, better by what was measured, still where nothing is to gain.
#include "mapper/remap.h"

#include <gtest/gtest.h>

#include "fixtures.h"
#include "mapper/levels.h"
#include "mapper/routes.h"

namespace ranvier::mapper {
namespace {

using testing::attention_program;
using testing::kInput;
using testing::ProgramBuilder;
using testing::toy_board;

struct Remap : ::testing::Test {
  workloads::Program program = attention_program(12, 32, 2);
  chips::Board board = toy_board(6, 6);
  MappingProblem problem =
      make_problem(program, board, Schedule::kStagedGraded, {.preset = Preset::kLatency, .core_budget = 30});
  Mapping mapping = map_program(problem, {.preset = Preset::kLatency, .place = {.moves = 2000}});
  Profile profile = skewed();

  /// Measured counts far from the estimate: every fifth flow carries twenty times as much.
  Profile skewed() const {
    Profile p;
    p.flow_events = problem.flow_events;
    p.tile_cycles = problem.tile_cycles;
    for (std::size_t f = 0; f < p.flow_events.size(); f += 5) p.flow_events[f] *= 20;
    return p;
  }
};

TEST_F(Remap, GainsByTheMeasuredCountsAndStaysLegal) {
  Mapping at = mapping;
  for (std::int32_t i = 0; i < 8; ++i) {
    const Mapping next = propose_remap(problem, at, profile, {.iteration = i});
    const auto findings = verify(problem, next);
    ASSERT_TRUE(findings.empty()) << testing::texts(findings);
    at = next;
  }
  const PredictedGain gain = predict_gain(problem, mapping, at, profile);
  EXPECT_GT(gain.tree_hops, 0.05);
  EXPECT_GT(gain.moved_tiles, 0);
  EXPECT_GT(gain.migrated.count(), 0);
}

TEST_F(Remap, IsNeverWorseByTheModel) {
  Mapping at = mapping;
  for (std::int32_t i = 0; i < 8; ++i) {
    const Mapping next = propose_remap(problem, at, profile, {.iteration = i});
    const PredictedGain gain = predict_gain(problem, at, next, profile);
    EXPECT_GE(gain.step_time + gain.energy, 0) << "iteration " << i;
    at = next;
  }
}

TEST_F(Remap, MovesNoMoreTilesThanAllowed) {
  for (std::int32_t i = 0; i < 4; ++i) {
    const Mapping next = propose_remap(problem, mapping, profile, {.iteration = i, .max_moves = 3});
    EXPECT_LE(predict_gain(problem, mapping, next, profile).moved_tiles, 3);
  }
}

TEST_F(Remap, IsTheSameEveryTimeAndAnotherByIteration) {
  const RemapOptions third{.iteration = 2};
  const Mapping once = propose_remap(problem, mapping, profile, third);
  EXPECT_EQ(propose_remap(problem, mapping, profile, third).core_of, once.core_of);
  EXPECT_NE(propose_remap(problem, mapping, profile, {.iteration = 6}).core_of, once.core_of);
}

TEST_F(Remap, StaysWhenMigrationCostsMoreThanItGains) {
  RemapOptions dear;
  dear.weights.migration = 1e9;
  for (dear.iteration = 0; dear.iteration < 4; ++dear.iteration) {
    const Mapping next = propose_remap(problem, mapping, profile, dear);
    EXPECT_EQ(next.core_of, mapping.core_of);
    EXPECT_EQ(predict_gain(problem, mapping, next, profile).step_time, 0);
  }
}

TEST_F(Remap, AProfileOfAnotherProblemIsAProgramError) {
  profile.flow_events.pop_back();
  EXPECT_THROW(propose_remap(problem, mapping, profile), std::logic_error);
}

/// Two tiles of one level share a core and turn out to be busy: one leaves for a free core.
TEST(RemapBusy, MovesATileOffAnOverBusyCore) {
  ProgramBuilder b(4, 8);
  const StageId left = b.linear("left", kInput, 8);
  const StageId right = b.linear("right", kInput, 8);
  b.linear("head", b.sum("sum", left, right), 4);
  const auto program = b.finish();
  const auto p = make_problem(program, toy_board(3, 3), Schedule::kStagedGraded);
  Mapping m;
  m.level = compute_levels(p);
  m.core_of = {CoreId(), CoreId(4), CoreId(4), CoreId(4), CoreId(4)};
  m.routes = make_routes(p, m.core_of);
  m.delay.assign(p.flows.size(), 0);
  ASSERT_TRUE(verify(p, m).empty());
  Profile profile{.flow_events = p.flow_events, .tile_cycles = {0, 50000, 50000, 10, 10}, .link_flits = {}};
  const Mapping next = propose_remap(p, m, profile, {.iteration = 0});
  EXPECT_NE(next.core_of[1], next.core_of[2]);
  EXPECT_TRUE(verify(p, next).empty());
  EXPECT_GT(predict_gain(p, m, next, profile).step_time, 0.3);
}

}  // namespace
}  // namespace ranvier::mapper
