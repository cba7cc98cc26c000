// SPDX-License-Identifier: Apache-2.0
// The trained approximators of method ei-if as their file holds them (workloads/train/ei_if.py writes it).
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "workloads/methods/ei_if_custom_neuron.h"

namespace ranvier::workloads {

struct Approximators {
  std::map<std::string, SnnActivation> activations;  // "silu", "gelu", "gelu_tanh", "quick_gelu"
  SnnSquare square;
  SnnRoot root;
};

/// Every integer within +-2^30, lists of steps of 1 to 64. Throws ApproximatorFileError; `file` is for messages.
Approximators parse_approximators(const std::string& text, const std::string& file);
/// The bundled file. Throws FileMissing, ApproximatorFileError.
Approximators load_approximators();

}  // namespace ranvier::workloads
