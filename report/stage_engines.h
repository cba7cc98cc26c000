// SPDX-License-Identifier: Apache-2.0
// Where the stages of a run were executed, and what the pure choices would have cost by estimate.
#pragma once

#include <string>
#include <vector>

#include "report/run_record.h"

namespace ranvier::report {

/// Stages next to each other in the program that ran on the same engine.
struct EngineRun {
  mapper::Engine engine{};
  std::string first, last;  // names
  std::int64_t stages = 0;
  std::string text() const;  // "block0.q to block0.mix"
};
std::vector<EngineRun> engine_runs(const RunRecord& record);

/// True where there is more to say than that all stages spiked by default.
bool engines_matter(const RunRecord& record);

/// What an alternative would have cost, or why it is none; for tables.
struct AlternativeText {
  std::string name, latency, energy, edp;
  std::string simulated_latency, simulated_energy;  // of the first image; empty: not simulated
  std::string note;
};
std::vector<AlternativeText> alternative_texts(const RunRecord& record);

inline constexpr const char* kAlternativesNote =
    "Latency and energy of an image as the analytic cost model estimates them before anything runs, on typical event "
    "counts; simulated: the first image alone, to decide between the pure choices and the best by the estimate.";

/// For the terminal; empty where engines do not matter.
std::string engines_text(const RunRecord& record, bool colour);

}  // namespace ranvier::report
