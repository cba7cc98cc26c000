// SPDX-License-Identifier: Apache-2.0
// Inner loops of the engine for spiking layers, with the best instruction set that the processor has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace ranvier::workloads {

inline constexpr std::size_t kFiredSlack = 64;  // ids that integrate_step() may write beyond the last one

/// v += bias + sum, sum = 0; where v > threshold: v -= threshold, and first + the index is appended to `fired`, which
/// holds count + kFiredSlack ids. Returns how many fired. No v leaves 32 bits.
std::size_t integrate_step(std::span<std::int32_t> v, std::int32_t* sum, std::int32_t bias, std::int32_t threshold,
                           std::int32_t first, std::int32_t* fired);

/// sum[t] += the weights in column t of the rows given; row r begins at weight + r * width.
void add_dense_rows(const std::int8_t* weight, std::size_t width, std::span<const std::int32_t> rows,
                    std::int32_t* sum);

/// sum[target[k]] += weight[k], targets distinct.
void add_sparse_row(const std::uint16_t* target, const std::int8_t* weight, std::size_t count, std::int32_t* sum);

/// sum[i] += row[i] for each row; sums stay in registers.
void add_wide_rows(std::span<const std::int16_t* const> rows, std::size_t count, std::int32_t* sum);

/// sum[i] += weight[i].
void add_wide_row(const std::int16_t* weight, std::size_t count, std::int32_t* sum);

}  // namespace ranvier::workloads
