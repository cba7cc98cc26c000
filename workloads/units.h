// SPDX-License-Identifier: Apache-2.0
// The integer units of docs/explanation/integer-units.md as plain functions of integers, exact to the bit.
// Reference, executor and behavioural cores call these; the RTL implements the same text.
#pragma once

#include <array>
#include <cstdint>

#include "workloads/program.h"

namespace ranvier::workloads {

inline constexpr std::int32_t kAmdThreshold = 256;           // theta of LayerNorm and GELU encoders
inline constexpr int kLayerNormFraction = 4;                 // fraction bits of LayerNormParams::gain
inline constexpr int kAffineFraction = 12;                   // the same where normalise is false
inline constexpr std::int32_t kLayerNormMaxChannels = 1024;  // beyond it the sum of squares could leave 63 bits
inline constexpr int kSoftmaxScaleShift = 16;
inline constexpr int kExpFraction = 10;               // fraction bits of the softmax exponent z
inline constexpr std::int32_t kSoftmaxOne = 1 << 16;  // what a row of softmax outputs sums to, less the floors

/// Equation (1): clip(floor((total + threshold / 2) / threshold), lo, hi).
std::int32_t code_at_rest(std::int64_t total, std::int32_t threshold, std::int32_t lo, std::int32_t hi);

/// One look at an ST-BIF neuron (section 1): fires at most once, returns +1, -1 or 0.
inline std::int32_t st_bif_fire(std::int32_t& potential, std::int32_t& tracer, std::int32_t threshold, std::int32_t lo,
                                std::int32_t hi) {
  const std::int32_t fire = (potential >= threshold && tracer < hi) - (potential < 0 && tracer > lo);
  potential -= fire * threshold;
  tracer += fire;
  return fire;
}

/// Fires until neither condition holds, in closed form; returns the sum of the fires.
std::int32_t st_bif_to_rest(std::int32_t& potential, std::int32_t& tracer, std::int32_t threshold, std::int32_t lo,
                            std::int32_t hi);

/// A sum of squares as mantissa * 4^exponent, mantissa in [2^30, 2^32), low bits dropped when exponent > 0.
struct RootOperand {
  std::uint32_t mantissa = 0;
  std::int32_t exponent = 0;
};
RootOperand normalise_square(std::uint64_t square);  // square > 0, < 2^62

/// About 2^31 / sqrt(mantissa) for a mantissa in [2^30, 2^32): table and one Newton step, never above the true value.
std::uint32_t reciprocal_root(std::uint32_t mantissa);

/// T[64..255] of section 3.1 at [j - 64], and E[0..255] of section 3.2.
const std::array<std::uint16_t, 192>& reciprocal_root_table();
const std::array<std::uint16_t, 256>& exponential_table();

/// Sum and sum of squares of a row: all that a channel's output needs to know of the other channels.
struct RowStatistics {
  std::int64_t sum = 0;
  std::int64_t squares = 0;
};
RowStatistics row_statistics(const std::int32_t* x, std::int32_t n);

/// Channels first <= i < end of a row of n, of which x and y hold these alone, by section 3.1 with
///   sum_i (n x_i - S)^2 = n (n Q - S^2),   S = sum_i x_i,   Q = sum_i x_i^2.
/// Statistics that lag behind x, as while events are under way, give some value and never an overflow.
void layer_norm_range(const std::int32_t* x, std::int32_t first, std::int32_t end, std::int32_t n,
                      const RowStatistics& row, const LayerNormParams& params, std::int32_t* y);

/// Section 3.1 over the n channels of one token; |x| < 2^15, n <= kLayerNormMaxChannels. y is in encoder units. Without
/// `normalise` section 3.1a: each channel by itself.
void layer_norm_row(const std::int32_t* x, std::int32_t n, const LayerNormParams& params, std::int32_t* y);

/// Section 3.2 over the n keys of one head and query; y in units of 1 / kSoftmaxOne.
void softmax_row(const std::int32_t* scores, std::int32_t n, const SoftmaxParams& params, std::int32_t* y);

/// Section 3.3; the code must lie in the table.
std::int32_t gelu_value(std::int32_t code, const GeluParams& params);

}  // namespace ranvier::workloads
