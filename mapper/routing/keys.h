// SPDX-License-Identifier: Apache-2.0
// Routing keys of tree chips: a block a source tile, in it a block a flow, in that a key an event.
#pragma once

#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper::routing {

inline constexpr int kKeyBits = 32;

/// Keys by flow; mask 0 for flows without a tree. Blocks are powers of two; those of a tile are equally large, so that
/// tiles with alike destinations differ in few bits of their keys. Throws DoesNotFit where 2^32 keys are too few.
std::vector<KeyBlock> assign_keys(const MappingProblem& problem, const std::vector<Route>& routes);

inline bool overlap(const KeyBlock& a, const KeyBlock& b) { return ((a.key ^ b.key) & a.mask & b.mask) == 0; }

/// The smallest block that holds both.
inline KeyBlock join(const KeyBlock& a, const KeyBlock& b) {
  const std::uint32_t mask = a.mask & b.mask & ~(a.key ^ b.key);
  return {a.key & mask, mask};
}

}  // namespace ranvier::mapper::routing
