// SPDX-License-Identifier: Apache-2.0
// Means of running sums in fixed point, and how many fraction bits each kind of stage keeps: a pure function of the
// program, so that a converted file needs no field for it (docs/explanation/methods.md 1).
#pragma once

#include <cstdint>

#include "workloads/program.h"

namespace ranvier::workloads {

/// floor((2^fraction_bits * sum + floor(count / 2)) / count): the mean of `count` values, rounded to the nearest.
constexpr std::int64_t mean_of(std::int64_t sum, std::int64_t count, int fraction_bits) {
  const std::int64_t scaled = (sum << fraction_bits) + count / 2;
  const std::int64_t quotient = scaled / count;
  return quotient - (scaled % count < 0 ? 1 : 0);
}

/// Largest mean magnitudes that LayerNorm (its units take 16 bits) and softmax (scores of 24 bits) are given.
inline constexpr std::int64_t kNormMeanLimit = (1 << 15) - 1;
inline constexpr std::int64_t kScoreMeanLimit = (1 << 23) - 1;
/// A GELU table spans its mean codes in at most so many steps.
inline constexpr std::int64_t kGeluTableSteps = 1024;
/// Fraction bits of O_t / t in front of a mix stage's encoder: its unit is about 2^this s_out / (s_a s_v).
inline constexpr int kMixFraction = 8;

/// The most fraction bits with largest * 2^bits <= limit; 0 at least.
constexpr int fraction_bits_within(std::int64_t largest, std::int64_t limit) {
  int bits = 0;
  while (bits < 30 && (largest << (bits + 1)) <= limit) ++bits;
  return bits;
}

/// Largest magnitude that the mean output of a stage can have, in its payload units; the input stage: its codes.
std::int64_t largest_mean(const Program& program, StageId stage);
/// Fraction bits of the means that a kLayerNorm or kScores stage of a rate program maps.
int norm_fraction_bits(const Program& program, const Stage& stage);
int score_fraction_bits(const Program& program, const Stage& stage);
/// By the largest mean of what goes in.
constexpr int norm_fraction_bits(std::int64_t largest) { return fraction_bits_within(largest, kNormMeanLimit); }
constexpr int score_fraction_bits(std::int64_t largest) { return fraction_bits_within(largest, kScoreMeanLimit); }
constexpr int gelu_fraction_bits(std::int64_t range) { return fraction_bits_within(range, kGeluTableSteps); }

}  // namespace ranvier::workloads
