// SPDX-License-Identifier: Apache-2.0
// Which tiles a user means by "block1.fc1" or "core:12": those that run on a Verilated core.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "mapper/mapping.h"

namespace ranvier::sim {

/// Tiles of the layer or core that `selection` names, ascending. Only linear stages with an encoder have RTL, and of
/// them only tiles that hold all inputs. Throws UnknownLayer, UnknownCore, NotOnRtl (sim/errors.h).
std::vector<TileId> select_tiles(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                                 std::string_view selection);

/// "block1.fc1 (tile 17)".
std::string tile_name(const mapper::MappingProblem& problem, TileId tile);

/// "linear", "layer_norm", "scores", ...
std::string_view kind_name(workloads::StageKind kind);

}  // namespace ranvier::sim
