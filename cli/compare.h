// SPDX-License-Identifier: Apache-2.0
// What `ranvier chips compare` is asked for.
#pragma once

#include <string>
#include <vector>

#include "cli/common.h"

namespace ranvier::cli {

struct CompareOptions {
  Common common;
  std::string workload;
  std::vector<std::string> targets;  // none: default_comparison()
  std::string schedule = "staged-graded";
  std::string fidelity = "analytic";
  std::string preset = "compact";
  std::string objective = "energy";  // that engines are chosen for
  std::size_t images = 1;
  bool force = false;
  std::string out;  // folder for JSON, CSV and page; empty: none
};

/// One target of each family, and a chip with a device beside it.
std::vector<std::string> default_comparison();

void add_compare_verb(CLI::App& chips, Context& context);

}  // namespace ranvier::cli
