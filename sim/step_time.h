// SPDX-License-Identifier: Apache-2.0
// How long a step takes once its work is known: the chip's way of keeping its cores in step.
#pragma once

#include <algorithm>

#include "chips/chip.h"
#include "sim/chip_run.h"

namespace ranvier::sim {

/// Cycles up to a whole number of `tick`.
inline std::int64_t whole_ticks(std::int64_t cycles, std::int64_t tick) { return (cycles + tick - 1) / tick * tick; }

/// Barrier and layer pipeline: `barrier` cycles more, of mapper::end_of_step_cycles(); dataflow: none. Fixed phase: up
/// to a whole number of phases; those beyond the first are overruns. Fixed tick: to the end of its tick, which began at
/// timing.due; if it is not done by then, to the end of a later tick (skip) or until it is done (late).
inline void apply_sync(const chips::Sync& sync, std::int64_t barrier, StepTiming& timing) {
  const std::int64_t work = std::max<std::int64_t>(1, timing.duration);
  timing.work = work;
  if (sync.policy == chips::SyncPolicy::kFixedPhase) {
    const std::int64_t phase = std::max<std::int64_t>(1, sync.phase_cycles.value);
    timing.duration = whole_ticks(work, phase);
    timing.overrun_phases = timing.duration / phase - 1;
  } else if (sync.policy == chips::SyncPolicy::kFixedTick) {
    const std::int64_t tick = std::max<std::int64_t>(1, sync.tick_cycles.value);
    const std::int64_t late = timing.due < 0 ? 0 : timing.start - timing.due;
    const std::int64_t since_due = late + work;
    timing.overrun_cycles = std::max<std::int64_t>(0, since_due - tick);
    if (sync.on_overrun == chips::TickOverrun::kLate) {
      timing.duration = std::max(since_due, tick) - late;
    } else {
      timing.duration = whole_ticks(since_due, tick) - late;
      timing.overrun_phases = whole_ticks(since_due, tick) / tick - 1;
    }
  } else {
    timing.duration = work + barrier;
  }
}

/// The same for the step that `run` is in. Steps of the device alone end by no policy of the chip, but under a fixed
/// tick the next step begins at a tick after them too.
inline void end_by_policy(const ChipRun& run, StepTiming& timing) {
  const chips::Sync& sync = run.problem().board.chip.sync;
  if (sync.policy == chips::SyncPolicy::kFixedTick) {
    timing.due = sync.on_overrun == chips::TickOverrun::kLate
                     ? timing.start - run.image_cycles() + run.step() * sync.tick_cycles.value
                     : timing.start;
  } else if (!run.chip_works()) {
    return;
  }
  apply_sync(sync, run.end_of_step_cycles(), timing);
}

/// The reading of the potentials needs no policy, but under a fixed tick the next image begins at a tick. An image
/// begins at one, so its own cycles tell where the next one is.
inline void end_readout_by_policy(const ChipRun& run, StepTiming& timing) {
  const chips::Sync& sync = run.problem().board.chip.sync;
  if (sync.policy != chips::SyncPolicy::kFixedTick) return;
  timing.work = timing.duration;
  const std::int64_t before = run.image_cycles();
  timing.duration = whole_ticks(before + timing.duration, std::max<std::int64_t>(1, sync.tick_cycles.value)) - before;
}

}  // namespace ranvier::sim
