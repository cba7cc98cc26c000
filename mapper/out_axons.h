// SPDX-License-Identifier: Apache-2.0
// Out axons on unicast chips before anything is placed: a core holds one entry for each of its neurons and each core
// that the neuron sends to.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// By tile, as if each destination tile had a core of its own; 0 for tiles that send nothing. Neurons are contexts of
/// kLif stages, channels else. Once placed there may be fewer, never more (routes.h counts those).
std::vector<std::int64_t> most_out_axons(const workloads::Program& program, const std::vector<Tile>& tiles,
                                         const std::vector<Flow>& flows);

}  // namespace ranvier::mapper
