// SPDX-License-Identifier: Apache-2.0
// Random transformers with inputs to calibrate and run them on, for tests of the rate family.
#pragma once

#include <string>
#include <vector>

#include "tests/workloads/made_model.h"
#include "workloads/methods/rate_convert.h"

namespace ranvier::workloads {

struct Made {
  VitModel model;
  std::vector<std::vector<std::int32_t>> inputs;
};

inline Made made(std::uint64_t seed, const VitConfig& config = small_config()) {
  Made m{random_model(seed, config), {}};
  for (std::uint64_t i = 0; i < 12; ++i)
    m.inputs.push_back(input_codes(m.model, random_pixels(seed, i, config.image).data()));
  return m;
}

inline RateOptions options_of(const std::string& method, int steps) {
  RateOptions options;
  options.method = method;
  options.steps = steps;
  return options;
}

}  // namespace ranvier::workloads
