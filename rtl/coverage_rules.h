// SPDX-License-Identifier: Apache-2.0
// Coverage floors of a core and the toggle points that do not count, each with its reason: rtl/coverage/<core>.yaml.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "rtl/coverage_data.h"

namespace ranvier::rtl {

/// Toggle points of one file whose signal, or instance and signal, match; `*` stands for any run of characters.
struct CoverageExclusion {
  std::string file;    // "rv_spike_core.sv"
  std::string signal;  // "cfg_addr_i[*]", "mem_q[*]"
  std::string scope;   // instance path; "*" for all
  std::string reason;
};

struct CoverageRules {
  CoverageFloors floors;
  bool by_module = false;  // toggles: the union over instances of a module, not each instance for itself
  std::vector<CoverageExclusion> exclusions;
};

/// Throws RtlDataError; a core without a file has no rules and cannot be judged: RtlFileError.
CoverageRules read_coverage_rules(const std::filesystem::path& file);

/// Fills the coverage of `core` from a check build's data.
void apply_coverage(const CoverageData& data, const CoverageRules& rules, CoreRegression& core);

/// `pattern` with `*` against all of `text`.
bool matches(const std::string& pattern, const std::string& text);

}  // namespace ranvier::rtl
