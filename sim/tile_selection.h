// SPDX-License-Identifier: Apache-2.0
// Which tiles a user means by "block1.fc1", "block1.*", "core:12" or "all": those that run on a Verilated core.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "mapper/mapping.h"
#include "sim/core_model.h"

namespace ranvier::sim {

/// Why no RTL core runs a tile; empty: one does. What RTL there is, sim does not know.
using RtlRefusal = std::function<std::string(const TileSpec&)>;

/// Tiles that `selection` names and RTL runs, ascending: "core:12", a layer, layers by a pattern ("block1.*"), or
/// "all". Throws UnknownLayer, UnknownCore, NotOnRtl (sim/errors.h).
std::vector<TileId> select_tiles(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                                 std::string_view selection, const RtlRefusal& why_not);

/// Throws what select_tiles() would of a layer or a core that does not exist, before there is a mapping.
void check_selection(const workloads::Program& program, std::uint64_t cores, std::string_view selection);

/// What a core model is told of a tile.
TileSpec tile_spec(const mapper::MappingProblem& problem, TileId tile);

/// "block1.fc1 (tile 17)".
std::string tile_name(const mapper::MappingProblem& problem, TileId tile);

/// "linear", "layer_norm", "scores", ...
std::string_view kind_name(workloads::StageKind kind);

}  // namespace ranvier::sim
