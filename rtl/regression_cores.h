// SPDX-License-Identifier: Apache-2.0
// The cores that `ranvier rtl test` runs. To join: write a RegressionCore (rtl/regression.h), declare its factory in a
// header of your own, add a line to rtl/regression_cores.cpp, floors to rtl/coverage/<core>.yaml, testpoints to rtl/testplan/<core>.yaml.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "rtl/regression.h"

namespace ranvier::rtl {

struct RegressionEntry {
  std::string_view name;  // of the top module
  /// Registers and memories of the check build start with random values drawn from `init`.
  std::unique_ptr<RegressionCore> (*make)(std::uint32_t init);
};

std::span<const RegressionEntry> regression_cores();

}  // namespace ranvier::rtl
