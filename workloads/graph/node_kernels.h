// SPDX-License-Identifier: Apache-2.0
// The operators of a canonical graph in float32; sums over a tensor's own values (means, norms, softmax) in double.
// Shapes fit, as check_graph() says; `output` comes with its shape set and its values all zero.
#pragma once

#include "workloads/graph/graph.h"
#include "workloads/graph/tensor.h"

namespace ranvier::workloads {

void run_linear(const GraphNode& node, const GraphTensor& input, GraphTensor& output);
void run_matmul(const GraphTensor& a, const GraphTensor& b, GraphTensor& output);

void run_convolution(const GraphNode& node, const GraphTensor& input, GraphTensor& output);
void run_pool(const GraphNode& node, const GraphTensor& input, GraphTensor& output);

void run_unary(Unary unary, const GraphTensor& input, GraphTensor& output);
/// kAdd, kSubtract, kMultiply, kDivide.
void run_binary(Op op, const GraphTensor& a, const GraphTensor& b, GraphTensor& output);
void run_channel_affine(const GraphNode& node, const GraphTensor& input, GraphTensor& output);

void run_layer_norm(const GraphNode& node, const GraphTensor& input, GraphTensor& output);
void run_rms_norm(const GraphNode& node, const GraphTensor& input, GraphTensor& output);
void run_softmax(const GraphNode& node, const GraphTensor& input, GraphTensor& output);
/// kReduceMean, kReduceSum.
void run_reduce(const GraphNode& node, const GraphTensor& input, GraphTensor& output);

void run_transpose(const GraphNode& node, const GraphTensor& input, GraphTensor& output);
void run_slice(const GraphNode& node, const GraphTensor& input, GraphTensor& output);
void run_gather(const GraphNode& node, const GraphTensor& input, GraphTensor& output);
void run_concat(const GraphNode& node, const std::vector<const GraphTensor*>& inputs, GraphTensor& output);

/// Value of one element.
float unary_value(Unary unary, float x);

/// A tensor seen as [outer][extent][inner] around one axis.
struct AxisView {
  std::size_t outer = 1;
  std::size_t extent = 1;
  std::size_t inner = 1;
};
AxisView around_axis(const Extents& shape, std::int64_t axis);

}  // namespace ranvier::workloads
