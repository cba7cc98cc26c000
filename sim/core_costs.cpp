// SPDX-License-Identifier: Apache-2.0
#include "sim/core_costs.h"

#include <algorithm>

namespace ranvier::sim {

CoreCosts::CoreCosts(const chips::CoreKind& core, bool reads_weights)
    : core_(&core),
      reads_words_(reads_weights && core.synapse_words_per_cycle.value > 0),
      synapse_(core.synapse_cycles.value),
      synapse_conv_(core.synapse_conv_cycles.value),
      synapse_sparse_(core.synapse_sparse_cycles.value),
      soma_active_(core.soma_active_cycles.value),
      spike_(core.spike_cycles.value),
      decode_(core.event_decode_cycles.value),
      lanes_(std::max<std::int64_t>(1, core.lanes.value)),
      soma_(core.soma_cycles.value),
      map_(core.map_cycles.value),
      emit_(core.emit_cycles.value),
      bulk_bytes_per_cycle_(core.bulk_bytes_per_cycle.value) {}

}  // namespace ranvier::sim
