// SPDX-License-Identifier: Apache-2.0
// What can be wrong with a network of the rate family or a run of it.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace ranvier::workloads {

/// A program that is to run in rate semantics but was not made for it.
struct NotARateProgram : Error {
  NotARateProgram(const std::string& program, const std::string& stage, const std::string& what_is_wrong);
  std::string stage;
};

/// After so many steps a residual could leave its width.
struct TooManyRateSteps : Error {
  TooManyRateSteps(const std::string& program, const std::string& stage, std::int64_t steps, std::int64_t most);
  std::string stage;
  std::int64_t steps;
  std::int64_t most;
};

/// An option of `sta`, `ecmt` or `rate` outside its range.
struct BadRateOption : Error {
  BadRateOption(const std::string& method, const std::string& option, const std::string& given,
                const std::string& allowed);
  std::string option;
};

}  // namespace ranvier::workloads
