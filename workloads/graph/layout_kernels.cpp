// SPDX-License-Identifier: Apache-2.0
// Operators that move values and change none.
#include <algorithm>

#include "workloads/graph/node_kernels.h"

namespace ranvier::workloads {

AxisView around_axis(const Extents& shape, std::int64_t axis) {
  AxisView view;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const auto extent = static_cast<std::size_t>(shape[i]);
    const auto here = static_cast<std::int64_t>(i);
    (here < axis ? view.outer : here == axis ? view.extent : view.inner) *= extent;
  }
  return view;
}

void run_transpose(const GraphNode& node, const GraphTensor& input, GraphTensor& output) {
  const Extents own = row_major_strides(input.shape);
  Extents strides;
  for (const std::int64_t axis : node.integers) strides.push_back(own[static_cast<std::size_t>(axis)]);
  copy_strided(input.values.data(), output.shape, strides, output.values.data());
}

void run_slice(const GraphNode& node, const GraphTensor& input, GraphTensor& output) {
  Extents strides = row_major_strides(input.shape);
  const auto axis = static_cast<std::size_t>(node.axis);
  const float* from = input.values.data() + node.integers[0] * strides[axis];
  strides[axis] *= node.integers[2];
  copy_strided(from, output.shape, strides, output.values.data());
}

void run_gather(const GraphNode& node, const GraphTensor& input, GraphTensor& output) {
  const AxisView view = around_axis(input.shape, node.axis);
  auto to = output.values.begin();
  for (std::size_t o = 0; o < view.outer; ++o)
    for (const std::int64_t row : node.integers) {
      const std::size_t from = (o * view.extent + static_cast<std::size_t>(row)) * view.inner;
      to = std::copy_n(input.values.begin() + static_cast<std::ptrdiff_t>(from), view.inner, to);
    }
}

void run_concat(const GraphNode& node, const std::vector<const GraphTensor*>& inputs, GraphTensor& output) {
  const std::size_t outer = around_axis(output.shape, node.axis).outer;
  auto to = output.values.begin();
  for (std::size_t o = 0; o < outer; ++o)
    for (const GraphTensor* input : inputs) {
      const std::size_t part = input->values.size() / outer;
      to = std::copy_n(input->values.begin() + static_cast<std::ptrdiff_t>(o * part), part, to);
    }
}

}  // namespace ranvier::workloads
