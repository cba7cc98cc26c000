// SPDX-License-Identifier: Apache-2.0
// Waves of a level: steps of their own, in each of which every tile of the level sends a slice of its tokens.
#pragma once

#include <cstdint>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// The wave, of `waves`, in which a tile with these tokens sends those of `token`.
inline std::int32_t wave_of(Range tokens, std::int32_t waves, std::int32_t token) {
  return static_cast<std::int32_t>(std::int64_t{token - tokens.begin} * waves / tokens.size());
}

/// The tokens that the tile sends in a wave; may be none where it has fewer tokens than the level has waves.
inline Range tokens_of_wave(Range tokens, std::int32_t waves, std::int32_t wave) {
  const auto first = [&](std::int64_t w) {
    return tokens.begin + static_cast<std::int32_t>((w * tokens.size() + waves - 1) / waves);
  };
  return {first(wave), first(std::int64_t{wave} + 1)};
}

}  // namespace ranvier::mapper
