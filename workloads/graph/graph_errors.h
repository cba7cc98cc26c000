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

/// A network whose structure conversion cannot express: the first node where it differs, what is there and what would
/// be known in its place.
struct UnknownStructure : Error {
  UnknownStructure(const std::string& graph_, const std::string& node_, const std::string& found_,
                   const std::string& known_);
  std::string graph;
  std::string node;
  std::string found;
  std::string known;
};

/// A recognised network that does not compute what its graph computes: `gap` is relative to the largest logit.
struct RecognitionDiffers : Error {
  RecognitionDiffers(const std::string& graph_, const std::string& node_, double gap_, double limit_);
  std::string graph;
  std::string node;
  double gap = 0;
  double limit = 0;
};

}  // namespace ranvier::workloads
