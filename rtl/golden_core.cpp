// SPDX-License-Identifier: Apache-2.0
#include "rtl/golden_core.h"

#include <algorithm>
#include <cstdlib>

namespace ranvier::rtl {

GoldenCore::GoldenCore(const CoreTile& tile) : tile_(tile), state_(initial_state(tile)) {}

void GoldenCore::add(NeuronState& neuron, std::int64_t amount) {
  const std::int64_t sum = neuron.potential + amount;
  if (sum < kPotentialMin || sum > kPotentialMax) overflow_ = true;
  // 24 bits wrap around; the flag says that the value means nothing.
  neuron.potential = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) << 8) >> 8;
}

void GoldenCore::apply(const CoreEvent& event) {
  NeuronState* row = state_.data() + std::ptrdiff_t{event.token} * tile_.neurons;
  if (event.direct) {
    add(row[event.channel], event.payload);
    return;
  }
  const std::int8_t* weight = tile_.weight.data() + std::ptrdiff_t{event.channel} * tile_.neurons;
  for (std::int32_t n = 0; n < tile_.neurons; ++n) add(row[n], std::int64_t{weight[n]} * event.payload);
}

std::int32_t GoldenCore::fire_neuron(NeuronState& s, std::int32_t threshold) {
  if (s.potential == threshold) ++cases_.at_threshold;
  if (s.potential == threshold - 1) ++cases_.below_threshold;
  if (s.potential == 0) ++cases_.at_zero;
  std::int32_t fires = 0;
  do {
    if (s.potential >= threshold && s.code < tile_.hi) {
      s = {s.potential - threshold, s.code + 1};
      ++fires;
    } else if (s.potential < 0 && s.code > tile_.lo) {
      s = {s.potential + threshold, s.code - 1};
      --fires;
    } else {
      break;
    }
  } while (tile_.graded);
  if (fires > 0) ++cases_.up;
  if (fires < 0) ++cases_.down;
  if (fires > 1) ++cases_.many_up;
  if (fires < -1) ++cases_.many_down;
  if (s.potential >= threshold && s.code == tile_.hi) ++cases_.held_at_hi;
  if (s.potential < 0 && s.code == tile_.lo) ++cases_.held_at_lo;
  return fires;
}

std::vector<CoreSpike> GoldenCore::fire() {
  std::vector<CoreSpike> spikes;
  scan_cycles_ = 1;
  for (std::int32_t token = 0; token < tile_.tokens; ++token) {
    for (std::int32_t first = 0; first < tile_.neurons; first += kCoreLimits.lanes) {
      std::int32_t most = 0;
      std::int32_t emitted = 0;
      for (std::int32_t n = first; n < std::min(first + kCoreLimits.lanes, tile_.neurons); ++n) {
        NeuronState& s = state_[static_cast<std::size_t>(token) * static_cast<std::size_t>(tile_.neurons) +
                                static_cast<std::size_t>(n)];
        const std::int32_t fires = fire_neuron(s, tile_.threshold[static_cast<std::size_t>(n)]);
        most = std::max(most, std::abs(fires));
        if (fires == 0) continue;
        spikes.push_back({token, n, fires});
        ++emitted;
      }
      scan_cycles_ += 1 + (tile_.graded ? most : 0) + emitted;
      if (emitted == kCoreLimits.lanes) ++cases_.whole_word;
    }
  }
  return spikes;
}

}  // namespace ranvier::rtl
