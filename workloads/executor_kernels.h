// SPDX-License-Identifier: Apache-2.0
// The executor's inner loop: weight rows of one token's input events added into that token's potentials.
#pragma once

#include <cstdint>
#include <span>

namespace ranvier::workloads {

/// potential[o] += sum over `rows` of weight[row * outputs + o], or -= for kSubtract.
enum class RowSign : std::uint8_t { kAdd, kSubtract };
void accumulate_unit_rows(const std::int8_t* weight, std::int32_t outputs, std::span<const std::int32_t> rows,
                          RowSign sign, std::int32_t* potential);

/// potential[o] += value * weight[row * outputs + o].
void accumulate_scaled_row(const std::int8_t* weight, std::int32_t outputs, std::int32_t row, std::int32_t value,
                           std::int32_t* potential);

}  // namespace ranvier::workloads
