// SPDX-License-Identifier: Apache-2.0
// Neurons of the rate family as exact functions of integers (docs/explanation/methods.md 2). `residual` is
// W = G - unit * E: what the site should have put out so far, less what it has, in units of potential.
#pragma once

#include <algorithm>
#include <cstdint>

namespace ranvier::workloads {

inline constexpr int kMaxBurst = 4;       // half-size corrections a step of a kSignedIf neuron
inline constexpr int kMaxThresholds = 8;  // of a kMultiThreshold neuron: payloads of sign and 3 bits of exponent

/// STA's signed IF with memory and burst (Jiang et al., ICLR 2024, released code), in units of theta / 2. Returns
/// what it emits: a main spike of +-2 and up to kBurst corrections of +-1. memory >= 0 before and after.
template <int kBurst>
inline std::int32_t signed_if_fire(std::int32_t potential, std::int32_t& memory, std::int32_t unit) {
  const std::int32_t up = potential >= 2 * unit;
  const std::int32_t down = (potential <= -2 * unit) & (memory > 0);
  std::int32_t emitted = 2 * (up - down);
  const std::int32_t rest = potential - emitted * unit;
  // Only the first kBurst units of the memory can bound the burst; the paper's max(V, -M) is the same with all of it.
  const std::int32_t bounded = std::max(rest, -std::min(memory + emitted, kBurst) * unit);
  for (std::int32_t k = 1; k <= kBurst; ++k) emitted += (bounded >= k * unit) - (bounded <= -k * unit);
  memory += emitted;
  return emitted;
}

/// One such neuron behind a site that is never negative. `start` is its potential before step 1.
template <int kBurst>
inline std::int32_t signed_if_site(std::int32_t& residual, std::int32_t& memory, std::int32_t unit,
                                   std::int32_t start) {
  const std::int32_t emitted = signed_if_fire<kBurst>(residual + start, memory, unit);
  residual -= emitted * unit;
  return emitted;
}

/// A signed site (STA's X2X encoder): two neurons that see +G and -G, their spikes weighing +1 and -1. One residual
/// serves both: V+ = start + G - unit M+ = start + W - unit M-, V- = start - G - unit M- = start - W - unit M+.
template <int kBurst>
inline std::int32_t signed_if_pair(std::int32_t& residual, std::int32_t& plus, std::int32_t& minus, std::int32_t unit,
                                   std::int32_t start) {
  const std::int32_t plus_potential = start + residual - unit * minus;
  const std::int32_t minus_potential = start - residual - unit * plus;
  const std::int32_t emitted =
      signed_if_fire<kBurst>(plus_potential, plus, unit) - signed_if_fire<kBurst>(minus_potential, minus, unit);
  residual -= emitted * unit;
  return emitted;
}

/// Classic IF, reset by subtraction: at most one +1 a step, nothing is ever taken back.
inline std::int32_t if_site(std::int32_t& residual, std::int32_t& count, std::int32_t unit, std::int32_t start) {
  const std::int32_t emitted = start + residual >= unit;
  residual -= emitted * unit;
  count += emitted;
  return emitted;
}

/// Two of them that see +G and -G.
inline std::int32_t if_pair(std::int32_t& residual, std::int32_t& plus, std::int32_t& minus, std::int32_t unit,
                            std::int32_t start) {
  const std::int32_t up = start + residual - unit * minus >= unit;
  const std::int32_t down = start - residual - unit * plus >= unit;
  plus += up;
  minus += down;
  residual -= (up - down) * unit;
  return up - down;
}

/// ECMT's multi-threshold neuron (Huang et al., ACM MM 2024): +-2^i for the largest i < thresholds with |W| >= unit 2^i
/// - unit / 2. `most_back`: the largest negative payload allowed; what has been emitted so far where the site is never
/// negative. unit is even.
inline std::int32_t multi_threshold_fire(std::int32_t residual, std::int32_t unit, int thresholds,
                                         std::int32_t most_back) {
  const std::int32_t size = std::abs(residual) + unit / 2;
  const std::int32_t bound = residual < 0 ? most_back : (1 << (thresholds - 1));
  std::int32_t emitted = 0;
  for (int i = 0; i < thresholds; ++i)
    if (size >= (unit << i) && (1 << i) <= bound) emitted = 1 << i;
  return residual < 0 ? -emitted : emitted;
}

}  // namespace ranvier::workloads
