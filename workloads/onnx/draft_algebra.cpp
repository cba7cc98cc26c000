// SPDX-License-Identifier: Apache-2.0
// Sums, products, functions of elements, means: canonical forms of arithmetic.
#include <algorithm>
#include <cmath>

#include "workloads/onnx/draft.h"

namespace ranvier::workloads {
namespace {

// Without leading ones; a constant of one element becomes a scalar.
TensorPtr stripped(Budget& budget, const TensorPtr& c) {
  if (c->size() == 1) return scalar(c->real(0));
  const auto first = std::find_if(c->shape.begin(), c->shape.end(), [](std::int64_t n) { return n != 1; });
  return reshaped(budget, c, Shape(first, c->shape.end()));
}

// 1 / sqrt(n) is written d_h ** -0.5, or as a division by a rounded square root: one number for all of them, within
// half a unit in the last place of a float.
double nearest_root(double factor) {
  constexpr double kLargest = 4096;
  constexpr double kHalfUlp = 1.2e-7;
  if (factor == 0 || !std::isfinite(factor)) return factor;
  const double n = std::round(1 / (factor * factor));
  if (n < 1 || n > kLargest) return factor;
  const double root = std::copysign(1 / std::sqrt(n), factor);
  return std::abs(root - factor) <= kHalfUlp * std::abs(root) ? root : factor;
}

bool is_last_axis_constant(const Tensor& c, const Shape& shape) {
  return c.shape.size() == 1 && !shape.empty() && c.shape[0] == shape.back();
}

GraphNode elementwise(Op op, Shape shape, NodeId a, NodeId b) {
  GraphNode node;
  node.op = op;
  node.shape = std::move(shape);
  node.inputs = {a, b};
  return node;
}

// The axis of `other` that is `axis` of `shape`, where the two differ in axes of extent 1 alone.
std::int64_t same_wide_axis(const Shape& shape, std::size_t axis, const Shape& other) {
  const std::vector<std::size_t> wide = wide_axes(shape);
  const auto rank = std::find(wide.begin(), wide.end(), axis) - wide.begin();
  return static_cast<std::int64_t>(wide_axes(other)[static_cast<std::size_t>(rank)]);
}

Shape with_rank(const Shape& shape, std::size_t rank) {
  Shape wide(rank - std::min(rank, shape.size()), 1);
  wide.insert(wide.end(), shape.begin(), shape.end());
  return wide;
}

}  // namespace

NodeId Draft::add(NodeId x, const TensorPtr& c) {
  const Call call(*this);
  const Shape out = broadcast(shape(x), c->shape);
  if (out.size() > shape(x).size()) x = reshape(x, with_rank(shape(x), out.size()));
  const bool grows = out != shape(x);
  const TensorPtr addend = stripped(budget_, c);
  if (!grows && all_equal_to(*addend, 0)) return x;
  if (!grows && rules_apply()) {
    const bool by_channel = is_last_axis_constant(*addend, out);
    if ((by_channel && keeps_last_axis(x)) || (addend->shape.empty() && is(x, Op::kReshape)))
      return reshape(add(operand(x), addend), out);
    const auto last = Shape{out.empty() ? 1 : out.back()};
    if (is(x, Op::kLinear) && !bias(x) && (by_channel || addend->shape.empty()))
      return linear(operand(x), weight(x), expanded(budget_, addend, last));
    if (is(x, Op::kLayerNorm) && !bias(x) && by_channel)
      return layer_norm(operand(x), weight(x), addend, at(x).epsilon);
    // A bias of a convolution stands along axis 1: [channels, 1, ...] once stripped.
    if (is(x, Op::kConvolution) && !bias(x) && addend->shape.size() + 1 == out.size() &&
        static_cast<std::int64_t>(addend->size()) == out[1] && addend->shape[0] == out[1])
      return convolution(operand(x), weight(x), reshaped(budget_, addend, {out[1]}), at(x).window);
  }
  return make(elementwise(Op::kAdd, out, x, constant(addend)));
}

NodeId Draft::multiply(NodeId x, const TensorPtr& c) {
  const Call call(*this);
  const Shape out = broadcast(shape(x), c->shape);
  if (out.size() > shape(x).size()) x = reshape(x, with_rank(shape(x), out.size()));
  TensorPtr factor = stripped(budget_, c);
  if (out == shape(x)) {
    if (all_equal_to(*factor, 1)) return x;
    if (factor->shape.empty()) {
      double product = factor->real(0);
      if (const auto inner = scalar_of(x, Op::kMultiply)) {
        product *= *inner;
        x = operand(x);
      }
      if (std::abs(product - 1) < 1e-7) return x;
      factor = scalar(nearest_root(product));
    } else if (is_last_axis_constant(*factor, out) && rules_apply()) {
      if (keeps_last_axis(x)) return reshape(multiply(operand(x), factor), out);
      if (is(x, Op::kLayerNorm) && !weight(x) && !bias(x))
        return layer_norm(operand(x), factor, nullptr, at(x).epsilon);
      if (is(x, Op::kRmsNorm) && !weight(x)) return rms_norm(operand(x), factor, at(x).epsilon);
    }
  }
  return make(elementwise(Op::kMultiply, out, x, constant(factor)));
}

std::optional<NodeId> Draft::below_unit_reshape(Op op, NodeId a, NodeId b) {
  if (shape(a) != shape(b) || !rules_apply()) return std::nullopt;
  if (!is_unit_reshape(a)) std::swap(a, b);
  if (!is_unit_reshape(a)) return std::nullopt;
  const Shape out = shape(a);
  const NodeId source = operand(a);
  const NodeId other = reshape(b, shape(source));
  return reshape(op == Op::kAdd ? add(source, other) : multiply(source, other), out);
}

NodeId Draft::add(NodeId a, NodeId b) {
  const Call call(*this);
  if (is(a, Op::kConstant)) std::swap(a, b);
  if (is(b, Op::kConstant)) return add(a, weight(b));
  sort_operands(a, b);
  if (const auto below = below_unit_reshape(Op::kAdd, a, b)) return *below;
  return make(elementwise(Op::kAdd, broadcast(shape(a), shape(b)), a, b));
}

NodeId Draft::subtract(NodeId a, NodeId b) {
  const Call call(*this);
  return make(elementwise(Op::kSubtract, broadcast(shape(a), shape(b)), a, b));
}

NodeId Draft::multiply(NodeId a, NodeId b) {
  const Call call(*this);
  if (is(a, Op::kConstant)) std::swap(a, b);
  if (is(b, Op::kConstant)) return multiply(a, weight(b));
  const Shape out = broadcast(shape(a), shape(b));
  if (rules_apply()) {
    if (const auto found = activation(a, b)) return *found;
    if (is(a, Unary::kReciprocal)) std::swap(a, b);
    if (is(b, Unary::kReciprocal)) return divide(a, operand(b));
    double scale = 1;
    for (NodeId* x : {&a, &b})
      if (const auto inner = scalar_of(*x, Op::kMultiply)) {
        scale *= *inner;
        *x = operand(*x);
      }
    if (scale != 1) return multiply(multiply(a, b), scale);
  }
  sort_operands(a, b);
  if (const auto below = below_unit_reshape(Op::kMultiply, a, b)) return *below;
  return make(elementwise(Op::kMultiply, out, a, b));
}

NodeId Draft::divide(NodeId a, NodeId b) {
  const Call call(*this);
  const Shape out = broadcast(shape(a), shape(b));
  if (rules_apply()) {
    if (const TensorPtr c = constant_of(a, Op::kMultiply); c && shape(operand(a)) == out)
      return multiply(divide(operand(a), b), c);
    if (const auto found = norm(a, b)) return *found;
  }
  return make(elementwise(Op::kDivide, out, a, b));
}

NodeId Draft::unary(Unary function, NodeId x) {
  const Call call(*this);
  if (function == Unary::kNegate) return multiply(x, -1.0);
  if (rules_apply())
    if (const auto source = under_unit_reshape(x)) return reshape(unary(function, *source), shape(x));
  GraphNode node;
  node.op = Op::kUnary;
  node.unary = function;
  node.shape = shape(x);
  node.inputs = {x};
  return make(std::move(node));
}

NodeId Draft::reduce(Op op, NodeId x, std::vector<std::int64_t> axes) {
  const Call call(*this);
  Shape out = shape(x);
  for (std::int64_t& axis : axes) axis = front_axis(axis, out.size());
  std::sort(axes.begin(), axes.end());
  axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
  std::erase_if(axes, [&](std::int64_t axis) { return out[static_cast<std::size_t>(axis)] == 1; });
  if (axes.empty()) return x;
  // Not over the last axis, where a norm's mean must stay beside the norm's operand.
  if (rules_apply() && static_cast<std::size_t>(axes.back()) + 1 < out.size() && is_unit_reshape(x)) {
    std::vector<std::int64_t> below;
    for (const std::int64_t axis : axes) {
      below.push_back(same_wide_axis(out, static_cast<std::size_t>(axis), shape(operand(x))));
    }
    for (const std::int64_t axis : axes) out[static_cast<std::size_t>(axis)] = 1;
    return reshape(reduce(op, operand(x), below), out);
  }
  for (const std::int64_t axis : axes) out[static_cast<std::size_t>(axis)] = 1;
  GraphNode node;
  node.op = op;
  node.shape = std::move(out);
  node.inputs = {x};
  node.integers = std::move(axes);
  return make(std::move(node));
}

NodeId Draft::softmax(NodeId x, std::int64_t axis) {
  const Call call(*this);
  const auto a = static_cast<std::size_t>(axis);
  if (rules_apply() && is(x, Op::kTranspose)) {
    const std::vector<std::int64_t> permutation = at(x).integers;
    return transpose(softmax(operand(x), permutation[a]), permutation);
  }
  if (rules_apply() && shape(x)[a] != 1)
    if (const auto source = under_unit_reshape(x))
      return reshape(softmax(*source, same_wide_axis(shape(x), a, shape(*source))), shape(x));
  GraphNode node;
  node.op = Op::kSoftmax;
  node.shape = shape(x);
  node.inputs = {x};
  node.axis = axis;
  return make(std::move(node));
}

}  // namespace ranvier::workloads
