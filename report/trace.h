// SPDX-License-Identifier: Apache-2.0
// trace.json: Chrome trace events, opened by ui.perfetto.dev or chrome://tracing. Chips are processes, cores are two
// tracks, stages are slices; one process "steps" holds the steps as slices, with counters of events, packets, cycles
// and the load of the fullest link. Bounded in size.
#pragma once

#include <cstdint>
#include <string>

#include "report/run_record.h"

namespace ranvier::report {

/// What a bounded trace leaves out.
struct TraceCut {
  std::size_t steps = 0;   // with all that happened in them
  std::size_t slices = 0;  // of cores, those that the simulation did not keep included
  bool any() const { return steps > 0 || slices > 0; }
};

/// At most record.trace_limit_bytes, as long as the names of the tracks fit in: of a longer run the first steps, in
/// half of the room, and the slowest of the others. The trace says so, in otherData and on its first track. Times are
/// microseconds, as the format wants.
std::string trace_json(const RunRecord& record);
TraceCut trace_cut(const RunRecord& record);
/// "trace.json keeps ...: ..."; empty where nothing is left out.
std::string trace_remark(const RunRecord& record);

}  // namespace ranvier::report
