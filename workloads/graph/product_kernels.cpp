// SPDX-License-Identifier: Apache-2.0
// Linear nodes and products of two activations.
#include <algorithm>

#include "workloads/graph/matrix_kernel.h"
#include "workloads/graph/node_kernels.h"

namespace ranvier::workloads {

void run_linear(const GraphNode& node, const GraphTensor& input, GraphTensor& output) {
  const auto in = static_cast<std::size_t>(input.shape.back()), out = static_cast<std::size_t>(output.shape.back());
  const std::size_t rows = output.values.size() / out;
  for (std::size_t row = 0; row < rows; ++row)
    std::copy(node.bias.begin(), node.bias.end(), output.values.data() + row * out);
  add_product(rows, in, out, input.values.data(), {node.weight.data(), 1, in}, output.values.data());
}

void run_matmul(const GraphTensor& a, const GraphTensor& b, GraphTensor& output) {
  // A vector is a row on the left and a column on the right; its axis of extent 1 is not in the output's shape.
  Extents a_shape = a.shape, b_shape = b.shape;
  if (a_shape.size() == 1) a_shape.insert(a_shape.begin(), 1);
  if (b_shape.size() == 1) b_shape.push_back(1);
  const auto rows = static_cast<std::size_t>(a_shape[a_shape.size() - 2]);
  const auto depth = static_cast<std::size_t>(a_shape.back());
  const auto columns = static_cast<std::size_t>(b_shape.back());

  const Extents a_batch(a_shape.begin(), a_shape.end() - 2), b_batch(b_shape.begin(), b_shape.end() - 2);
  Extents batch = a_batch.size() > b_batch.size() ? a_batch : b_batch;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const std::size_t from_end = batch.size() - i;
    if (from_end <= a_batch.size()) batch[i] = std::max(batch[i], a_batch[a_batch.size() - from_end]);
    if (from_end <= b_batch.size()) batch[i] = std::max(batch[i], b_batch[b_batch.size() - from_end]);
  }
  batch.push_back(1);  // so that a run along the last axis is one product
  Extents a_strides = broadcast_strides(a_batch, {batch.begin(), batch.end() - 1}),
          b_strides = broadcast_strides(b_batch, {batch.begin(), batch.end() - 1});
  a_strides.push_back(0), b_strides.push_back(0);
  for_each_run(batch, a_strides, b_strides, [&](std::int64_t product, std::int64_t a_matrix, std::int64_t b_matrix) {
    add_product(rows, depth, columns, a.values.data() + static_cast<std::size_t>(a_matrix) * rows * depth,
                {b.values.data() + static_cast<std::size_t>(b_matrix) * depth * columns, columns, 1},
                output.values.data() + static_cast<std::size_t>(product) * rows * columns);
  });
}

}  // namespace ranvier::workloads
