// SPDX-License-Identifier: Apache-2.0
// Numbers for people, each with its unit. Files for machines use plain integers and the unit in the key instead.
#pragma once

#include <cstdint>
#include <string>

#include "base/quantities.h"

namespace ranvier::report {

/// Three or four significant digits and the prefix that fits: "12.3 nJ", "0 J".
std::string engineering(double value_in_base_unit, const std::string& unit);

std::string energy_text(Energy energy);
std::string energy_text(double joules);
std::string duration_text(Duration duration);

/// One prefix for a whole column, so that its numbers can be compared at a glance.
struct Scale {
  double factor = 1;  // base units to shown units
  std::string unit;   // with its prefix
  std::string text(double value_in_base_unit) const;
};
Scale scale_for(double largest_in_base_unit, const std::string& unit);

/// "1,234,567"
std::string count_text(std::int64_t count);
std::string count_text(Energy attojoules);

/// "12.3 %"; `digits` after the point.
std::string percent_text(double fraction, int digits = 1);

/// All digits, however many: "12345678901234567890".
std::string attojoule_text(Energy energy);

/// part / whole, 0 where whole is 0.
double share(double part, double whole);
double share(Energy part, Energy whole);

/// whole / count rounded to nearest, 0 where count is 0: for means that are shown, never for sums.
Energy mean(Energy whole, std::int64_t count);

}  // namespace ranvier::report
