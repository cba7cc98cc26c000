// SPDX-License-Identifier: Apache-2.0
// Canonical graphs put together by hand, node by node.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "workloads/graph/graph.h"
#include "workloads/graph/tensor.h"

namespace ranvier::workloads {

inline std::vector<float> drawn(std::uint64_t seed, std::uint64_t entity, std::size_t count, double spread = 1) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = static_cast<float>(spread * (2 * random_unit(seed, entity, i) - 1));
  return values;
}

inline GraphTensor drawn_tensor(std::uint64_t seed, std::uint64_t entity, Extents shape) {
  std::size_t count = 1;
  for (const std::int64_t extent : shape) count *= static_cast<std::size_t>(extent);
  return {std::move(shape), drawn(seed, entity, count)};
}

class GraphMaker {
 public:
  Graph graph;

  NodeId add(GraphNode node) {
    if (node.name.empty()) node.name = "n" + std::to_string(graph.nodes.size());
    const NodeId id(graph.nodes.size());
    if (node.op == Op::kInput) graph.inputs.push_back(id);
    graph.nodes.push_back(std::move(node));
    return id;
  }
  NodeId make(Op op, std::vector<NodeId> inputs, Extents shape) {
    GraphNode node;
    node.op = op, node.inputs = std::move(inputs), node.shape = std::move(shape);
    return add(std::move(node));
  }
  NodeId input(Extents shape) { return make(Op::kInput, {}, std::move(shape)); }
  NodeId constant(Extents shape, std::vector<float> values) {
    const NodeId id = make(Op::kConstant, {}, std::move(shape));
    last().weight = std::move(values);
    return id;
  }
  NodeId linear(NodeId x, std::vector<float> weight, std::vector<float> bias) {
    Extents shape = graph.node(x).shape;
    shape.back() = static_cast<std::int64_t>(bias.size());
    const NodeId id = make(Op::kLinear, {x}, std::move(shape));
    last().weight = std::move(weight), last().bias = std::move(bias);
    return id;
  }
  NodeId layer_norm(NodeId x, std::vector<float> gamma, std::vector<float> beta, double epsilon) {
    const NodeId id = make(Op::kLayerNorm, {x}, graph.node(x).shape);
    last().weight = std::move(gamma), last().bias = std::move(beta), last().epsilon = epsilon;
    last().axis = static_cast<std::int64_t>(last().shape.size()) - 1;
    return id;
  }
  NodeId unary(Unary unary, NodeId x) {
    const NodeId id = make(Op::kUnary, {x}, graph.node(x).shape);
    last().unary = unary;
    return id;
  }
  NodeId reshape(NodeId x, Extents shape) { return make(Op::kReshape, {x}, std::move(shape)); }
  NodeId transpose(NodeId x, std::vector<std::int64_t> permutation) {
    Extents shape;
    for (const std::int64_t axis : permutation) shape.push_back(graph.node(x).shape[static_cast<std::size_t>(axis)]);
    const NodeId id = make(Op::kTranspose, {x}, std::move(shape));
    last().integers = std::move(permutation);
    return id;
  }
  NodeId slice(NodeId x, std::int64_t axis, std::int64_t begin, std::int64_t end, std::int64_t step = 1) {
    Extents shape = graph.node(x).shape;
    shape[static_cast<std::size_t>(axis)] = (end - begin + step - (step > 0 ? 1 : -1)) / step;
    const NodeId id = make(Op::kSlice, {x}, std::move(shape));
    last().axis = axis, last().integers = {begin, end, step};
    return id;
  }
  NodeId softmax(NodeId x, std::int64_t axis) {
    const NodeId id = make(Op::kSoftmax, {x}, graph.node(x).shape);
    last().axis = axis;
    return id;
  }
  NodeId concat(std::vector<NodeId> parts, std::int64_t axis) {
    Extents shape = graph.node(parts[0]).shape;
    shape[static_cast<std::size_t>(axis)] = 0;
    for (const NodeId part : parts)
      shape[static_cast<std::size_t>(axis)] += graph.node(part).shape[static_cast<std::size_t>(axis)];
    const NodeId id = make(Op::kConcat, std::move(parts), std::move(shape));
    last().axis = axis;
    return id;
  }
  NodeId reduce(Op op, NodeId x, std::vector<std::int64_t> axes) {
    Extents shape = graph.node(x).shape;
    for (const std::int64_t axis : axes) shape[static_cast<std::size_t>(axis)] = 1;
    const NodeId id = make(op, {x}, std::move(shape));
    last().integers = std::move(axes);
    return id;
  }
  void output(NodeId id) { graph.outputs.push_back(id); }
  GraphNode& last() { return graph.nodes.back(); }
};

}  // namespace ranvier::workloads
