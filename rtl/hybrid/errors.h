// SPDX-License-Identifier: Apache-2.0
// What can go wrong when a tile runs on rv_hybrid_core.
#pragma once

#include <string>

#include "base/error.h"
#include "sim/core_model.h"

namespace ranvier::rtl {

/// The stage kind or size is beyond what rv_hybrid_core computes.
struct HybridTileNotSupported : Error {
  HybridTileNotSupported(const std::string& stage_name, const std::string& why)
      : Error(ExitCode::kUsage, "stage '" + stage_name + "' cannot run on rv_hybrid_core: " + why +
                                    "; leave it out of --rtl or cut the stage into other tiles"),
        stage(stage_name),
        reason(why) {}
  std::string stage;
  std::string reason;
};

/// A value left the width of its memory or unit. Conversion proves that this cannot happen, so the program or an event
/// is wrong.
struct HybridOverflow : Error {
  explicit HybridOverflow(const std::string& stage_name)
      : Error(ExitCode::kFunctionalMismatch,
              "stage '" + stage_name + "': a value left its width in rv_hybrid_core; convert the model again"),
        stage(stage_name) {}
  std::string stage;
};

/// An event outside the tile's ranges, or with a payload wider than the core's port.
struct HybridEventNotSupported : Error {
  HybridEventNotSupported(const std::string& stage_name, const sim::Event& e)
      : Error(ExitCode::kInternal, "stage '" + stage_name + "': event (token " + std::to_string(e.token) +
                                       ", channel " + std::to_string(e.channel) + ", value " + std::to_string(e.value) +
                                       ", port " + std::to_string(e.port) +
                                       ") does not fit rv_hybrid_core; check the tile's flows"),
        stage(stage_name),
        event(e) {}
  std::string stage;
  sim::Event event;
};

}  // namespace ranvier::rtl
