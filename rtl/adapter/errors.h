// SPDX-License-Identifier: Apache-2.0
// What can go wrong with a core from a library. docs/how-to/add-a-core-rtl.md lists them with their exit codes.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "base/error.h"
#include "rtl/adapter/ranvier_core.h"
#include "sim/core_model.h"

namespace ranvier::rtl {

/// The file is missing or the dynamic linker refuses it.
struct CoreLibraryNotLoaded : Error {
  CoreLibraryNotLoaded(const std::string& path, const std::string& why)
      : Error(ExitCode::kBadInput,
              fmt::format("{}: not a library that can be loaded ({}); build it with -shared -fPIC, "
                          "link all that it calls into it, and give its path",
                          path, why)),
        library(path) {}
  std::string library;
};

/// A function of ranvier_core.h that every library defines is not there.
struct CoreSymbolMissing : Error {
  CoreSymbolMissing(const std::string& path, const std::string& symbol_name)
      : Error(ExitCode::kBadInput,
              fmt::format("{}: no function {}; define all of rtl/adapter/ranvier_core.h that is not "
                          "optional, as extern \"C\" and visible (RANVIER_CORE_EXPORT)",
                          path, symbol_name)),
        library(path),
        symbol(symbol_name) {}
  std::string library;
  std::string symbol;
};

struct CoreAbiMismatch : Error {
  CoreAbiMismatch(const std::string& path, std::uint32_t of_library)
      : Error(ExitCode::kBadInput,
              fmt::format("{}: built for version {} of rtl/adapter/ranvier_core.h, this is version "
                          "{}; build it with the header of this installation",
                          path, of_library, RANVIER_CORE_ABI)),
        library(path),
        version(of_library) {}
  std::string library;
  std::uint32_t version;
};

/// ranvier_core_describe() says what no core can be.
struct CoreDescriptionInvalid : Error {
  CoreDescriptionInvalid(const std::string& path, const std::string& field_name, std::int64_t value,
                         const std::string& range)
      : Error(ExitCode::kBadInput,
              fmt::format("{}: ranvier_core_describe: {} is {}, must be {}", path, field_name, value, range)),
        library(path),
        field(field_name) {}
  std::string library;
  std::string field;
};

/// A call did not come back with RANVIER_CORE_OK.
struct CoreCallFailed : Error {
  CoreCallFailed(const std::string& path, const std::string& call_name, const std::string& why)
      : Error(ExitCode::kFunctionalMismatch, fmt::format("{}: {}: {}", path, call_name, why)),
        library(path),
        call(call_name) {}
  std::string library;
  std::string call;
};

/// The core does not become ready or idle.
struct CoreNotReady : CoreCallFailed {
  CoreNotReady(const std::string& path, const std::string& call_name, std::uint64_t cycles_waited)
      : CoreCallFailed(path, call_name,
                       fmt::format("not ready after {} cycles; is the core out of reset and every event acknowledged? "
                                   "raise timeout_cycles in ranvier_core_describe if it is only slow",
                                   cycles_waited)),
        cycles(cycles_waited) {}
  std::uint64_t cycles;
};

/// The tile is beyond what the core's description says.
struct TileBeyondCore : Error {
  TileBeyondCore(const std::string& core_name, const std::string& stage_name, const std::string& why)
      : Error(ExitCode::kUsage,
              fmt::format("stage '{}' cannot run on {}: {}; leave it out of --rtl or cut the stage into "
                          "smaller tiles",
                          stage_name, core_name, why)),
        stage(stage_name),
        reason(why) {}
  std::string stage;
  std::string reason;
};

/// An event outside the tile's ranges, or a partial sum for a core that takes none.
struct EventBeyondCore : Error {
  EventBeyondCore(const std::string& core_name, const std::string& stage_name, const sim::Event& e)
      : Error(ExitCode::kInternal,
              fmt::format("stage '{}': event (token {}, channel {}, value {}, port {}) does not fit "
                          "its tile on {}; check the tile's flows",
                          stage_name, e.token, e.channel, e.value, e.port, core_name)),
        stage(stage_name),
        event(e) {}
  std::string stage;
  sim::Event event;
};

}  // namespace ranvier::rtl
