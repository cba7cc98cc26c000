// SPDX-License-Identifier: Apache-2.0
// The executor's inner loop, vectorised: the events of a token add rows of weights, or of codes, to totals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "workloads/event_batch.h"

namespace ranvier::workloads {

/// total[o] += sum over the events of value * weight[channel * stride + o], 0 <= o < outputs. Totals are taken modulo
/// 2^32.
void add_weight_rows(const std::int8_t* weight, std::ptrdiff_t stride, std::int32_t outputs, const RowEvents& events,
                     std::int32_t* total);
/// The same with rows of codes, channels counted from `first_channel`.
void add_code_rows(const std::int32_t* codes, std::ptrdiff_t stride, std::int32_t first_channel, std::int32_t outputs,
                   const RowEvents& events, std::int32_t* total);
/// total[o] += value * row[o].
void add_code_row(const std::int32_t* row, std::int32_t outputs, std::int32_t value, std::int32_t* total);

}  // namespace ranvier::workloads
