// SPDX-License-Identifier: Apache-2.0
// The walk itself, and the operators that only move elements.
#include "workloads/graph/token_reader.h"

#include <algorithm>
#include <numeric>

#include "workloads/graph/graph_errors.h"
#include "workloads/graph/node_kernels.h"

namespace ranvier::workloads {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 28;  // of an activation

bool is_layout(Op op) { return op == Op::kReshape || op == Op::kTranspose || op == Op::kSlice || op == Op::kGather; }

ElementIndex counting(std::int64_t count) {
  ElementIndex index(static_cast<std::size_t>(count));
  std::iota(index.begin(), index.end(), 0);
  return index;
}

ElementIndex through(const ElementIndex& positions, const ElementIndex& index) {
  ElementIndex elements(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) elements[i] = index[static_cast<std::size_t>(positions[i])];
  return elements;
}

/// Position in the operand of each element of a layout node.
ElementIndex layout_positions(const GraphNode& node, const Extents& from) {
  const ElementIndex all = counting(element_count(from));
  ElementIndex positions(static_cast<std::size_t>(element_count(node.shape)));
  Extents strides = row_major_strides(from);
  if (node.op == Op::kTranspose) {
    Extents permuted;
    for (const std::int64_t axis : node.integers) permuted.push_back(strides[static_cast<std::size_t>(axis)]);
    copy_strided(all.data(), node.shape, permuted, positions.data());
  } else if (node.op == Op::kSlice) {
    std::int64_t& stride = strides[static_cast<std::size_t>(node.axis)];
    const std::int64_t first = node.integers[0] * stride;
    stride *= node.integers[2];
    copy_strided(all.data() + first, node.shape, strides, positions.data());
  } else {
    const AxisView view = around_axis(from, node.axis);
    auto to = positions.begin();
    for (std::size_t o = 0; o < view.outer; ++o)
      for (const std::int64_t row : node.integers)
        to = std::copy_n(
            all.begin() + static_cast<std::ptrdiff_t>((o * view.extent + static_cast<std::size_t>(row)) * view.inner),
            view.inner, to);
  }
  return positions;
}

}  // namespace

TokenReader::TokenReader(const Graph& graph)
    : graph_(graph), views_(graph.nodes.size()), readers_(graph.nodes.size()), last_uses_(graph.nodes.size()) {
  std::vector<std::size_t> root(graph.nodes.size());
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const GraphNode& node = graph.nodes[n];
    root[n] = is_layout(node.op) ? root[node.inputs[0].value()] : n;
    for (const NodeId input : node.inputs) {
      last_uses_[input.value()] = n;
      if (!is_layout(node.op)) ++readers_[root[input.value()]];
    }
  }
  for (const NodeId output : graph.outputs) {
    ++readers_[root[output.value()]];
    last_uses_[output.value()] = graph.nodes.size();
  }
}

TokenGraph TokenReader::read() {
  if (graph_.inputs.size() != 1 || graph_.outputs.size() != 1) {
    here_ = graph_.outputs.empty() ? NodeId(0) : graph_.outputs.back();
    differs(std::to_string(graph_.inputs.size()) + " inputs and " + std::to_string(graph_.outputs.size()) + " outputs",
            "one of each");
  }
  for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
    here_ = NodeId(n);
    const std::int64_t elements = element_count(graph_.nodes[n].shape);
    if (elements < 1 || elements > kMostElements)
      differs(std::to_string(elements) + " elements", "1 to " + std::to_string(kMostElements));
    views_[n] = view_of(here_);
    for (const NodeId input : graph_.nodes[n].inputs)
      if (last_uses_[input.value()] == n) views_[input.value()].index.reset();
  }
  here_ = graph_.outputs[0];
  const TokenView& output = views_[here_.value()];
  if (!output.known()) differs("a constant as output", "the classes' logits");
  result_.output = output.value;
  const std::int32_t channels = result_.values[output.value].channels;
  if (output.index->size() != static_cast<std::size_t>(channels) || *output.index != counting(channels))
    differs("an output that is not one row of logits in their order", "a head on the first token or on their mean");
  return std::move(result_);
}

