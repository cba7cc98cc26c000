// SPDX-License-Identifier: Apache-2.0
// Work of tiles that do not run on events alone: dense mode of the chip's cores. (The device's: device_schedule.h.)
#pragma once

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// Multiply-adds of one firing in dense mode: every value of the tile's input window, zeros too. A table look-up is
/// none.
std::int64_t dense_products_of(const workloads::Program& program, const Tile& tile);

/// Cycles of them on the chip's cores.
std::int64_t dense_product_cycles(const chips::CoreKind& core, std::int64_t products);

/// True where the tile puts out every value, zero or not: it feeds a tile in dense mode and is in it itself.
std::vector<bool> sends_zeros(const MappingProblem& problem);

/// Replaces the busy cycles of dense tiles (storing what arrives, products, soma, maps, emission) and offloaded ones
/// (none: they are on no core) in `problem.tile_cycles`.
void set_engine_cycles(MappingProblem& problem);

}  // namespace ranvier::mapper
