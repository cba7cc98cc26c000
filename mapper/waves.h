// SPDX-License-Identifier: Apache-2.0
// Waves of a level: steps of their own, in each of which every tile of the level sends a slice of its events, which are
// numbered token by token, channel by channel.
#pragma once

#include <algorithm>
#include <cstdint>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// Of a neuron a level may send no less than its events: so many waves are possible.
inline std::int64_t most_waves(const Tile& tile) {
  return std::max<std::int64_t>(1, std::int64_t{tile.tokens.size()} * tile.outputs.size());
}

/// The wave, of `waves`, in which the tile sends this event.
inline std::int32_t wave_of(const Tile& tile, std::int32_t waves, std::int32_t token, std::int32_t channel) {
  const std::int64_t number =
      std::int64_t{token - tile.tokens.begin} * tile.outputs.size() + (channel - tile.outputs.begin);
  return static_cast<std::int32_t>(number * waves / most_waves(tile));
}

/// How many of the tile's events in these ranges come before the given wave.
inline std::int64_t events_before_wave(const Tile& tile, std::int32_t waves, std::int32_t wave, Range tokens,
                                       Range channels) {
  const std::int64_t width = tile.outputs.size();
  const std::int64_t first = (std::int64_t{wave} * most_waves(tile) + waves - 1) / waves;  // number of its first event
  const std::int64_t token = tile.tokens.begin + first / width;
  const std::int64_t channel = tile.outputs.begin + first % width;
  const std::int64_t whole = std::clamp<std::int64_t>(token - tokens.begin, 0, tokens.size());
  const bool cut = token >= tokens.begin && token < tokens.end;
  return whole * channels.size() + (cut ? std::clamp<std::int64_t>(channel - channels.begin, 0, channels.size()) : 0);
}

}  // namespace ranvier::mapper
