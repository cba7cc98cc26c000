// SPDX-License-Identifier: Apache-2.0
// What can go wrong between a canonical graph and its values or its structure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace ranvier::workloads {

/// Values given to a graph whose number or shape is not that of its inputs. `input`: its number; -1: how many there
/// are.
struct GraphInputMismatch : Error {
  GraphInputMismatch(const std::string& graph_, std::int64_t input_, std::vector<std::int64_t> expected_,
                     std::vector<std::int64_t> got_);
  std::string graph;
  std::int64_t input = 0;
  std::vector<std::int64_t> expected;
  std::vector<std::int64_t> got;
};

}  // namespace ranvier::workloads
