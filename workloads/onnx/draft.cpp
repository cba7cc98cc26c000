// SPDX-License-Identifier: Apache-2.0
// Nodes of a draft: made once for one meaning, and put in order at the end.
#include "workloads/onnx/draft.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/digest.h"

namespace ranvier::workloads {
namespace {

std::string digest_of(const TensorPtr& tensor) { return tensor ? tensor->digest() : "none"; }

std::string window_text(const Window& w) {
  return fmt::format("{} {} {} {} {} {}", fmt::join(w.kernel, ","), fmt::join(w.stride, ","),
                     fmt::join(w.dilation, ","), fmt::join(w.padding, ","), w.groups, w.count_padding);
}

}  // namespace

bool only_units_differ(const Shape& a, const Shape& b) {
  Shape x;
  Shape y;
  std::copy_if(a.begin(), a.end(), std::back_inserter(x), [](std::int64_t n) { return n != 1; });
  std::copy_if(b.begin(), b.end(), std::back_inserter(y), [](std::int64_t n) { return n != 1; });
  return x == y;
}

std::vector<std::size_t> wide_axes(const Shape& shape) {
  std::vector<std::size_t> axes;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] != 1) axes.push_back(i);
  return axes;
}

NodeId Draft::make(GraphNode node, TensorPtr weight, TensorPtr bias) {
  if (checked_count(node.shape) == 0) throw OperandMisfit("a computed value without elements");
  std::string key = fmt::format("{}|{}|{}|{}|{:a}|{}|{}|{}|{}", static_cast<int>(node.op), shape_text(node.shape),
                                fmt::join(node.integers, ","), node.axis, node.epsilon, static_cast<int>(node.unary),
                                window_text(node.window), digest_of(weight), digest_of(bias));
  int height = 0;
  for (const NodeId input : node.inputs) {
    key += "|" + nodes_[input.value()].digest;
    height = std::max(height, nodes_[input.value()].height + 1);
  }
  if (node.op == Op::kInput) key += fmt::format("|input {}", inputs_.size());
  std::string digest = sha256_hex(key);
  const NodeId id(nodes_.size());
  const auto [there, is_new] = by_digest_.try_emplace(digest, id);
  if (!is_new) return there->second;
  node.name = name_;
  nodes_.push_back({std::move(node), std::move(weight), std::move(bias), std::move(digest), height});
  return id;
}

NodeId Draft::input(Shape shape) {
  GraphNode node;
  node.op = Op::kInput;
  node.shape = std::move(shape);
  const NodeId id = make(std::move(node));
  inputs_.push_back(id);
  return id;
}

NodeId Draft::constant(const TensorPtr& values) {
  GraphNode node;
  node.op = Op::kConstant;
  node.shape = values->shape;
  return make(std::move(node), values);
}

TensorPtr Draft::constant_of(NodeId id, Op op) const {
  if (!is(id, op)) return nullptr;
  const NodeId second = operand(id, 1);
  return is(second, Op::kConstant) ? weight(second) : nullptr;
}

std::optional<double> Draft::scalar_of(NodeId id, Op op) const {
  const TensorPtr c = constant_of(id, op);
  if (!c || c->size() != 1) return std::nullopt;
  return c->real(0);
}

bool Draft::is_unit_reshape(NodeId id) const {
  return is(id, Op::kReshape) && only_units_differ(shape(id), shape(operand(id)));
}

bool Draft::keeps_last_axis(NodeId id) const {
  if (!is(id, Op::kReshape) || shape(id).empty() || shape(operand(id)).empty()) return false;
  return shape(id).back() == shape(operand(id)).back();
}

std::optional<NodeId> Draft::under_unit_reshape(NodeId id) {
  const auto factor = scalar_of(id, Op::kMultiply);
  const NodeId reshaped_ = factor ? operand(id) : id;
  if (!is_unit_reshape(reshaped_)) return std::nullopt;
  return factor ? multiply(operand(reshaped_), *factor) : operand(reshaped_);
}

void Draft::sort_operands(NodeId& a, NodeId& b) const {
  const DraftNode& x = nodes_[a.value()];
  const DraftNode& y = nodes_[b.value()];
  if (std::tie(y.height, y.digest) < std::tie(x.height, x.digest)) std::swap(a, b);
}

Graph Draft::finish(const std::string& name, std::span<const NodeId> outputs) {
  constexpr std::uint32_t kUnset = NodeId::kNone;
  std::vector<std::uint32_t> place(nodes_.size(), kUnset);
  std::vector<NodeId> order;
  const auto put = [&](NodeId id) {
    place[id.value()] = static_cast<std::uint32_t>(order.size());
    order.push_back(id);
  };
  for (const NodeId id : inputs_) put(id);
  std::vector<std::pair<NodeId, std::size_t>> stack;  // node, its inputs that are done
  for (const NodeId output : outputs) {
    stack.emplace_back(output, 0);
    while (!stack.empty()) {
      const NodeId id = stack.back().first;
      const std::vector<NodeId>& inputs = at(id).inputs;
      if (place[id.value()] != kUnset) {
        stack.pop_back();
      } else if (stack.back().second < inputs.size()) {
        stack.emplace_back(inputs[stack.back().second++], 0);
      } else {
        put(id);
        stack.pop_back();
      }
    }
  }
  Graph graph;
  graph.name = name;
  const auto placed = [&](NodeId id) { return NodeId(place[id.value()]); };
  for (const NodeId id : order) {
    DraftNode& made = nodes_[id.value()];
    GraphNode node = made.node;
    for (NodeId& input : node.inputs) input = placed(input);
    const bool normed = node.op == Op::kLayerNorm || node.op == Op::kRmsNorm;
    const auto width = static_cast<std::size_t>(node.shape.empty() ? 1 : node.shape.back());
    if (made.weight) node.weight = to_floats(*made.weight);
    if (normed && !made.weight) node.weight.assign(width, 1.0F);
    if (made.bias) node.bias = to_floats(*made.bias);
    if (!made.bias && (node.op == Op::kLayerNorm || node.op == Op::kLinear)) node.bias.assign(width, 0.0F);
    if (!made.bias && node.op == Op::kConvolution) node.bias.assign(static_cast<std::size_t>(node.shape[1]), 0.0F);
    made.weight.reset();
    made.bias.reset();
    graph.nodes.push_back(std::move(node));
  }
  for (const NodeId id : inputs_) graph.inputs.push_back(placed(id));
  for (const NodeId id : outputs) graph.outputs.push_back(placed(id));
  return graph;
}

}  // namespace ranvier::workloads
