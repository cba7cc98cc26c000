// SPDX-License-Identifier: Apache-2.0
// Images one behind the other in a pipeline of levels: how long they take together, and what holds them up.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/quantities.h"
#include "sim/pipeline_schedule.h"

namespace ranvier::sim {

struct PipelineLevelResult {
  std::vector<StageId> stages;  // that fire in it; none: the host reads the potentials
  Duration busy;                // of an image, mean
  Duration wait;                // from when its input is there until it begins, mean in the steady state
  double utilisation = 0;       // share of the steady interval in which it works
  double critical_share = 0;    // of the longest chain of waits in the steady state, that is it working
};

struct PipelineResult {
  std::int64_t images = 0;  // of the run, in this; 0: the chip is no pipeline, or the schedule has no levels
  std::int64_t buffers = 0;
  Duration makespan;             // of those images, from the start of the first to the end of the last
  Duration sequential;           // of the same, one after the other
  Duration fill;                 // until the first is done
  Duration drain;                // from when the last one begins until it is done
  Duration interval;             // between the ends of two images in the steady state: the run's images again and again
  Duration interval_unbuffered;  // the same with one buffer
  Duration interval_unlimited;   // with as many buffers as it takes
  std::vector<PipelineLevelResult> levels;
  std::int32_t critical_level = 0;            // the largest critical_share
  PipelineWait limit = PipelineWait::kLevel;  // what images wait for most often on that chain, but for their input
  std::array<std::int64_t, kPipelineWaits> waits{};  // how often for what, on that chain
};

/// All that `measured` says, in cycles of `period`. Fills all but the stages of the levels.
PipelineResult run_pipeline(std::span<const PipelineImage> measured, const PipelineShape& shape, Duration period);

}  // namespace ranvier::sim
