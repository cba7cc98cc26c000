// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/rate_errors.h"

#include <fmt/format.h>

namespace ranvier::workloads {

NotARateProgram::NotARateProgram(const std::string& program, const std::string& stage_name,
                                 const std::string& what_is_wrong)
    : Error(ExitCode::kBadInput,
            fmt::format("{}: {}: {}; convert it with method sta, ecmt or rate", program, stage_name, what_is_wrong)),
      stage(stage_name) {}

TooManyRateSteps::TooManyRateSteps(const std::string& program, const std::string& stage_name, std::int64_t given,
                                   std::int64_t at_most)
    : Error(ExitCode::kBadInput,
            fmt::format("{}: {}: in {} steps its residual could leave 31 bits; run at most {} steps", program,
                        stage_name, given, at_most)),
      stage(stage_name),
      steps(given),
      most(at_most) {}

BadRateOption::BadRateOption(const std::string& method, const std::string& option_name, const std::string& given,
                             const std::string& allowed)
    : Error(ExitCode::kUsage, fmt::format("{}: {} {} is not {}", method, option_name, given, allowed)),
      option(option_name) {}

}  // namespace ranvier::workloads
