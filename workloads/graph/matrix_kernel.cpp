// SPDX-License-Identifier: Apache-2.0
// Columns are taken sixteen at a time: their part of b is copied side by side, so that the inner loop is four rows by
// two vectors of independent sums. Compiled once for every instruction set that Highway knows.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "workloads/graph/matrix_kernel.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

#include "workloads/graph/matrix_kernel.h"

#ifndef RANVIER_MATRIX_PANEL
#define RANVIER_MATRIX_PANEL
namespace ranvier::workloads {
namespace {
constexpr std::size_t kPanel = 16;  // columns
constexpr std::size_t kRun = 256;   // products summed at once
}  // namespace
}  // namespace ranvier::workloads
#endif

HWY_BEFORE_NAMESPACE();
namespace ranvier::workloads::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// c[kRows][first..] += a[kRows][length] * panel[length][16].
template <std::size_t kRows>
void multiply_tile(const float* a, std::size_t stride, const float* panel, std::size_t length, float* c,
                   std::size_t c_stride, std::size_t columns) {
  const hn::CappedTag<float, 8> tag;
  using Lanes = hn::Vec<decltype(tag)>;
  const std::size_t lanes = hn::Lanes(tag);
  float sum[kRows][kPanel];
  for (std::size_t j = 0; j < kPanel; j += 2 * lanes) {
    Lanes left0 = hn::Zero(tag), left1 = left0, left2 = left0, left3 = left0;
    Lanes right0 = left0, right1 = left0, right2 = left0, right3 = left0;
    for (std::size_t i = 0; i < length; ++i) {
      const Lanes left = hn::LoadU(tag, panel + i * kPanel + j), right = hn::LoadU(tag, panel + i * kPanel + j + lanes);
      const auto row = [&](std::size_t r, Lanes& left_sum, Lanes& right_sum) HWY_ATTR {
        const Lanes x = hn::Set(tag, a[r * stride + i]);
        left_sum = hn::MulAdd(x, left, left_sum);
        right_sum = hn::MulAdd(x, right, right_sum);
      };
      row(0, left0, right0);
      if constexpr (kRows == 4) row(1, left1, right1), row(2, left2, right2), row(3, left3, right3);
    }
    const auto keep = [&](std::size_t r, Lanes left_sum, Lanes right_sum) HWY_ATTR {
      hn::StoreU(left_sum, tag, sum[r] + j);
      hn::StoreU(right_sum, tag, sum[r] + j + lanes);
    };
    keep(0, left0, right0);
    if constexpr (kRows == 4) keep(1, left1, right1), keep(2, left2, right2), keep(3, left3, right3);
  }
  for (std::size_t r = 0; r < kRows; ++r)
    for (std::size_t j = 0; j < columns; ++j) c[r * c_stride + j] += sum[r][j];
}

void multiply_panel(std::size_t rows, const float* a, std::size_t stride, const float* panel, std::size_t length,
                    float* c, std::size_t c_stride, std::size_t columns) {
  std::size_t row = 0;
  for (; row + 4 <= rows; row += 4)
    multiply_tile<4>(a + row * stride, stride, panel, length, c + row * c_stride, c_stride, columns);
  for (; row < rows; ++row)
    multiply_tile<1>(a + row * stride, stride, panel, length, c + row * c_stride, c_stride, columns);
}

}  // namespace ranvier::workloads::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <tbb/parallel_for.h>

#include <array>

namespace ranvier::workloads {
namespace {

HWY_EXPORT(multiply_panel);

constexpr std::size_t kGrain = 8;  // panels worth a task of their own

using Panel = std::array<float, kRun * kPanel>;

void pack(const MatrixView& b, std::size_t first, std::size_t length, std::size_t column, std::size_t columns,
          Panel& panel) {
  const float* from = b.data + first * b.row_stride + column * b.column_stride;
  for (std::size_t j = 0; j < kPanel; ++j)
    for (std::size_t i = 0; i < length; ++i)
      panel[i * kPanel + j] = j < columns ? from[i * b.row_stride + j * b.column_stride] : 0.0F;
}

}  // namespace

void add_product(std::size_t rows, std::size_t depth, std::size_t columns, const float* a, const MatrixView& b,
                 float* c) {
  const std::size_t panels = (columns + kPanel - 1) / kPanel;
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, panels, kGrain), [&](const auto& range) {
    Panel panel;
    for (std::size_t p = range.begin(); p < range.end(); ++p) {
      const std::size_t column = p * kPanel, width = std::min(kPanel, columns - column);
      for (std::size_t first = 0; first < depth; first += kRun) {
        const std::size_t length = std::min(kRun, depth - first);
        pack(b, first, length, column, width, panel);
        HWY_DYNAMIC_DISPATCH(multiply_panel)
        (rows, a + first, depth, panel.data(), length, c + column, columns, width);
      }
    }
  });
}

}  // namespace ranvier::workloads
#endif
