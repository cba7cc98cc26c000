// SPDX-License-Identifier: Apache-2.0
// Names, canonical text and the check of canonical graphs.
#include "workloads/graph/graph.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "base/digest.h"

namespace ranvier::workloads {
namespace {

std::string digest_text(const std::vector<float>& values) {
  if (values.empty()) return "-";
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(values.data());
  return sha256_hex(std::span(bytes, values.size() * sizeof(float))).substr(0, 16);
}

std::string window_text(const Window& w) {
  return fmt::format(" kernel {} stride {} dilation {} padding {} groups {}{}", fmt::join(w.kernel, "x"),
                     fmt::join(w.stride, "x"), fmt::join(w.dilation, "x"), fmt::join(w.padding, ","), w.groups,
                     w.count_padding ? " counting padding" : "");
}

bool has_window(Op op) { return op == Op::kConvolution || op == Op::kMaxPool || op == Op::kAveragePool; }

bool has_axis(Op op) {
  return op == Op::kChannelAffine || op == Op::kSoftmax || op == Op::kSlice || op == Op::kGather || op == Op::kConcat;
}

[[noreturn]] void fail(std::size_t i, const GraphNode& node, const std::string& what) {
  throw std::logic_error(fmt::format("graph node {} ({}, '{}'): {}", i, op_name(node.op), node.name, what));
}

std::size_t operands_of(Op op) {
  switch (op) {
    case Op::kInput:
    case Op::kConstant:
      return 0;
    case Op::kMatMul:
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
      return 2;
    default:
      return 1;
  }
}

std::vector<std::int64_t> broadcast_shape(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
  std::vector<std::int64_t> out(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1) return {};
    out[out.size() - 1 - i] = x == 1 ? y : x;
  }
  return out;
}

// What the operator makes of its operands, as far as weights and operands say it.
std::vector<std::int64_t> expected_shape(const Graph& graph, std::size_t i, const GraphNode& node) {
  const std::vector<std::int64_t>& in = node.inputs.empty() ? node.shape : graph.node(node.inputs[0]).shape;
  std::vector<std::int64_t> out = in;
  const auto axis = static_cast<std::size_t>(node.axis);
  if (has_axis(node.op) && (node.axis < 0 || axis >= in.size())) fail(i, node, "axis outside the operand");
  switch (node.op) {
    case Op::kLinear:
      if (in.empty() || node.shape.empty()) fail(i, node, "no axis of channels");
      out.back() = node.shape.back();
      return out;
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
      return broadcast_shape(in, graph.node(node.inputs[1]).shape);
    case Op::kMatMul: {
      const std::vector<std::int64_t>& other = graph.node(node.inputs[1]).shape;
      if (in.size() < 2 || other.size() < 2 || in.back() != other[other.size() - 2]) fail(i, node, "no product");
      out = broadcast_shape({in.begin(), in.end() - 2}, {other.begin(), other.end() - 2});
      out.push_back(in[in.size() - 2]);
      out.push_back(other.back());
      return out;
    }
    case Op::kReshape:
      if (element_count(in) != element_count(node.shape)) fail(i, node, "another number of elements");
      return node.shape;
    case Op::kTranspose: {
      std::vector<std::int64_t> sorted = node.integers;
      std::sort(sorted.begin(), sorted.end());
      for (std::size_t k = 0; k < in.size(); ++k)
        if (sorted.size() != in.size() || sorted[k] != static_cast<std::int64_t>(k)) fail(i, node, "no permutation");
      for (std::size_t k = 0; k < in.size(); ++k) out[k] = in[static_cast<std::size_t>(node.integers[k])];
      return out;
    }
    case Op::kSlice: {
      if (node.integers.size() != 3) fail(i, node, "needs begin, end and step");
      const auto [begin, end, step] = std::tuple(node.integers[0], node.integers[1], node.integers[2]);
      if (begin < 0 || end <= begin || end > in[axis] || step < 1) fail(i, node, "range outside the operand");
      out[axis] = (end - begin + step - 1) / step;
      return out;
    }
    case Op::kGather:
      for (const std::int64_t row : node.integers)
        if (row < 0 || row >= in[axis]) fail(i, node, "row outside the operand");
      out[axis] = static_cast<std::int64_t>(node.integers.size());
      return out;
    case Op::kConcat:
      out[axis] = 0;
      for (const NodeId part : node.inputs) {
        std::vector<std::int64_t> other = graph.node(part).shape;
        if (other.size() != out.size()) fail(i, node, "operands of different ranks");
        out[axis] += other[axis];
        other[axis] = out[axis];
        if (other != out) fail(i, node, "operands that do not join");
      }
      return out;
    case Op::kReduceMean:
    case Op::kReduceSum:
      for (const std::int64_t reduced : node.integers) {
        if (reduced < 0 || static_cast<std::size_t>(reduced) >= in.size()) fail(i, node, "axis outside the operand");
        out[static_cast<std::size_t>(reduced)] = 1;
      }
      return out;
    case Op::kConvolution:
    case Op::kMaxPool:
    case Op::kAveragePool: {
      if ((in.size() != 3 && in.size() != 4) || node.shape.size() != in.size()) fail(i, node, "one or two axes only");
      if (node.op == Op::kConvolution) out[1] = node.shape[1];
      const Window& w = node.window;
      for (std::size_t k = 2; k < in.size(); ++k) {
        const std::size_t side = 2 - (in.size() - k);
        const std::int64_t reach = w.dilation[side] * (w.kernel[side] - 1) + 1;
        out[k] = (in[k] + w.padding[side] + w.padding[side + 2] - reach) / w.stride[side] + 1;
      }
      return out;
    }
    default:
      return out;
  }
}

void check_weights(const Graph& graph, std::size_t i, const GraphNode& node) {
  std::int64_t weights = 0;
  std::int64_t biases = 0;
  const std::vector<std::int64_t>& in = node.inputs.empty() ? node.shape : graph.node(node.inputs[0]).shape;
  const std::int64_t last = node.shape.empty() ? 1 : node.shape.back();
  switch (node.op) {
    case Op::kConstant:
      weights = element_count(node.shape);
      break;
    case Op::kLinear:
      weights = in.back() * last;
      biases = last;
      break;
    case Op::kConvolution:
      if (node.window.groups < 1 || in[1] % node.window.groups != 0) fail(i, node, "groups do not divide the channels");
      weights = node.shape[1] * (in[1] / node.window.groups) * node.window.kernel[0] * node.window.kernel[1];
      biases = node.shape[1];
      break;
    case Op::kChannelAffine:
      weights = biases = in[static_cast<std::size_t>(node.axis)];
      break;
    case Op::kLayerNorm:
      weights = biases = last;
      break;
    case Op::kRmsNorm:
      weights = last;
      break;
    default:
      break;
  }
  if (static_cast<std::int64_t>(node.weight.size()) != weights) fail(i, node, "weights of another size");
  if (static_cast<std::int64_t>(node.bias.size()) != biases) fail(i, node, "bias of another size");
}

}  // namespace

