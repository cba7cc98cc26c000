// SPDX-License-Identifier: Apache-2.0
// What can be wrong with a conversion by ei-if and with the file of its approximators.
#pragma once

#include <string>

#include "base/error.h"

namespace ranvier::workloads {

/// The network has something that the method has no unit for.
struct EiIfUnsupported : Error {
  EiIfUnsupported(const std::string& network_, const std::string& missing_);
  std::string network;
  std::string missing;
};

/// T of the windows.
struct EiIfStepsOutOfRange : Error {
  EiIfStepsOutOfRange(int steps_, int most_);
  int steps = 0;
  int most = 0;
};

/// approximators.json is not what ei_if.py writes; `place` is a path of keys in it.
struct ApproximatorFileError : Error {
  ApproximatorFileError(const std::string& file_, const std::string& place_, const std::string& expected);
  std::string file;
  std::string place;
};

}  // namespace ranvier::workloads
