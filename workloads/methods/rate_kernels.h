// SPDX-License-Identifier: Apache-2.0
// Inner loops of the rate executor: weight rows times graded payloads, products with running sums, means.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ranvier::workloads {

/// Two neighbouring inputs of one token, at least one of which sent something. Rows go in pairs because vector units
/// multiply and add two 16-bit values at once.
struct RowPair {
  std::int32_t pair = 0;  // inputs 2 * pair and 2 * pair + 1
  std::int16_t even = 0;
  std::int16_t odd = 0;
};

/// [in][out] weights as [pair][out][2], a row of zeros added where the number of inputs is odd.
std::vector<std::int16_t> paired_weights(std::span<const std::int8_t> weight, std::int32_t inputs,
                                         std::int32_t outputs);

/// Pairs of a token's payloads; each fits 16 bits.
void collect_pairs(std::span<const std::int32_t> payloads, std::vector<RowPair>& pairs);

/// potential[o] += the rows' weights times their payloads; potential has `outputs` elements.
void accumulate_pairs(std::span<const std::int16_t> weight, std::span<const RowPair> pairs,
                      std::span<std::int32_t> potential);

/// total[i] += factor * row[i].
void add_scaled(std::span<std::int64_t> total, std::span<const std::int32_t> row, std::int32_t factor);

/// mean[i] = mean_of(sum[i], count, fraction_bits) (rate_mean.h); |2^fraction_bits sum| + count < 2^52.
void mean_row(std::span<const std::int64_t> sum, std::int64_t count, int fraction_bits, std::span<std::int32_t> mean);
void mean_row(std::span<const std::int64_t> sum, std::int64_t count, int fraction_bits, std::span<std::int64_t> mean);

}  // namespace ranvier::workloads
