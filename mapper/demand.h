// SPDX-License-Identifier: Apache-2.0
// What of a core's resources a tile takes. The only place of these formulas; docs/explanation/mapping.md has the table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chips/chip.h"
#include "mapper/mapping.h"

namespace ranvier::mapper {

/// Bytes of state that a token context of the tile takes, and bytes that all its tokens have in common.
struct StateBytes {
  std::int64_t context = 0;
  std::int64_t common = 0;  // key and value codes of kScores and kMix
};
StateBytes state_bytes(const workloads::Program& program, const Tile& tile);

Demand demand_of(const workloads::Program& program, const chips::CoreKind& core, const Tile& tile);

/// Sums. Tiles of a core take their turns at its receive buffer: `receive_bytes` is the largest, and stays when a tile
/// leaves, which is safe because each fits alone.
Demand operator+(const Demand& a, const Demand& b);
Demand& operator+=(Demand& a, const Demand& b);
Demand& operator-=(Demand& a, const Demand& b);

/// The first resource of a core that is too small, with its key in the chip file.
struct Excess {
  std::string resource;
  std::int64_t needed = 0;
  std::int64_t available = 0;
};
std::optional<Excess> first_excess(const chips::CoreKind& core, const Demand& demand);
bool fits(const chips::CoreKind& core, const Demand& demand);

/// Every resource of a core, what the demand takes of it and what there is; limits that a chip has not are INT64_MAX.
struct ResourceUse {
  const char* resource;
  std::int64_t needed;
  std::int64_t available;
};
std::vector<ResourceUse> resource_uses(const chips::CoreKind& core, const Demand& demand);

/// Largest share of a core's resources that the demand takes; 1 fills the core.
double core_share(const chips::CoreKind& core, const Demand& demand);

}  // namespace ranvier::mapper
