// SPDX-License-Identifier: Apache-2.0
// Fewer flows for routing tables: spikes also go to cores that have no synapse for them.
#pragma once

#include <cstddef>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// Neurons of irregular networks differ in who listens to them, so that an exact table needs entries for each of them.
constexpr std::size_t kManyFlowsForTables = 64;  // a tile

/// Tree chips: flows of a tile become one flow to the destinations of all, as sPyNNaker routes the whole of a core's
/// neurons with one key and mask (Rowley et al., Front. Neuroinform. 2019; Rhodes et al., Front. Neurosci. 2018). A
/// core without a synapse for a spike looks it up and drops it. Only flows to tiles of sparse stages, and only where at
/// most kMostCopies times as many copies arrive; flow_events are summed. Returns whether any flow got wider.
bool widen_flows(MappingProblem& problem);
constexpr std::int64_t kMostCopies = 16;

}  // namespace ranvier::mapper
