// SPDX-License-Identifier: Apache-2.0
// Waves of a level: steps of their own, in each of which every tile of the level sends a share of its events.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// More waves than a tile has neurons, times tokens, would leave some without an event.
inline std::int64_t most_waves(const Tile& tile) {
  return std::max<std::int64_t>(1, std::int64_t{tile.tokens.size()} * tile.outputs.size());
}

/// In which wave a tile sends an event. Channels of a token are dealt to waves in turn; a token begins a golden section
/// of all waves after the one before it, at the next number that shares no factor with theirs, so that no wave is left
/// out. So every flow has its share in each wave: where tokens go to different cores, slices of tokens would load their
/// ways by turns.
class WaveRule {
 public:
  WaveRule(const Tile& tile, std::int32_t waves)
      : waves_(waves),
        shift_((std::int64_t{waves} * 2'654'435'769) >> 32),
        token_(tile.tokens.begin),
        channel_(tile.outputs.begin) {
    while (std::gcd(shift_, waves_) != 1) ++shift_;
  }
  std::int32_t operator()(std::int32_t token, std::int32_t channel) const {
    return static_cast<std::int32_t>(((token - token_) * shift_ + channel - channel_) % waves_);
  }

 private:
  std::int64_t waves_, shift_;
  std::int32_t token_, channel_;
};

}  // namespace ranvier::mapper
