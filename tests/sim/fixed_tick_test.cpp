// SPDX-License-Identifier: Apache-2.0
// Real time: every step begins at a tick, and who does not keep to it is named.
#include <gtest/gtest.h>

#include "sim/step_time.h"
#include "sim/tick_report.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::sim {
namespace {

constexpr Fidelity kAll[] = {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle};

std::int64_t cycles(Duration d) { return d.count() / 1'000'000; }  // the small board runs at 1 GHz

chips::Sync ticks(std::int64_t cycles, chips::TickOverrun on_overrun) {
  chips::Sync sync;
  sync.policy = chips::SyncPolicy::kFixedTick;
  sync.tick_cycles.value = cycles;
  sync.on_overrun = on_overrun;
  return sync;
}

StepTiming timed(const chips::Sync& sync, std::int64_t start, std::int64_t work, std::int64_t due) {
  StepTiming timing;
  timing.start = start;
  timing.duration = work;
  timing.due = due;
  apply_sync(sync, 7, timing);
  return timing;
}

TEST(FixedTick, ASkippedTickIsLost) {
  const chips::Sync sync = ticks(100, chips::TickOverrun::kSkip);
  const StepTiming over = timed(sync, 500, 150, 500);
  EXPECT_EQ(over.duration, 200);
  EXPECT_EQ(over.overrun_cycles, 50);
  EXPECT_EQ(over.overrun_phases, 1);
  EXPECT_EQ(over.work, 150);
  const StepTiming whole = timed(sync, 700, 100, 700);
  EXPECT_EQ(whole.duration, 100);
  EXPECT_EQ(whole.overrun_cycles, 0);
  EXPECT_EQ(whole.overrun_phases, 0);
  EXPECT_EQ(timed(sync, 0, 301, -1).duration, 400);
}

TEST(FixedTick, ALateStepIsCaughtUp) {
  const chips::Sync sync = ticks(100, chips::TickOverrun::kLate);
  EXPECT_EQ(timed(sync, 0, 150, 0).duration, 150);
  EXPECT_EQ(timed(sync, 0, 150, 0).overrun_cycles, 50);
  const StepTiming caught = timed(sync, 150, 30, 100);  // until 180, its tick ends at 200
  EXPECT_EQ(caught.duration, 50);
  EXPECT_EQ(caught.overrun_cycles, 0);
  const StepTiming still = timed(sync, 150, 90, 100);
  EXPECT_EQ(still.duration, 90);
  EXPECT_EQ(still.overrun_cycles, 40);
  EXPECT_EQ(still.overrun_phases, 0);
}

RunResult run(const testing::Case& c, Fidelity fidelity, std::size_t images) {
  SimOptions options;
  options.fidelity = fidelity;
  return simulate(c.problem, c.mapping, std::vector<std::vector<std::int32_t>>(images, {3, 0, 0, 0}), options);
}

TEST(FixedTick, StepsAndImagesBeginAtTicks) {
  for (const Fidelity fidelity : kAll) {
    const auto c = testing::tiny_case();
    c->problem.board.chip.sync = ticks(7, chips::TickOverrun::kSkip);
    const RunResult r = run(*c, fidelity, 2);
    c->problem.board.chip.sync = {};
    c->problem.board.chip.sync.policy = chips::SyncPolicy::kDataflow;
    const RunResult bare = run(*c, fidelity, 2);
    ASSERT_EQ(r.steps.size(), 8u);
    std::int64_t overruns = 0, skipped = 0, worst = 0;
    for (std::size_t s = 0; s < r.steps.size(); ++s) {
      const StepResult& step = r.steps[s];
      const std::int64_t work = cycles(bare.steps[s].duration);
      EXPECT_EQ(cycles(step.start) % 7, 0);
      EXPECT_EQ(cycles(step.duration), (work + 6) / 7 * 7);
      if (s % 4 == 3) {  // the host reads: a whole number of ticks, but no step
        EXPECT_EQ(step.overrun_cycles, 0);
        continue;
      }
      EXPECT_EQ(step.overrun_cycles, std::max<std::int64_t>(0, work - 7));
      overruns += work > 7;
      skipped += (work + 6) / 7 - 1;
      worst = std::max(worst, work - 7);
    }
    ASSERT_GT(overruns, 0);
    EXPECT_EQ(r.ticks.tick_cycles, 7);
    EXPECT_EQ(r.ticks.steps, 6);
    EXPECT_EQ(r.ticks.overruns, overruns);
    EXPECT_EQ(r.ticks.skipped_ticks, skipped);
    EXPECT_EQ(r.ticks.worst.overrun, Cycles(worst));
    EXPECT_EQ(r.ticks.cores + r.ticks.network + r.ticks.device, overruns);
    EXPECT_TRUE(r.images[0].exact);
    EXPECT_EQ(bare.ticks.tick_cycles, 0);
    EXPECT_EQ(bare.ticks.steps, 0);
  }
}

TEST(FixedTick, AWideTickIsKept) {
  const auto c = testing::tiny_case();
  c->problem.board.chip.sync = ticks(1000, chips::TickOverrun::kSkip);
  const RunResult r = run(*c, Fidelity::kCycle, 1);
  EXPECT_EQ(r.ticks.overruns, 0);
  EXPECT_EQ(r.ticks.worst.overrun, Cycles(0));
  EXPECT_EQ(cycles(r.total_time), 4000);
}

TEST(FixedTick, LateStepsFollowTheRecurrence) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const auto schedule = static_cast<mapper::Schedule>(seed % 3);
    const auto c = testing::random_case(workloads::random_program(seed), testing::small_board(3, 3), schedule, seed);
    const std::vector<std::vector<std::int32_t>> images(2, workloads::random_input_codes(c->program, seed));
    for (const Fidelity fidelity : kAll) {
      SCOPED_TRACE(seed);
      SimOptions options;
      options.fidelity = fidelity;
      c->problem.board.chip.sync = ticks(1, chips::TickOverrun::kSkip);
      const RunResult bare = simulate(c->problem, c->mapping, images, options);
      std::int64_t longest = 0;
      for (const StepResult& step : bare.steps) longest = std::max(longest, step.work.count());
      const std::int64_t tick = longest / 2;
      c->problem.board.chip.sync = ticks(tick, chips::TickOverrun::kSkip);
      const RunResult skip = simulate(c->problem, c->mapping, images, options);
      c->problem.board.chip.sync = ticks(tick, chips::TickOverrun::kLate);
      const RunResult late = simulate(c->problem, c->mapping, images, options);
      std::int64_t now = 0, due = 0, overruns = 0;
      for (std::size_t s = 0; s < late.steps.size(); ++s) {
        const StepResult& step = late.steps[s];
        const std::int64_t work = cycles(bare.steps[s].duration);
        EXPECT_EQ(cycles(step.start), now);
        EXPECT_EQ(step.work.count(), work);
        const bool readout = s + 1 == late.steps.size() || late.steps[s + 1].image != step.image;
        if (readout) {
          now = (now + work + tick - 1) / tick * tick;
          due = now;
        } else {
          due += tick;
          overruns += now + work > due;
          EXPECT_EQ(step.overrun_cycles, std::max<std::int64_t>(0, now + work - due));
          now = std::max(now + work, due);
        }
      }
      EXPECT_EQ(cycles(late.total_time), now);
      EXPECT_EQ(late.ticks.overruns, overruns);
      EXPECT_GT(overruns, 0);
      EXPECT_EQ(late.ticks.skipped_ticks, 0);
      EXPECT_LE(late.total_time, skip.total_time);
      EXPECT_EQ(late.images[0].logits, skip.images[0].logits);
    }
  }
}