std::string_view op_name(Op op) {
  static constexpr std::string_view kNames[] = {
      "input",  "constant",       "linear",     "convolution", "matmul",     "add",      "subtract",    "multiply",
      "divide", "channel_affine", "layer_norm", "rms_norm",    "softmax",    "unary",    "reshape",     "transpose",
      "slice",  "gather",         "concat",     "reduce_mean", "reduce_sum", "max_pool", "average_pool"};
  return kNames[static_cast<std::size_t>(op)];
}

std::string_view unary_name(Unary unary) {
  static constexpr std::string_view kNames[] = {"relu",       "gelu",       "gelu_tanh", "quick_gelu",   "silu",
                                                "sigmoid",    "tanh",       "erf",       "exp",          "sqrt",
                                                "reciprocal", "hard_swish", "negate",    "hard_sigmoid", "relu6"};
  return kNames[static_cast<std::size_t>(unary)];
}

std::int64_t element_count(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0 || (extent > 0 && count > std::numeric_limits<std::int64_t>::max() / extent))
      throw std::logic_error(fmt::format("shape [{}] has no number of elements", fmt::join(shape, ", ")));
    count *= extent;
  }
  return count;
}

std::string canonical_text(const Graph& graph) {
  std::string text;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const GraphNode& node = graph.nodes[i];
    std::vector<std::uint32_t> inputs;
    for (const NodeId input : node.inputs) inputs.push_back(input.value());
    text += fmt::format("{} {}", i, op_name(node.op));
    if (node.op == Op::kUnary) text += fmt::format(" {}", unary_name(node.unary));
    text += fmt::format("({}) [{}]", fmt::join(inputs, " "), fmt::join(node.shape, " "));
    if (has_axis(node.op)) text += fmt::format(" axis {}", node.axis);
    if (!node.integers.empty()) text += fmt::format(" integers {}", fmt::join(node.integers, ","));
    if (node.op == Op::kLayerNorm || node.op == Op::kRmsNorm) text += fmt::format(" epsilon {}", node.epsilon);
    if (has_window(node.op)) text += window_text(node.window);
    if (!node.weight.empty()) text += fmt::format(" weight {}", digest_text(node.weight));
    if (!node.bias.empty()) text += fmt::format(" bias {}", digest_text(node.bias));
    text += "\n";
  }
  std::vector<std::uint32_t> outputs;
  for (const NodeId output : graph.outputs) outputs.push_back(output.value());
  return text + fmt::format("outputs {}\n", fmt::join(outputs, " "));
}

void check_graph(const Graph& graph) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const GraphNode& node = graph.nodes[i];
    const bool counted = node.op != Op::kConcat;
    if (counted ? node.inputs.size() != operands_of(node.op) : node.inputs.empty()) fail(i, node, "operands");
    for (const NodeId input : node.inputs)
      if (!input.valid() || input.value() >= i) fail(i, node, "an operand that does not come before");
    if (element_count(node.shape) == 0) fail(i, node, "no elements");
    if (expected_shape(graph, i, node) != node.shape) fail(i, node, "another shape than its operands give");
    check_weights(graph, i, node);
  }
  for (const std::vector<NodeId>* ids : {&graph.inputs, &graph.outputs})
    for (const NodeId id : *ids)
      if (!id.valid() || id.value() >= graph.nodes.size())
        throw std::logic_error("a graph gives or takes a node that it does not have");
  for (const NodeId id : graph.inputs)
    if (graph.node(id).op != Op::kInput) throw std::logic_error("an input of a graph is no input node");
}

}  // namespace ranvier::workloads
