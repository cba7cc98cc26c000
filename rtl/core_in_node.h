// SPDX-License-Identifier: Apache-2.0
// rv_spike_core as it stands in rv_core_node: the Verilated core, and the cycles of the queues around it.
#pragma once

#include "rtl/core_tile.h"
#include "sim/core_pipeline.h"

namespace ranvier::rtl {

/// Of rv_core_node. Start: the cycle in which the core takes the step. Receive: the look-up in the receive table, the
/// receive queue and the core's own. The sending queue adds nothing: an event is in it when its emission is paid.
inline constexpr sim::CorePipeline kNodePipeline{1, 3, kDrainCycles};

/// As make_verilated_core(), of linear stages; the drain is the pipeline's, not charged to the next fire().
std::unique_ptr<sim::CoreModel> make_core_in_node(const sim::TileSpec& spec);

}  // namespace ranvier::rtl
