// SPDX-License-Identifier: Apache-2.0
// How a run kept to a fixed tick, and how images follow each other in a pipeline: for terminal, page and run.json. All
// are empty, or null, on chips that have neither.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "report/health.h"
#include "report/run_record.h"

namespace ranvier::report {

/// "block0.q + block0.k", "(host reads)" of a level of the pipeline.
std::string level_name(const RunRecord& record, std::size_t level);

/// What holds images up: "level 3 (block0.q), which works all the time".
std::string pipeline_limit_text(const RunRecord& record);

HealthLine tick_health(const RunRecord& record);
std::string timing_text(const RunRecord& record, bool colour);

nlohmann::ordered_json pipeline_json(const RunRecord& record);
nlohmann::ordered_json ticks_json(const RunRecord& record);

}  // namespace ranvier::report
