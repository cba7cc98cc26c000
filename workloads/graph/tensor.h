// SPDX-License-Identifier: Apache-2.0
// Dense float values with a shape, row-major: what flows between the nodes of a canonical graph.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ranvier::workloads {

using Extents = std::vector<std::int64_t>;

struct GraphTensor {
  Extents shape;
  std::vector<float> values;
};

/// Values of a row-major tensor one step along each axis skips.
Extents row_major_strides(const Extents& shape);
/// Of a tensor that is broadcast to `to` as in ONNX: axes are aligned at the end, an extent of 1 has stride 0.
Extents broadcast_strides(const Extents& shape, const Extents& to);

/// Calls visit(first, offset_a, offset_b) for every run along the last axis of `shape`: `first` is its row-major place,
/// the offsets are those of its first element under the strides of two operands. A shape without axes is one run.
template <class Visit>
void for_each_run(const Extents& shape, const Extents& a, const Extents& b, const Visit& visit) {
  const std::size_t axes = shape.size();
  std::int64_t runs = 1;
  for (std::size_t i = 0; i + 1 < axes; ++i) runs *= shape[i];
  const std::int64_t length = axes == 0 ? 1 : shape.back();
  if (length == 0) return;
  Extents at(axes, 0);
  std::int64_t offset_a = 0, offset_b = 0;
  for (std::int64_t run = 0; run < runs; ++run) {
    visit(run * length, offset_a, offset_b);
    for (std::size_t i = axes < 2 ? 0 : axes - 1; i-- > 0;) {
      offset_a += a[i], offset_b += b[i];
      if (++at[i] < shape[i]) break;
      offset_a -= a[i] * shape[i], offset_b -= b[i] * shape[i];
      at[i] = 0;
    }
  }
}

/// to[i] = from[i . strides] for every index i of `shape` in row-major order: transposes, slices and broadcasts.
template <class Element>
void copy_strided(const Element* from, const Extents& shape, const Extents& strides, Element* to) {
  const std::int64_t length = shape.empty() ? 1 : shape.back();
  const std::int64_t step = shape.empty() ? 1 : strides.back();
  for_each_run(shape, strides, strides, [&](std::int64_t first, std::int64_t offset, std::int64_t) {
    const Element* source = from + offset;
    for (std::int64_t i = 0; i < length; ++i) to[first + i] = source[i * step];
  });
}

}  // namespace ranvier::workloads
