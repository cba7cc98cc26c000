// SPDX-License-Identifier: Apache-2.0
// trace.json: Chrome trace events, opened by ui.perfetto.dev or chrome://tracing. Chips are processes, cores are two
// tracks, stages are slices; one process "steps" holds the steps as slices and counters of packets and cycles. Bounded
// in size.
#pragma once

#include <string>

#include "report/run_record.h"

namespace ranvier::report {

struct TraceLimits {
  std::size_t slices = 200'000;  // of cores; the first ones in time are kept
  std::size_t steps = 20'000;
};

/// What the limits leave out is counted in otherData. Times are microseconds, as the format wants.
std::string trace_json(const RunRecord& record, const TraceLimits& limits = {});

}  // namespace ranvier::report
