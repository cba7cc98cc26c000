// SPDX-License-Identifier: Apache-2.0
// What rv_spike_core is loaded with for a tile of compartments (kLif): synapse lists by axon for convolutions, pooling,
// dense, sparse and recurrent synapses, and the neurons' registers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rtl/core_tile.h"
#include "sim/core_model.h"

namespace ranvier::rtl {

struct CompartmentTile {
  CoreTile core;
  std::vector<std::int32_t> first_source;  // by port
  std::int32_t channels_in = 0;            // of convolutions: source = token * channels_in + channel
  std::vector<std::int32_t> axon_of;       // by source; those that reach nothing share axon 0, which has no synapses
  std::vector<std::int64_t> synapses;      // by axon
  std::string why_not;                     // it does not fit the core, and why; else empty

  std::int32_t source_of(const sim::Event& event) const {
    const std::int32_t first = first_source[static_cast<std::size_t>(event.port)];
    return channels_in > 0 ? event.token * channels_in + event.channel : first + event.channel;
  }
};

CompartmentTile compartment_tile(const sim::TileSpec& spec, const CoreLimits& limits = kCoreLimits);

}  // namespace ranvier::rtl
