// SPDX-License-Identifier: Apache-2.0
// The RTL core rv_spike_core behind the core interface of the chip simulation: one Verilated instance a tile, woken by
// events and clocked until idle, so an idle tile costs nothing.
#pragma once

#include <memory>
#include <string>

#include "sim/core_model.h"

namespace ranvier::rtl {

/// Parameters of rv_spike_core, as built unless said otherwise: the largest tile, and how memories are laid out.
/// docs/reference/rv-spike-core.md lists what else a tile must obey.
struct CoreLimits {
  std::int32_t neurons = 256;
  std::int32_t axons = 256;
  std::int32_t tokens = 64;
  std::int32_t lanes = 16;
  std::int32_t fifo = 16;
  std::int32_t weight_bits = 9;
  std::int32_t sources = 4096;       // axons of a tile with synapse lists
  std::int32_t list_entries = 4096;  // of all its lists
  friend bool operator==(const CoreLimits&, const CoreLimits&) = default;
};
inline constexpr CoreLimits kCoreLimits;

struct CoreTile;  // core_tile.h

/// Why rv_spike_core cannot run this tile, in one sentence; empty when it can.
std::string why_not_supported(const sim::TileSpec& spec);

/// A Verilated core loaded with the tile: Linear stages, the head included (it never fires), whole or with partial sums
/// arriving. Throws TileNotSupported; the methods throw RtlOverflow and EventNotSupported (rtl/errors.h).
std::unique_ptr<sim::CoreModel> make_verilated_core(const sim::TileSpec& spec);

/// The same with other contents of its memories: a fault to be found.
std::unique_ptr<sim::CoreModel> make_verilated_core(const sim::TileSpec& spec, const CoreTile& loaded);

}  // namespace ranvier::rtl
