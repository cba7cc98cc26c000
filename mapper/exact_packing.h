// SPDX-License-Identifier: Apache-2.0
// Whether tiles fit so many cores at all: an exhaustive search, for what the quick packers could not place.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapper/core_load.h"

namespace ranvier::mapper {

enum class PackingVerdict : std::uint8_t {
  kFound,
  kImpossible,  // proved: by counting, or because every arrangement was tried
  kGaveUp,      // neither, within the tries
};

struct Packing {
  PackingVerdict verdict = PackingVerdict::kGaveUp;
  std::vector<std::vector<TileId>> clusters;  // kFound: at most `cores`, none empty
};

/// Largest tiles first, each on a core in use that has room or on one more; cores that hold nothing yet are alike.
/// `most_tries`: placements of a tile that may be tried.
Packing pack_exactly(const TileNeeds& needs, std::span<const TileId> tiles, std::int64_t cores,
                     std::int64_t most_tries);

}  // namespace ranvier::mapper
