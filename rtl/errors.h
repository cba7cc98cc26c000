// SPDX-License-Identifier: Apache-2.0
// What can go wrong when a tile runs on the RTL core.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "sim/core_model.h"

namespace ranvier::rtl {

/// The stage kind or size is beyond what rv_spike_core computes.
struct TileNotSupported : Error {
  TileNotSupported(const std::string& stage_name, const std::string& why)
      : Error(ExitCode::kUsage, "stage '" + stage_name + "' cannot run on rv_spike_core: " + why +
                                    "; leave it out of --rtl or cut the stage into smaller tiles"),
        stage(stage_name),
        reason(why) {}
  std::string stage;
  std::string reason;
};

/// A potential left its 24 bits. Conversion proves that this cannot happen, so the program or an event is wrong.
struct RtlOverflow : Error {
  RtlOverflow(const std::string& stage_name, std::int32_t token_index)
      : Error(ExitCode::kFunctionalMismatch, "stage '" + stage_name + "': a potential of token " +
                                                 std::to_string(token_index) +
                                                 " left the 24 bits of rv_spike_core; convert the model again"),
        stage(stage_name),
        token(token_index) {}
  std::string stage;
  std::int32_t token;
};

/// An event outside the tile's ranges, or with a payload wider than the core's port.
struct EventNotSupported : Error {
  EventNotSupported(const std::string& stage_name, const sim::Event& e)
      : Error(ExitCode::kInternal, "stage '" + stage_name + "': event (token " + std::to_string(e.token) +
                                       ", channel " + std::to_string(e.channel) + ", value " + std::to_string(e.value) +
                                       ", port " + std::to_string(e.port) +
                                       ") does not fit rv_spike_core; check the tile's flows"),
        stage(stage_name),
        event(e) {}
  std::string stage;
  sim::Event event;
};

/// A coverage or waveform file could not be written or read back.
struct RtlFileError : Error {
  RtlFileError(const std::string& path, const std::string& what_failed)
      : Error(ExitCode::kBadInput, path + ": " + what_failed), file(path) {}
  std::string file;
};

}  // namespace ranvier::rtl
