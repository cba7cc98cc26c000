// SPDX-License-Identifier: Apache-2.0
// Layers with weights, products of matrices, norms and pooling: canonical forms.
#include <fmt/format.h>

#include <algorithm>

#include "workloads/onnx/draft.h"

namespace ranvier::workloads {
namespace {

TensorPtr unless(const TensorPtr& t, double neutral) { return t && all_equal_to(*t, neutral) ? nullptr : t; }

// Extent of the output along one axis, rounding down.
std::int64_t windows(std::int64_t extent, const Window& w, std::size_t axis) {
  const std::int64_t padded = extent + w.padding[axis] + w.padding[axis + 2];
  const std::int64_t reach = w.dilation[axis] * (w.kernel[axis] - 1) + 1;
  if (padded < reach) throw OperandMisfit(fmt::format("a window of {} does not fit {} elements", reach, padded));
  return (padded - reach) / w.stride[axis] + 1;
}

// The output's extents behind batch and channel; with or without a height.
void set_windows(Shape& out, const Shape& in, const Window& w) {
  if (in.size() == 3) {
    out.push_back(windows(in[2], w, 1));
  } else {
    out.push_back(windows(in[2], w, 0));
    out.push_back(windows(in[3], w, 1));
  }
}

// weight[o...] * factor[o]
TensorPtr scaled_rows(Budget& budget, const TensorPtr& weight, const TensorPtr& factor) {
  Shape column{weight->shape[0]};
  column.resize(weight->shape.size(), 1);
  return combined(budget, weight, reshaped(budget, factor, column), [](double a, double b) { return a * b; });
}

}  // namespace

NodeId Draft::linear(NodeId x, const TensorPtr& weight_, const TensorPtr& bias_) {
  const Call call(*this);
  const Shape in = shape(x);
  if (in.empty() || weight_->shape.size() != 2 || in.back() != weight_->shape[1])
    throw OperandMisfit(fmt::format("{} has no axis for weights {}", shape_text(in), shape_text(weight_->shape)));
  Shape out = in;
  out.back() = weight_->shape[0];
  if (keeps_last_axis(x) && rules_apply()) return reshape(linear(operand(x), weight_, bias_), out);
  GraphNode node;
  node.op = Op::kLinear;
  node.shape = std::move(out);
  node.inputs = {x};
  return make(std::move(node), weight_, unless(bias_, 0));
}

NodeId Draft::convolution(NodeId x, const TensorPtr& weight_, const TensorPtr& bias_, const Window& window) {
  const Call call(*this);
  const Shape& in = shape(x);
  const Shape& w = weight_->shape;
  if (w.size() != in.size() || w[1] * window.groups != in[1] || w[0] % window.groups != 0)
    throw OperandMisfit(
        fmt::format("weights {} in {} groups do not fit input {}", shape_text(w), window.groups, shape_text(in)));
  if (bias_ && bias_->shape != Shape{w[0]}) throw OperandMisfit("bias has not one value a channel");
  GraphNode node;
  node.op = Op::kConvolution;
  node.shape = {in[0], w[0]};
  set_windows(node.shape, in, window);
  node.inputs = {x};
  node.window = window;
  return make(std::move(node), weight_, unless(bias_, 0));
}

NodeId Draft::pool(Op op, NodeId x, const Window& window) {
  const Call call(*this);
  const Shape& in = shape(x);
  GraphNode node;
  node.op = op;
  node.shape = {in[0], in[1]};
  set_windows(node.shape, in, window);
  node.inputs = {x};
  node.window = window;
  return make(std::move(node));
}

NodeId Draft::matmul(NodeId a, NodeId b) {
  const Call call(*this);
  const Shape x = shape(a);
  const Shape y = shape(b);
  if (x.size() < 2 || y.size() < 2 || x.back() != y[y.size() - 2])
    throw OperandMisfit(fmt::format("matrices {} and {} cannot be multiplied", shape_text(x), shape_text(y)));
  Shape out = broadcast(Shape(x.begin(), x.end() - 2), Shape(y.begin(), y.end() - 2));
  out.push_back(x[x.size() - 2]);
  out.push_back(y.back());
  if (rules_apply()) {
    if (const auto factor = scalar_of(a, Op::kMultiply)) return multiply(matmul(operand(a), b), *factor);
    if (const auto factor = scalar_of(b, Op::kMultiply)) return multiply(matmul(a, operand(b)), *factor);
    // One matrix behind any number of unit axes: behind one.
    if (out.size() > 3 && checked_count(Shape(out.begin(), out.end() - 2)) == 1)
      return reshape(matmul(reshape(a, {1, x[x.size() - 2], x.back()}), reshape(b, {1, y[y.size() - 2], y.back()})),
                     out);
    // Heads as the only batch axis (nn.MultiheadAttention): the same product behind a batch of one.
    if (x.size() == 3 && y.size() == 3 && out[0] != 1)
      return reshape(matmul(reshape(a, {1, x[0], x[1], x[2]}), reshape(b, {1, y[0], y[1], y[2]})), out);
  }
  GraphNode node;
  node.op = Op::kMatMul;
  node.shape = std::move(out);
  node.inputs = {a, b};
  return make(std::move(node));
}

NodeId Draft::channel_affine(NodeId x, const TensorPtr& weight_, const TensorPtr& bias_, std::int64_t axis) {
  const Call call(*this);
  const Shape in = shape(x);
  const auto a = static_cast<std::size_t>(axis);
  if (weight_->shape != Shape{in[a]} || bias_->shape != Shape{in[a]})
    throw OperandMisfit(fmt::format("{} values for axis {} of {}", weight_->size(), axis, shape_text(in)));
  if (rules_apply()) {
    if (is(x, Op::kTranspose)) {
      const std::vector<std::int64_t> permutation = at(x).integers;
      return transpose(channel_affine(operand(x), weight_, bias_, permutation[a]), permutation);
    }
    const bool of_linear = is(x, Op::kLinear) && a + 1 == in.size();
    const bool of_convolution = is(x, Op::kConvolution) && a == 1;
    if (of_linear || of_convolution) {
      TensorPtr shift = bias_;
      if (bias(x)) {
        const TensorPtr scaled = combined(budget_, bias(x), weight_, [](double b, double w) { return b * w; });
        shift = combined(budget_, scaled, bias_, [](double b, double c) { return b + c; });
      }
      const TensorPtr rows = scaled_rows(budget_, weight(x), weight_);
      return of_linear ? linear(operand(x), rows, shift) : convolution(operand(x), rows, shift, at(x).window);
    }
  }
  GraphNode node;
  node.op = Op::kChannelAffine;
  node.shape = in;
  node.inputs = {x};
  node.axis = axis;
  return make(std::move(node), weight_, bias_);
}

NodeId Draft::layer_norm(NodeId x, const TensorPtr& gamma, const TensorPtr& beta, double epsilon) {
  const Call call(*this);
  const Shape in = shape(x);
  for (const TensorPtr& t : {gamma, beta})
    if (in.empty() || (t && t->shape != Shape{in.back()}))
      throw OperandMisfit(fmt::format("the norm's scale or bias has not one value for each of {}", shape_text(in)));
  if (keeps_last_axis(x) && rules_apply()) return reshape(layer_norm(operand(x), gamma, beta, epsilon), in);
  GraphNode node;
  node.op = Op::kLayerNorm;
  node.shape = in;
  node.inputs = {x};
  node.axis = static_cast<std::int64_t>(in.size()) - 1;
  node.epsilon = epsilon;
  return make(std::move(node), unless(gamma, 1), unless(beta, 0));
}

NodeId Draft::rms_norm(NodeId x, const TensorPtr& gamma, double epsilon) {
  const Call call(*this);
  const Shape in = shape(x);
  if (keeps_last_axis(x) && rules_apply()) return reshape(rms_norm(operand(x), gamma, epsilon), in);
  GraphNode node;
  node.op = Op::kRmsNorm;
  node.shape = in;
  node.inputs = {x};
  node.axis = static_cast<std::int64_t>(in.size()) - 1;
  node.epsilon = epsilon;
  return make(std::move(node), unless(gamma, 1));
}

}  // namespace ranvier::workloads
