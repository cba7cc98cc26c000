// SPDX-License-Identifier: Apache-2.0
// A board back into YAML: what a run folder keeps as config.resolved.yaml.
#pragma once

#include <string>

#include "chips/chip.h"

namespace ranvier::chips {

/// A board file with its chip inside, every number in long form with its own tag and source. load_target() of it gives
/// an equal board, but for file names and line numbers.
std::string resolved_yaml(const Board& board);

/// A device file, in the same way.
std::string resolved_yaml(const Device& device);

}  // namespace ranvier::chips
