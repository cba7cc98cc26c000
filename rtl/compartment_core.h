// SPDX-License-Identifier: Apache-2.0
// rv_spike_core as the core model of a tile of compartments (kLif): IF and CUBA neurons.
#pragma once

#include <memory>

#include "rtl/compartment_tile.h"
#include "rtl/spike_core_port.h"

namespace ranvier::rtl {

/// `tile` fits: its why_not is empty. Methods throw RtlOverflow and EventNotSupported (rtl/errors.h).
std::unique_ptr<sim::CoreModel> make_compartment_core(const sim::TileSpec& spec, CompartmentTile tile,
                                                      std::unique_ptr<SpikeCorePort> port);

}  // namespace ranvier::rtl
