// SPDX-License-Identifier: Apache-2.0
// Verilator's coverage file ("C '\001key\002value...' count" lines) read back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "rtl/regression.h"

namespace ranvier::rtl {

/// One bit of one instance.
struct TogglePoint {
  std::string file;
  std::int64_t line = 0;
  std::string scope;   // "core.rv_spike_core.u_fifo"
  std::string signal;  // "level_q[3]"
  std::int64_t hits = 0;
};

struct CoverageData {
  std::vector<CoverPoint> lines;     // "file:line", lines and branches; the sum over instances and parameters
  std::vector<TogglePoint> toggles;  // in the order of the file
  std::vector<CoverPoint> covers;    // cover statements, their label or "file:line"; the sum over instances
};

/// Throws RtlFileError when it cannot be read or has a line of another form.
CoverageData read_coverage(const std::filesystem::path& path);

/// Share of points that were hit; 1 when there are none.
double covered(const std::vector<CoverPoint>& points);

}  // namespace ranvier::rtl