StepResult step_of(std::int32_t step, std::int64_t work, std::int64_t overrun, std::int64_t compute,
                   std::int64_t network, CoreId core) {
  StepResult s;
  s.image = 3;
  s.step = step;
  s.work = Cycles(work);
  s.overrun_cycles = overrun;
  s.compute = Cycles(compute);
  s.network = Cycles(network);
  s.slowest_core = core;
  return s;
}

TEST(TickReport, NamesWhoWasLast) {
  TickReport report;
  report.tick_cycles = 100;
  for (const StepResult& step : {step_of(0, 90, 0, 90, 20, CoreId(1)),        // in time
                                 step_of(1, 130, 30, 130, 110, CoreId(5)),    // core 5
                                 step_of(2, 130, 30, 80, 130, CoreId(1)),     // a packet
                                 step_of(3, 120, 40, 120, 10, CoreId(5))}) {  // began 20 late: 80 left
    report.add_step(step, false);
  }
  EXPECT_EQ(report.steps, 4);
  EXPECT_EQ(report.overruns, 3);
  EXPECT_EQ(report.cores, 2);
  EXPECT_EQ(report.network, 1);
  EXPECT_EQ(report.worst.step, 3);
  EXPECT_EQ(report.worst.image, 3);
  EXPECT_EQ(report.worst.overrun, Cycles(40));
  EXPECT_EQ(report.worst.core, CoreId(5));
  EXPECT_EQ(report.worst.cause, OverrunCause::kCore);
  EXPECT_EQ(report.by_core, (std::vector<std::int64_t>{0, 0, 0, 0, 0, 2}));
  EXPECT_DOUBLE_EQ(report.overrun_share(), 0.75);
  TickReport device;
  device.add_step(step_of(0, 130, 30, 10, 20, CoreId()), true);
  report.add(device);
  EXPECT_EQ(report.device, 1);
  EXPECT_EQ(report.steps, 5);
  EXPECT_EQ(report.worst.step, 3);
}

}  // namespace
}  // namespace ranvier::sim
