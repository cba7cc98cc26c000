// SPDX-License-Identifier: Apache-2.0
// The RTL core rv_hybrid_core behind the core interface of the chip simulation: one Verilated instance a tile, woken by
// events and clocked until idle, so an idle tile costs nothing.
#pragma once

#include <memory>

#include "rtl/hybrid/hybrid_port.h"
#include "sim/core_model.h"

namespace ranvier::rtl {

/// A Verilated core loaded with the tile; hybrid_stage.h says which tiles it can run. Throws HybridTileNotSupported;
/// the methods throw HybridOverflow and HybridEventNotSupported (rtl/hybrid/errors.h).
std::unique_ptr<sim::CoreModel> make_hybrid_core(const sim::TileSpec& spec);
/// The same on a port of the caller's choice.
std::unique_ptr<sim::CoreModel> make_hybrid_core(const sim::TileSpec& spec, std::unique_ptr<HybridCorePort> port);

}  // namespace ranvier::rtl
