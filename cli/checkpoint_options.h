// SPDX-License-Identifier: Apache-2.0
// --checkpoint every=100,seconds=30
#pragma once

#include <cstdint>
#include <string>

#include "cli/common.h"

namespace ranvier::cli {

struct CheckpointOptions {
  bool on = true;
  bool given = false;            // else it is switched off where it cannot be
  std::int64_t every_steps = 0;  // 0: steps do not matter
  double every_seconds = 30;     // of wall time; 0: time does not matter
};

void add_checkpoint_options(CLI::App& verb, CheckpointOptions& options);

/// "off", or "every=N" and "seconds=S", each at most once; what is not named does not matter. Throws UsageError.
CheckpointOptions parse_checkpoint(const std::string& text);

}  // namespace ranvier::cli
