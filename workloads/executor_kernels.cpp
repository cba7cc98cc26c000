// SPDX-License-Identifier: Apache-2.0
// Unit rows are summed in 16 bits a block of outputs at a time, so that the block stays in registers over all events of
// a token; 255 rows of at most 128 in size cannot leave 16 bits.
#include "workloads/executor_kernels.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace ranvier::workloads {
namespace {

constexpr std::size_t kRowsPerSum = 255;

using Bytes16 = std::int8_t __attribute__((vector_size(16)));
using Words8 = std::int16_t __attribute__((vector_size(16)));

/// Vectors spelt out: left to itself the compiler keeps the sums in memory.
template <std::int32_t kBlock, RowSign kSign>
void add_block(const std::int8_t* weight, std::int32_t outputs, std::span<const std::int32_t> rows,
               std::int32_t* potential) {
  constexpr std::size_t kVectors = kBlock / 16;
  Words8 sum[2 * kVectors] = {};
  for (const std::int32_t row : rows) {
    const std::int8_t* w = weight + static_cast<std::ptrdiff_t>(row) * outputs;
    for (std::size_t i = 0; i < kVectors; ++i) {
      Bytes16 bytes;
      std::memcpy(&bytes, w + 16 * i, sizeof bytes);
      // Even and odd bytes apart (little-endian): shifts widen them with their signs.
      const auto words = reinterpret_cast<Words8>(bytes);
      sum[2 * i] += (words << 8) >> 8;
      sum[2 * i + 1] += words >> 8;
    }
  }
  for (std::size_t i = 0; i < kVectors; ++i) {
    for (std::size_t o = 0; o < 8; ++o) {
      const std::int32_t even = sum[2 * i][o];
      const std::int32_t odd = sum[2 * i + 1][o];
      potential[16 * i + 2 * o] += kSign == RowSign::kAdd ? even : -even;
      potential[16 * i + 2 * o + 1] += kSign == RowSign::kAdd ? odd : -odd;
    }
  }
}

template <RowSign kSign>
void add_rows(const std::int8_t* weight, std::int32_t outputs, std::span<const std::int32_t> rows,
              std::int32_t* potential) {
  std::int32_t o = 0;
  for (; o + 64 <= outputs; o += 64) add_block<64, kSign>(weight + o, outputs, rows, potential + o);
  for (; o + 16 <= outputs; o += 16) add_block<16, kSign>(weight + o, outputs, rows, potential + o);
  for (const std::int32_t row : rows) {
    const std::int8_t* w = weight + static_cast<std::ptrdiff_t>(row) * outputs;
    for (std::int32_t rest = o; rest < outputs; ++rest) potential[rest] += kSign == RowSign::kAdd ? w[rest] : -w[rest];
  }
}

}  // namespace

void accumulate_unit_rows(const std::int8_t* weight, std::int32_t outputs, std::span<const std::int32_t> rows,
                          RowSign sign, std::int32_t* potential) {
  while (!rows.empty()) {
    const auto part = rows.first(std::min(rows.size(), kRowsPerSum));
    if (sign == RowSign::kAdd) {
      add_rows<RowSign::kAdd>(weight, outputs, part, potential);
    } else {
      add_rows<RowSign::kSubtract>(weight, outputs, part, potential);
    }
    rows = rows.subspan(part.size());
  }
}

void accumulate_scaled_row(const std::int8_t* weight, std::int32_t outputs, std::int32_t row, std::int32_t value,
                           std::int32_t* __restrict potential) {
  const std::int8_t* w = weight + static_cast<std::ptrdiff_t>(row) * outputs;
  if (value == static_cast<std::int16_t>(value)) {
    const auto factor = static_cast<std::int16_t>(value);  // 16-bit factors are what SSE2 multiplies
    for (std::int32_t o = 0; o < outputs; ++o) potential[o] += static_cast<std::int16_t>(w[o]) * factor;
  } else {
    for (std::int32_t o = 0; o < outputs; ++o) potential[o] += w[o] * value;
  }
}

}  // namespace ranvier::workloads
