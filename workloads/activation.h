// SPDX-License-Identifier: Apache-2.0
// The activation functions of the networks that conversion takes, in double: tables are made of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "workloads/vit_config.h"

namespace ranvier::workloads {

inline double activation_value(Activation kind, double x) {
  switch (kind) {
    case Activation::kGelu:
      return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2));
    case Activation::kGeluTanh:  // Hendrycks and Gimpel, 2016
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    case Activation::kQuickGelu:  // CLIP
      return x / (1 + std::exp(-1.702 * x));
    case Activation::kRelu:
      break;
  }
  return std::max(x, 0.0);
}

}  // namespace ranvier::workloads
