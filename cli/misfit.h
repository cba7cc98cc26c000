// SPDX-License-Identifier: Apache-2.0
// "Does not fit" is an answer: what is short, against what there is, and what would be enough.
#pragma once

#include "cli/job.h"
#include "mapper/errors.h"

namespace ranvier::cli {

/// Prints the report of a workload that does not fit: on standard output, as text (not where quiet) or as one JSON
/// object; the error's own line goes to standard error. Returns kDoesNotFit.
ExitCode report_misfit(const JobOptions& options, const mapper::DoesNotFit& misfit);

}  // namespace ranvier::cli
