// SPDX-License-Identifier: Apache-2.0
// The feedback loop: a bad placement is improved by what was measured, a good one is left alone, nothing gets worse.
#include <gtest/gtest.h>

#include <algorithm>

#include "mapper/mapper.h"
#include "sim/remap_loop.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::sim {
namespace {

struct Remapped {
  std::unique_ptr<testing::Case> start;
  RunResult before;
  RemapOutcome outcome;
};

/// `random_case` puts tiles on random cores of an 8 x 8 mesh: much to gain.
Remapped remap_random_case(std::uint64_t seed, std::int32_t iterations) {
  Remapped r;
  r.start = testing::random_case(workloads::random_vit_program(seed, 5, 8, 2, 1, 12), testing::small_board(8, 8),
                                 mapper::Schedule::kStagedGraded, seed);
  const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(r.start->program, seed)};
  r.before = simulate(r.start->problem, r.start->mapping, images);
  RemapLoopOptions options;
  options.max_iterations = iterations;
  options.seed = seed;
  r.outcome = remap_until(r.start->problem, r.start->mapping, r.before, images,
                          [](const mapper::Mapping&) { return SimOptions{}; }, options);
  return r;
}

TEST(RemapLoop, ImprovesAShuffledPlacement) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(seed);
    const Remapped r = remap_random_case(seed, 6);
    const auto& steps = r.outcome.steps;
    EXPECT_TRUE(std::any_of(steps.begin() + 1, steps.end(), [](const RemapStep& s) { return s.accepted; }));
    EXPECT_LT(r.outcome.result.total_energy, r.before.total_energy);
    EXPECT_LE(r.outcome.result.total_time, r.before.total_time);
    EXPECT_LT(r.outcome.result.hops, r.before.hops);
    EXPECT_TRUE(r.outcome.result.images[0].exact);
    EXPECT_NE(r.outcome.mapping.core_of, r.start->mapping.core_of);
    EXPECT_TRUE(mapper::verify(r.start->problem, r.outcome.mapping).empty());
  }
}

TEST(RemapLoop, KeepsOnlyWhatTheSimulatorConfirms) {
  const Remapped r = remap_random_case(5, 8);
  // The books of the history: start first, each accepted step no worse than the one accepted before it, and the
  // outcome is the last accepted one.
  const RemapStep* kept = &r.outcome.steps.front();
  EXPECT_EQ(kept->energy, r.before.total_energy);
  EXPECT_EQ(kept->moved_tiles, 0);
  for (const RemapStep& step : r.outcome.steps) {
    if (!step.accepted) continue;
    EXPECT_LE(step.energy, kept->energy);
    EXPECT_LE(step.step_time_ns_mean, kept->step_time_ns_mean);
    kept = &step;
  }
  EXPECT_EQ(kept->energy, r.outcome.result.total_energy);
  EXPECT_EQ(kept->hops, r.outcome.result.hops);
}

TEST(RemapLoop, StopsWhenNothingCanBeGained) {
  const auto c = testing::tiny_case();
  const std::vector<std::vector<std::int32_t>> images{{0, 0, 1, 2}};
  RemapLoopOptions options;
  options.max_iterations = 50;
  const RunResult before = simulate(c->problem, c->mapping, images);
  const auto outcome = remap_until(c->problem, c->mapping, before, images,
                                   [](const mapper::Mapping&) { return SimOptions{}; }, options);
  EXPECT_LT(outcome.steps.size(), 51u);
  EXPECT_LE(outcome.result.total_energy, before.total_energy);
}

TEST(RemapLoop, HysteresisKeepsTheStart) {
  Remapped r = remap_random_case(1, 6);
  ASSERT_TRUE(r.outcome.verdict.kept);
  EXPECT_GT(r.outcome.verdict.migration.moved_tiles, 0);
  EXPECT_GT(r.outcome.verdict.break_even_images_energy, 0);
  const double gain = std::max(r.outcome.verdict.time_gain, r.outcome.verdict.energy_gain);
  RemapLoopOptions options;
  options.max_iterations = 6;
  options.seed = 1;
  options.min_gain = gain + 0.01;
  const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(r.start->program, 1)};
  const auto outcome = remap_until(r.start->problem, r.start->mapping, r.before, images,
                                   [](const mapper::Mapping&) { return SimOptions{}; }, options);
  EXPECT_FALSE(outcome.verdict.kept);
  EXPECT_EQ(outcome.mapping.core_of, r.start->mapping.core_of);
  EXPECT_EQ(outcome.result.total_energy, r.before.total_energy);
  EXPECT_DOUBLE_EQ(outcome.verdict.energy_gain, r.outcome.verdict.energy_gain);
}

TEST(RemapLoop, ImagesHeldOutJudge) {
  const auto start = testing::random_case(workloads::random_vit_program(2, 5, 8, 2, 1, 12), testing::small_board(8, 8),
                                          mapper::Schedule::kStagedGraded, 2);
  std::vector<std::vector<std::int32_t>> images;
  for (std::uint64_t i = 0; i < 4; ++i) images.push_back(workloads::random_input_codes(start->program, i));
  const RunResult before = simulate(start->problem, start->mapping, images);
  RemapLoopOptions options;
  options.max_iterations = 3;
  options.hold_out = 0.5;
  const auto outcome = remap_until(start->problem, start->mapping, before, images,
                                   [](const mapper::Mapping&) { return SimOptions{}; }, options);
  EXPECT_EQ(outcome.verdict.judged_images, 2);
  EXPECT_EQ(outcome.result.images.size(), 4u);
  ASSERT_TRUE(outcome.verdict.kept);
  const std::span<const std::vector<std::int32_t>> held = std::span(images).last(2);
  const RunResult a = simulate(start->problem, start->mapping, held);
  const RunResult b = simulate(start->problem, outcome.mapping, held);
  EXPECT_DOUBLE_EQ(outcome.verdict.energy_gain, 1 - static_cast<double>(b.total_energy.count()) /
                                                        static_cast<double>(a.total_energy.count()));
}

}  // namespace
}  // namespace ranvier::sim
