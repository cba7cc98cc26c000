// SPDX-License-Identifier: Apache-2.0
// What can go wrong for a user. Each failure is one struct with the ids and numbers of the culprit; what() is one line
// that names the file or thing, the place in it, and the fix. The command line turns `exit_code` into the process's.
#pragma once

#include <stdexcept>
#include <string>

namespace ranvier {

/// Documented in docs/reference/exit-codes.md; the first four follow VPR.
enum class ExitCode : int {
  kOk = 0,
  kInternal = 1,
  kDoesNotFit = 2,
  kInterrupted = 3,
  kUsage = 4,
  kBadInput = 5,
  kFunctionalMismatch = 6,
  kRegression = 7,
};

/// Control characters become "?", and a very long text is cut: names out of files are repeated in messages.
std::string one_line(std::string text);

struct Error : std::runtime_error {
  Error(ExitCode code, const std::string& line) : std::runtime_error(one_line(line)), exit_code(code) {}
  ExitCode exit_code;
};

/// A place in a text file; line and column count from 1, 0 when unknown.
struct FilePlace {
  std::string file;
  int line = 0;
  int column = 0;
  std::string text() const {
    std::string s = file;
    if (line > 0) s.append(":").append(std::to_string(line)).append(":").append(std::to_string(column));
    return s;
  }
};

}  // namespace ranvier
