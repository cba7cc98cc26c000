// SPDX-License-Identifier: Apache-2.0
// A tile of a network on a core from a library, for the chip simulation.
#pragma once

#include <memory>
#include <string>

#include "rtl/adapter/core_library.h"
#include "sim/core_model.h"

namespace ranvier::rtl {

/// Why this library's core cannot run the tile, in one sentence; empty when it can.
std::string why_beyond(const ranvier_core_info& info, const sim::TileSpec& spec);

/// A core loaded with the tile: linear stages, the head included (it never fires). Throws TileBeyondCore; the methods
/// throw CoreNotReady, CoreCallFailed and EventBeyondCore (rtl/adapter/errors.h).
std::unique_ptr<sim::CoreModel> make_foreign_core(const std::shared_ptr<const CoreLibrary>& library,
                                                  const sim::TileSpec& spec);

/// One library, a core of it for every tile.
sim::CoreFactory foreign_core_factory(const std::shared_ptr<const CoreLibrary>& library);

}  // namespace ranvier::rtl
