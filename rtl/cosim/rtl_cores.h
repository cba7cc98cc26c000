// SPDX-License-Identifier: Apache-2.0
// The RTL cores that the chip simulation may use, and which of them runs a tile.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/core_model.h"

namespace ranvier::rtl {

struct RtlCore {
  std::string name;  // of its top module
  /// Why it cannot run a tile, in one sentence; empty: it can.
  std::function<std::string(const sim::TileSpec&)> why_not;
  sim::CoreFactory make;
};

/// In order of preference: the smallest first.
const std::vector<RtlCore>& rtl_cores();

/// Why none runs the tile: what each says; empty: one does.
std::string why_no_rtl_core(const sim::TileSpec& spec);

/// The first that runs the tile. Throws TileNotSupported (rtl/errors.h) where none does.
std::unique_ptr<sim::CoreModel> make_rtl_core(const sim::TileSpec& spec);

}  // namespace ranvier::rtl
