// SPDX-License-Identifier: Apache-2.0
// Norms, softmax and reductions.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "workloads/onnx/operators.h"

namespace ranvier::workloads {
namespace {

// y = (x - mean) / sqrt(variance + epsilon) * scale + bias, folded in double and rounded once.
std::vector<Operand> batch_norm(Draft& draft, const OnnxNode& node) {
  const NodeId x = draft.node(node.operand(0));
  if (draft.shape(x).size() < 2) node.misfit("needs a channel axis");
  if (node.integer("training_mode", 0) != 0)
    node.unsupported("in training mode", "a model exported after model.eval()");
  const TensorPtr parts[4] = {node.constant(1, "scale"), node.constant(2, "bias"), node.constant(3, "mean"),
                              node.constant(4, "variance")};
  const std::size_t channels = parts[0]->size();
  for (const TensorPtr& part : parts)
    if (part->shape != Shape{static_cast<std::int64_t>(channels)} || part->is_integer())
      node.misfit("scale, bias, mean and variance must have one real a channel");
  const double epsilon = node.real("epsilon", static_cast<double>(1e-5F));
  std::vector<double> weight(draft.budget().take(parts[0]->shape));
  std::vector<double> bias(draft.budget().take(parts[0]->shape));
  for (std::size_t c = 0; c < channels; ++c) {
    const double variance = parts[3]->real(c) + epsilon;
    if (!(variance > 0)) node.misfit(fmt::format("variance {} of channel {}", parts[3]->real(c), c));
    weight[c] = parts[0]->real(c) / std::sqrt(variance);
    bias[c] = parts[1]->real(c) - parts[2]->real(c) * weight[c];
  }
  return one(draft.channel_affine(x, make_tensor(parts[0]->shape, std::move(weight)),
                                  make_tensor(parts[0]->shape, std::move(bias)), 1));
}

// Over several last axes it is one over their product.
std::vector<Operand> layer_norm(Draft& draft, const OnnxNode& node) {
  const NodeId x = draft.node(node.operand(0));
  const Shape in = draft.shape(x);
  const auto axis = static_cast<std::ptrdiff_t>(front_axis(node.integer("axis", -1), in.size()));
  if (node.integer("stash_type", 1) != 1) node.unsupported("computed in another type than float", "stash_type = 1");
  const double epsilon = node.real("epsilon", static_cast<double>(1e-5F));
  const Shape normed(in.begin() + axis, in.end());
  const std::int64_t width = checked_count(normed);
  Shape merged(in.begin(), in.begin() + axis);
  merged.push_back(width);
  const auto parameter = [&](std::size_t i, const std::string& what) {
    const TensorPtr& t = node.constant(i, what);
    if (broadcast(t->shape, normed) != normed || t->is_integer())
      node.misfit(fmt::format("{} {} does not fit {}", what, shape_text(t->shape), shape_text(normed)));
    return reshaped(draft.budget(), expanded(draft.budget(), t, normed), {width});
  };
  const TensorPtr gamma = parameter(1, "scale");
  const TensorPtr beta = node.has(2) ? parameter(2, "bias") : nullptr;
  return one(draft.reshape(draft.layer_norm(draft.reshape(x, merged), gamma, beta, epsilon), in));
}

std::vector<Operand> softmax(Draft& draft, const OnnxNode& node) {
  const NodeId x = draft.node(node.operand(0));
  const Shape in = draft.shape(x);
  const bool flattens = node.opset() < 13;
  const std::int64_t axis = front_axis(node.integer("axis", flattens ? 1 : -1), std::max<std::size_t>(in.size(), 1));
  if (in.empty()) node.misfit("of a scalar");
  if (!flattens) return one(draft.softmax(x, axis));
  // Before opset 13 the axes from `axis` on are one; where all but one have extent 1, it is that one.
  std::vector<std::int64_t> wide;
  for (auto i = static_cast<std::size_t>(axis); i < in.size(); ++i)
    if (in[i] != 1) wide.push_back(static_cast<std::int64_t>(i));
  if (wide.size() == 1) return one(draft.softmax(x, wide[0]));
  const Shape front(in.begin(), in.begin() + axis);
  const Shape back(in.begin() + axis, in.end());
  const NodeId flat = draft.reshape(x, {checked_count(front), checked_count(back)});
  return one(draft.reshape(draft.softmax(flat, 1), in));
}

Operator reduce(Op op) {
  return [op](Draft& draft, const OnnxNode& node) {
    const Operand& operand = node.operand(0);
    const Shape in = draft.shape(operand);
    std::vector<std::int64_t> axes = node.attribute_or_operand("axes", 1).value_or(std::vector<std::int64_t>{});
    if (axes.empty()) {
      if (node.integer("noop_with_empty_axes", 0) != 0) return std::vector<Operand>{operand};
      axes.resize(in.size());
      std::iota(axes.begin(), axes.end(), 0);
    }
    Shape kept = in;
    for (std::int64_t& axis : axes) {
      axis = front_axis(axis, in.size());
      kept[static_cast<std::size_t>(axis)] = 1;
    }
    if (operand.is_constant()) node.unsupported("of a constant", "the result as a constant (constant folding)");
    const NodeId reduced = draft.reduce(op, operand.node, axes);
    if (node.integer("keepdims", 1) != 0) return one(reduced);
    Shape out;
    for (std::size_t i = 0; i < in.size(); ++i)
      if (std::find(axes.begin(), axes.end(), static_cast<std::int64_t>(i)) == axes.end()) out.push_back(in[i]);
    return one(draft.reshape(reduced, out));
  };
}

// Sizes of shapes, as exports of Flatten and einops compute them: constants only.
std::vector<Operand> reduce_product(Draft& draft, const OnnxNode& node) {
  const TensorPtr& x = node.constant(0, "operand");
  const auto axes = node.attribute_or_operand("axes", 1);
  if (x->shape.size() > 1 || (axes && axes->size() > 1) || !x->is_integer())
    node.unsupported("of a matrix", "the product of a list of integers");
  std::uint64_t product = 1;
  for (std::size_t i = 0; i < x->size(); ++i) product *= static_cast<std::uint64_t>(x->integer(i));
  const Shape out(node.integer("keepdims", 1) != 0 ? x->shape.size() : 0, 1);
  draft.budget().take(out);
  return one(make_tensor(out, std::vector<std::int64_t>{static_cast<std::int64_t>(product)}));
}

}  // namespace

void add_norm_operators(OperatorTable& table) {
  table["BatchNormalization"] = batch_norm;
  table["LayerNormalization"] = layer_norm;
  table["Softmax"] = softmax;
  table["ReduceMean"] = reduce(Op::kReduceMean);
  table["ReduceSum"] = reduce(Op::kReduceSum);
  table["ReduceProd"] = reduce_product;
}

}  // namespace ranvier::workloads
