// SPDX-License-Identifier: Apache-2.0
// Long runs: what grows with steps is held within a bound, and no total changes by it.
#include <gtest/gtest.h>

#include <numeric>

#include "sim/step_rows.h"
#include "tests/sim/checkpoint_fixture.h"

namespace ranvier::sim {
namespace {

using mapper::Schedule;
using testing::Case;
using testing::Images;
using testing::Taken;

StepResult row(std::int32_t step, std::int64_t cycles) {
  StepResult r;
  r.step = step;
  r.duration = Duration(cycles);
  r.compute = Cycles(cycles % 13);
  r.slowest_core = CoreId(static_cast<std::size_t>(cycles % 13));
  r.network = Cycles(cycles % 11);
  r.packets = cycles % 7;
  r.fullest_link_cycles = cycles % 17;
  r.fullest_link = LinkId(static_cast<std::size_t>(cycles % 17));
  r.overrun_steps = cycles % 2;
  return r;
}

TEST(StepRows, AreJoinedByTwosWithinTheBound) {
  for (const std::size_t most : {2U, 3U, 8U, 100U}) {
    std::vector<StepResult> rows;
    std::int64_t a_row = 1;
    StepResult all = row(0, 0);
    for (std::int32_t step = 0; step < 1000; ++step) {
      const StepResult next = row(step, (step * 7919) % 1009);
      if (step > 0) join(all, next);
      add_row(rows, a_row, next, most);
      ASSERT_LE(rows.size(), most);
    }
    EXPECT_EQ(all.joined_steps, 1000);
    EXPECT_GE(2 * rows.size(), most) << "more was joined than the bound asks for";
    StepResult sum = rows.front();
    for (std::size_t i = 1; i < rows.size(); ++i) {
      EXPECT_EQ(rows[i].step, rows[i - 1].step + rows[i - 1].joined_steps);
      EXPECT_LE(rows[i].joined_steps, a_row);
      join(sum, rows[i]);
    }
    StateWriter a, b;
    a(sum);
    b(all);
    EXPECT_EQ(a.take(), b.take());
  }
}

TEST(StepRows, NothingIsJoinedBelowTheBound) {
  std::vector<StepResult> rows;
  std::int64_t a_row = 1;
  for (std::int32_t step = 0; step < 64; ++step) add_row(rows, a_row, row(step, step), 64);
  EXPECT_EQ(rows.size(), 64U);
  EXPECT_EQ(a_row, 1);
  add_row(rows, a_row, row(64, 64), 64);
  EXPECT_EQ(rows.size(), 33U);
  EXPECT_EQ(rows[0].joined_steps, 2);
}

TEST(StepRows, BinsKeepTheirSum) {
  std::vector<std::int64_t> bins{1, 2, 3, 4, 5};
  widen_bins(bins, 4, 8);
  EXPECT_EQ(bins, (std::vector<std::int64_t>{3, 7, 5}));
  widen_bins(bins, 8, 32);
  EXPECT_EQ(bins, (std::vector<std::int64_t>{15}));
  widen_bins(bins, 32, 32);
  EXPECT_EQ(bins, (std::vector<std::int64_t>{15}));
}

/// Two layers that fire by their bias for as long as they run; the input speaks in the first steps only.
std::unique_ptr<Case> long_case(std::int32_t steps) {
  workloads::Program p;
  p.name = "long";
  p.timesteps = steps;
  p.stages.push_back(testing::spike_input(2, 2, 1));
  p.stages.push_back(testing::lif_layer(p, 2, 2, {3, 2, 1, 0, false}, 5));
  p.stages.back().cuba.bias_mantissa = 3000;
  p.stages.back().cuba.axon_delay_steps = 3;
  p.stages.push_back(testing::lif_layer(p, 1, 1, {2, 1, 1, 0, false}, 6));
  return testing::random_case(std::move(p), testing::loihi_board(), Schedule::kTimesteps, 3);
}

const Images kFewSpikes{{0, 0, 0, 3, 2, 1}, {1, 2}, {0, 1}};

SimOptions bounded(Fidelity fidelity, std::size_t rows) {
  SimOptions options;
  options.fidelity = fidelity;
  options.step_rows = options.step_energy_rows = rows;
  options.record_activities = false;
  return options;
}

TEST(BoundedMemory, DoesNotGrowWithSteps) {
  for (const Fidelity fidelity : {Fidelity::kAnalytic, Fidelity::kCycle}) {
    std::vector<std::size_t> held;
    for (const std::int32_t steps : {100, 1600}) {
      const auto c = long_case(steps);
      std::vector<Taken> taken;
      const RunResult r = testing::run_taking(*c, kFewSpikes, bounded(fidelity, 16), taken, 3 * steps);
      EXPECT_EQ(r.images.size(), 3U);
      EXPECT_LE(r.steps.size(), 16U);
      EXPECT_GE(r.steps.size(), 8U);
      EXPECT_LE(r.step_energy.size(), 16U);
      for (const LayerResult& layer : r.layers) EXPECT_LE(layer.events_by_step.size(), 16U);
      // A checkpoint holds all that a run keeps from step to step: in the last image, close to the end.
      ASSERT_EQ(taken.size(), 1U);
      held.push_back(taken[0].bytes.size());
    }
    EXPECT_LE(held[1], held[0] + 16 * sizeof(StepResult)) << "bytes at 100 and at 1 600 steps";
  }
}

TEST(BoundedMemory, ChangesNoTotal) {
  const auto c = long_case(700);
  const RunResult full = simulate(c->problem, c->mapping, kFewSpikes, bounded(Fidelity::kCycle, 1'000'000));
  const RunResult few = simulate(c->problem, c->mapping, kFewSpikes, bounded(Fidelity::kCycle, 32));
  EXPECT_EQ(full.steps_a_bin, 1);
  EXPECT_EQ(few.steps_a_bin, 32);
  RunResult same = few;
  same.steps = full.steps;
  same.steps_a_bin = 1;
  same.step_energy = full.step_energy;
  same.step_energy_rest = full.step_energy_rest;
  for (std::size_t s = 0; s < full.layers.size(); ++s) {
    auto bins = full.layers[s].events_by_step;
    EXPECT_GT(std::accumulate(bins.begin(), bins.end(), std::int64_t{0}), s == 0 ? 0 : 700);
    widen_bins(bins, 1, few.steps_a_bin);
    EXPECT_EQ(few.layers[s].events_by_step, bins);
    same.layers[s].events_by_step = full.layers[s].events_by_step;
  }
  EXPECT_EQ(testing::result_bytes(same), testing::result_bytes(full));
  Duration time, full_time;
  for (const StepResult& s : few.steps) time += s.duration;
  for (const StepResult& s : full.steps) full_time += s.duration;
  EXPECT_EQ(time, full_time);
}

TEST(BoundedMemory, LateEventsAreThoseOfTheLastSteps) {
  const auto c = long_case(60);
  const RunResult r = simulate(c->problem, c->mapping, kFewSpikes, bounded(Fidelity::kFast, 1000));
  for (std::size_t s = 1; s < r.layers.size(); ++s) {
    const auto& events = r.layers[s].events_by_step;
    const auto delay = c->program.stages[s].cuba.axon_delay_steps;
    EXPECT_EQ(r.layers[s].late_events, std::accumulate(events.end() - delay, events.end(), std::int64_t{0}));
  }
  EXPECT_GT(r.layers[1].late_events, 0);
}

TEST(BoundedMemory, ResumedRunsJoinAlike) {
  const auto c = long_case(90);
  const SimOptions options = bounded(Fidelity::kFast, 4);
  std::vector<Taken> taken;
  const auto whole = testing::result_bytes(testing::run_taking(*c, kFewSpikes, options, taken, 41));
  ASSERT_GE(taken.size(), 6U);
  for (const Taken& t : taken) EXPECT_EQ(testing::result_bytes(testing::run_from(*c, kFewSpikes, options, t)), whole);
}

}  // namespace
}  // namespace ranvier::sim
