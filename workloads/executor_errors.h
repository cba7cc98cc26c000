// SPDX-License-Identifier: Apache-2.0
// What can go wrong while a program is evaluated.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/ids.h"

namespace ranvier::workloads {

/// The input is not [tokens][channels] of the input stage.
struct InputCodesMismatch : Error {
  InputCodesMismatch(const std::string& program_name, std::size_t expected_codes, std::size_t given_codes)
      : Error(ExitCode::kBadInput,
              fmt::format("{}: input: {} codes given, the input stage takes {}; encode the image for this program",
                          program_name, given_codes, expected_codes)),
        program(program_name),
        expected(expected_codes),
        given(given_codes) {}
  std::string program;
  std::size_t expected;
  std::size_t given;
};

/// An input code is outside 0..Program::input_code_max.
struct InputCodeOutOfRange : Error {
  InputCodeOutOfRange(const std::string& program_name, std::size_t at, std::int32_t given, std::int32_t greatest)
      : Error(ExitCode::kBadInput,
              fmt::format("{}: input code {}: {} is outside 0..{}; encode the image for this program", program_name, at,
                          given, greatest)),
        program(program_name),
        index(at),
        code(given),
        code_max(greatest) {}
  std::string program;
  std::size_t index;
  std::int32_t code;
  std::int32_t code_max;
};

/// The network did not come to rest.
struct StepLimitReached : Error {
  StepLimitReached(const std::string& program_name, StageId first_busy, const std::string& first_busy_name,
                   std::int64_t step_limit)
      : Error(ExitCode::kBadInput,
              fmt::format("{}: {}: still firing after {} steps; raise the step limit or suppress less", program_name,
                          first_busy_name, step_limit)),
        program(program_name),
        stage(first_busy),
        stage_name(first_busy_name),
        limit(step_limit) {}
  std::string program;
  StageId stage;
  std::string stage_name;
  std::int64_t limit;
};

}  // namespace ranvier::workloads
