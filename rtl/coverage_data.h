// SPDX-License-Identifier: Apache-2.0
// Verilator's coverage file ("C '\001key\002value...' count" lines) read back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "rtl/regression.h"

namespace ranvier::rtl {

struct CoverageData {
  std::vector<CoverPoint> lines;    // "file:line", lines and branches; the sum over instances and parameters
  std::vector<CoverPoint> toggles;  // "file:line signal bit"
  std::vector<CoverPoint> covers;   // cover statements, "file:line"
};

/// Throws RtlFileError when it cannot be read or has a line of another form.
CoverageData read_coverage(const std::filesystem::path& path);

/// Share of points that were hit; 1 when there are none.
double covered(const std::vector<CoverPoint>& points);

}  // namespace ranvier::rtl
