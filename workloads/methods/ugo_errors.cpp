// SPDX-License-Identifier: Apache-2.0
// The lines that users read when universal group operators cannot be had.
#include "workloads/methods/ugo_errors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ranvier::workloads {

UgoFileError::UgoFileError(const std::string& file_, const std::string& entry_, const std::string& what_is_wrong)
    : Error(ExitCode::kBadInput,
            entry_.empty()
                ? fmt::format("{}: {}; write it with workloads/train/ugo_train.py", file_, what_is_wrong)
                : fmt::format("{}: {}: {}; write it with workloads/train/ugo_train.py", file_, entry_, what_is_wrong)),
      file(file_),
      entry(entry_) {}

UgoNotTrained::UgoNotTrained(const std::string& function_, int hidden_, std::span<const int> sizes)
    : Error(ExitCode::kBadInput,
            fmt::format("no universal group operator of {} hidden units for '{}': trained are {}; take one of these",
                        hidden_, function_, sizes.empty() ? "none" : fmt::format("{}", fmt::join(sizes, ", ")))),
      function(function_),
      hidden(hidden_) {}

TooManyUgoSteps::TooManyUgoSteps(int most_)
    : Error(ExitCode::kUsage,
            fmt::format("universal group operators run for {} steps at most; take fewer, or tables", most_)),
      most(most_) {}

BadUgoOption::BadUgoOption(const std::string& option_, const std::string& got_, const std::string& expected_)
    : Error(ExitCode::kUsage, fmt::format("option '{}' is '{}': expected {}", option_, got_, expected_)),
      option(option_),
      got(got_) {}

}  // namespace ranvier::workloads