TokenView TokenReader::view_of(NodeId id) {
  const GraphNode& node = graph_.node(id);
  switch (node.op) {
    case Op::kInput:
      return read_input(node);
    case Op::kConstant:
      return {};
    case Op::kLinear:
      return read_linear(node);
    case Op::kConvolution:
      return read_convolution(node);
    case Op::kMatMul:
      return read_product(node);
    case Op::kAdd:
      return read_add(node);
    case Op::kMultiply:
    case Op::kChannelAffine:
      return read_scaled(node);
    case Op::kLayerNorm:
      return read_norm(node);
    case Op::kSoftmax:
      return read_softmax(node);
    case Op::kUnary: {
      const TokenView x = operand(node, 0);
      const TokenValue& from = result_.values[x.value];
      add_value(TokenOp::kUnary, {x.value}, from.tokens, from.channels).unary = node.unary;
      return newest(*x.index);
    }
    case Op::kReshape:
      return operand(node, 0);
    case Op::kTranspose:
    case Op::kSlice:
    case Op::kGather: {
      const TokenView x = operand(node, 0);
      return {x.value, std::make_shared<ElementIndex>(
                           through(layout_positions(node, graph_.node(node.inputs[0]).shape), *x.index))};
    }
    case Op::kConcat:
      return read_concat(node);
    case Op::kReduceMean:
      return read_mean(node);
    case Op::kRmsNorm:
      differs("an RMS norm", "a layer norm or a batch norm");
    case Op::kSubtract:
    case Op::kDivide:
      differs(std::string(op_name(node.op)) + " of two activations", "residual sums and attention");
    case Op::kReduceSum:
    case Op::kMaxPool:
    case Op::kAveragePool:
      differs(std::string(op_name(node.op)) + " over tokens", "the first token or a mean over all tokens");
  }
  differs("an unknown operator", "a canonical one");
}

const TokenView& TokenReader::operand(const GraphNode& node, std::size_t i) const {
  const TokenView& view = views_[node.inputs[i].value()];
  if (!view.known()) differs("a constant operand", "an activation there");
  return view;
}

const GraphNode* TokenReader::constant_operand(const GraphNode& node) const {
  for (const NodeId input : node.inputs)
    if (graph_.node(input).op == Op::kConstant) return &graph_.node(input);
  return nullptr;
}

void TokenReader::differs(const std::string& found, const std::string& known) const {
  throw UnknownStructure(graph_.name, graph_.node(here_).name, found, known);
}

TokenValue& TokenReader::add_value(TokenOp op, std::vector<std::size_t> inputs, std::int32_t tokens,
                                   std::int32_t channels) {
  TokenValue value;
  value.op = op, value.node = here_, value.inputs = std::move(inputs);
  value.tokens = tokens, value.channels = channels;
  result_.values.push_back(std::move(value));
  return result_.values.back();
}

TokenView TokenReader::newest(ElementIndex index) const {
  return {result_.values.size() - 1, std::make_shared<ElementIndex>(std::move(index))};
}

TokenView TokenReader::read_input(const GraphNode& node) {
  const auto count = static_cast<std::int32_t>(element_count(node.shape));
  TokenValue& value = add_value(TokenOp::kInput, {}, 1, count);
  value.element_gain.assign(static_cast<std::size_t>(count), 1);
  value.element_shift.assign(static_cast<std::size_t>(count), 0);
  return newest(counting(count));
}

TokenView TokenReader::read_concat(const GraphNode& node) {
  const std::size_t outer = around_axis(node.shape, node.axis).outer;
  std::vector<ElementIndex> parts;
  const GraphNode* constant = constant_operand(node);
  TokenView from;
  for (const NodeId input : node.inputs)
    if (views_[input.value()].known()) {
      if (from.known() && from.value != views_[input.value()].value)
        differs("activations of different origin side by side", "a class token in front of the patches");
      from = views_[input.value()];
    }
  if (!from.known()) differs("constants side by side", "one constant");
  const TokenValue value = result_.values[from.value];
  if (constant != nullptr && (node.inputs.size() != 2 || element_count(constant->shape) != value.channels))
    differs("several constant tokens, as a distillation token beside the class token", "one class token");
  if (constant != nullptr &&
      from.index->size() != static_cast<std::size_t>(value.tokens) * static_cast<std::size_t>(value.channels))
    differs("a constant token beside part of the tokens", "a class token beside all patches");
  for (const NodeId input : node.inputs) {
    const TokenView& view = views_[input.value()];
    parts.push_back(view.known() ? *view.index : counting(value.channels));
    if (constant != nullptr && view.known())
      for (std::int32_t& element : parts.back()) element += value.channels;  // the class token is token 0
  }
  ElementIndex index;
  for (std::size_t o = 0; o < outer; ++o)
    for (const ElementIndex& part : parts) {
      const auto length = static_cast<std::ptrdiff_t>(part.size() / outer);
      const auto first = part.begin() + static_cast<std::ptrdiff_t>(o) * length;
      index.insert(index.end(), first, first + length);
    }
  if (constant == nullptr) return {from.value, std::make_shared<ElementIndex>(std::move(index))};
  add_value(TokenOp::kClassToken, {from.value}, value.tokens + 1, value.channels).constant = constant->weight;
  return newest(std::move(index));
}

ElementIndex TokenReader::broadcast_index(const Extents& from, const Extents& to) {
  const ElementIndex all = counting(element_count(from));
  ElementIndex index(static_cast<std::size_t>(element_count(to)));
  copy_strided(all.data(), to, broadcast_strides(from, to), index.data());
  return index;
}

TokenGraph token_graph_of(const Graph& graph) { return TokenReader(graph).read(); }

}  // namespace ranvier::workloads
