// SPDX-License-Identifier: Apache-2.0
// --remap until=1%,max=8,min-gain=2%,hold-out=50%
#pragma once

#include <string>
#include <vector>

#include "cli/job.h"
#include "sim/remap_loop.h"

namespace ranvier::cli {

/// Throws UsageError.
sim::RemapLoopOptions parse_remap(const std::string& text, std::uint64_t seed);

/// Simulates, remaps as asked, and writes mapping and history into `record`. The job keeps the best mapping.
void remap_job(Job& job, sim::RunResult measured, const sim::RemapLoopOptions& options, report::RunRecord& record);

/// Report on standard output, run folder at `out`, then the exit code: not exact is kFunctionalMismatch.
ExitCode finish_run(const Job& job, report::RunRecord& record, const std::string& out, bool force, double wall_s);

}  // namespace ranvier::cli
