// SPDX-License-Identifier: Apache-2.0
// What ranvier rtl calibrate found, as text and as JSON, beside the numbers of a chip file.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "chips/chip.h"
#include "rtl/calibrate/cycle_fit.h"
#include "rtl/calibrate/toggle_report.h"

namespace ranvier::cli {

struct CycleReport {
  rtl::CycleCosts raw, costs;
  std::size_t fitted = 0;
  rtl::CycleJudgement judged;
};

/// rv_hybrid_core's cycles follow from its page by a formula without fitted numbers; random tiles are held to it.
struct HybridCycleReport {
  std::int32_t tiles = 0;
  std::int64_t cycles = 0;
  std::int64_t events = 0;
  std::string mismatch;  // the first; empty: every event and every tick took what the formula says
};

struct CalibrationReport {
  CycleReport cycles;
  HybridCycleReport hybrid_cycles;
  rtl::ToggleReport toggles;                      // of rv_spike_core
  std::vector<rtl::ToggleReport> hybrid_toggles;  // of rv_hybrid_core, by sort of tile
};

/// Where the chip file's numbers come from.
struct ChipFile {
  chips::Chip chip;
  bool graded = false;  // a synaptic add is a multiply-add
};

nlohmann::ordered_json calibration_json(const CalibrationReport& report, const ChipFile& file);

void print_calibration(const CalibrationReport& report, const ChipFile& file);

/// Cycles are equal and no judged window of toggles is further off than the bound; every sort of tile has been judged.
bool within_bounds(const CalibrationReport& report);

inline constexpr double kToggleBound = 0.10;  // of any judged window

}  // namespace ranvier::cli
