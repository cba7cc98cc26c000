// SPDX-License-Identifier: Apache-2.0
// What comes after mapping, for every verb that simulates: checkpoints, simulation, remap, report, and what becomes of
// an interrupted run.
#pragma once

#include <string>

#include "cli/checkpoint_options.h"
#include "cli/job.h"
#include "cli/probe_options.h"
#include "cli/stop_watch.h"
#include "cli/unfinished_run.h"

namespace ranvier::cli {

struct RunPlan {
  std::string out;  // run folder; empty: runs/<what is run>
  std::string remap;
  bool force = false;
  ProbeOptions probes;
  CheckpointOptions checkpoints;
};

ExitCode run_to_end(Job& job, const RunPlan& plan, const Context& context, const StopWatch& clock);

/// From the checkpoint of `unfinished`. `started` is what its resume.json says; of `plan`, only `checkpoints` counts.
ExitCode resume_to_end(Job& job, UnfinishedRun unfinished, RunContext started, const RunPlan& plan,
                       const StopWatch& clock);

}  // namespace ranvier::cli
