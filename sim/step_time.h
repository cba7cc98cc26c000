// SPDX-License-Identifier: Apache-2.0
// How long a step takes once its work is known: the chip's way of keeping its cores in step.
#pragma once

#include <algorithm>

#include "chips/chip.h"
#include "sim/chip_run.h"

namespace ranvier::sim {

/// Barrier and layer pipeline: `barrier` cycles more, of mapper::end_of_step_cycles(); dataflow: none. Fixed phase: up
/// to a whole number of phases; those beyond the first are overruns.
inline void apply_sync(const chips::Sync& sync, std::int64_t barrier, StepTiming& timing) {
  const std::int64_t work = std::max<std::int64_t>(1, timing.duration);
  timing.work = work;
  if (sync.policy != chips::SyncPolicy::kFixedPhase) {
    timing.duration = work + barrier;
    return;
  }
  const std::int64_t phase = std::max<std::int64_t>(1, sync.phase_cycles.value);
  const std::int64_t phases = (work + phase - 1) / phase;
  timing.duration = phases * phase;
  timing.overrun_phases = phases - 1;
}

}  // namespace ranvier::sim
