// SPDX-License-Identifier: Apache-2.0
// Errors of universal group operators: files of networks, and networks that nobody trained.
#pragma once

#include <span>
#include <string>

#include "base/error.h"

namespace ranvier::workloads {

struct UgoFileError : Error {
  UgoFileError(const std::string& file_, const std::string& entry_, const std::string& what_is_wrong);
  std::string file;
  std::string entry;  // "networks[3]"; empty: the whole file
};

struct UgoNotTrained : Error {
  UgoNotTrained(const std::string& function_, int hidden_, std::span<const int> sizes);
  std::string function;
  int hidden = 0;
};

/// Potentials of hidden neurons would leave their width.
struct TooManyUgoSteps : Error {
  explicit TooManyUgoSteps(int most_);
  int most = 0;
};

struct BadUgoOption : Error {
  BadUgoOption(const std::string& option_, const std::string& got_, const std::string& expected_);
  std::string option;
  std::string got;
};

}  // namespace ranvier::workloads
