// SPDX-License-Identifier: Apache-2.0
// The matrix product under linear nodes, convolutions and products of activations.
#pragma once

#include <cstddef>

namespace ranvier::workloads {

/// Element (row, column) lies at data[row * row_stride + column * column_stride].
struct MatrixView {
  const float* data = nullptr;
  std::size_t row_stride = 0;
  std::size_t column_stride = 1;
};

/// c[rows][columns] += a[rows][depth] * b[depth][columns]. Sums run over at most 256 products before they are added to
/// c, so float32 keeps about seven digits at any depth; the order does not depend on the number of threads.
void add_product(std::size_t rows, std::size_t depth, std::size_t columns, const float* a, const MatrixView& b,
                 float* c);

}  // namespace ranvier::workloads
