// SPDX-License-Identifier: Apache-2.0
// A canonical graph in the making. Every operation is a constructor that looks at its operands and returns the
// canonical node for their combination, so that a graph is in its one form as soon as its last node stands;
// docs/reference/onnx.md lists the rules. Nodes never change once made, and equal nodes are one node.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "workloads/graph/graph.h"
#include "workloads/onnx/tensor.h"

namespace ranvier::workloads {

/// A value of the file: a node's output, or a constant.
struct Operand {
  NodeId node;
  TensorPtr constant;
  bool is_constant() const { return constant != nullptr; }
};

class Draft {
 public:
  explicit Draft(std::int64_t spare_elements) : budget_(spare_elements) {}
  Budget& budget() { return budget_; }
  /// Nodes made from now on carry this name, and are one operation of the file.
  void begin(const std::string& name) {
    name_ = name;
    calls_ = 0;
  }

  const Shape& shape(NodeId id) const { return nodes_[id.value()].node.shape; }
  Shape shape(const Operand& x) const { return x.is_constant() ? x.constant->shape : shape(x.node); }
  NodeId node(const Operand& x) { return x.is_constant() ? constant(x.constant) : x.node; }

  NodeId input(Shape shape);
  NodeId constant(const TensorPtr& values);

  // draft_algebra.cpp
  NodeId add(NodeId x, const TensorPtr& c);
  NodeId add(NodeId a, NodeId b);
  NodeId subtract(NodeId a, NodeId b);
  NodeId multiply(NodeId x, const TensorPtr& c);
  NodeId multiply(NodeId x, double factor) { return multiply(x, scalar(factor)); }
  NodeId multiply(NodeId a, NodeId b);
  NodeId divide(NodeId a, NodeId b);
  NodeId unary(Unary function, NodeId x);
  /// Sum or mean over axes, kept with extent 1.
  NodeId reduce(Op op, NodeId x, std::vector<std::int64_t> axes);
  NodeId softmax(NodeId x, std::int64_t axis);

  // draft_layers.cpp; absent weights and biases are null
  NodeId linear(NodeId x, const TensorPtr& weight, const TensorPtr& bias);
  NodeId convolution(NodeId x, const TensorPtr& weight, const TensorPtr& bias, const Window& window);
  NodeId pool(Op op, NodeId x, const Window& window);
  NodeId matmul(NodeId a, NodeId b);
  NodeId channel_affine(NodeId x, const TensorPtr& weight, const TensorPtr& bias, std::int64_t axis);
  NodeId layer_norm(NodeId x, const TensorPtr& gamma, const TensorPtr& beta, double epsilon);
  NodeId rms_norm(NodeId x, const TensorPtr& gamma, double epsilon);

  // draft_layout.cpp
  NodeId reshape(NodeId x, const Shape& shape);
  NodeId transpose(NodeId x, std::vector<std::int64_t> permutation);
  NodeId slice(NodeId x, std::int64_t axis, std::int64_t begin, std::int64_t count, std::int64_t step);
  NodeId gather(NodeId x, std::int64_t axis, std::span<const std::int64_t> rows);
  NodeId concat(std::vector<Operand> parts, std::int64_t axis);

  /// The nodes that `outputs` need, depth first, inputs in front.
  Graph finish(const std::string& name, std::span<const NodeId> outputs);

 private:
  struct DraftNode {
    GraphNode node;
    TensorPtr weight;
    TensorPtr bias;
    std::string digest;  // of the meaning: operator, attributes, weights, digests of the inputs
    int height = 0;      // longest way to an input
  };
  // Rules call constructors that apply rules: how deep, and how often, so that a hostile graph can exhaust neither
  // stack nor time. Beyond the limits plain nodes are made, which is right but not canonical.
  class Call {
   public:
    explicit Call(Draft& draft) : draft_(draft) {
      ++draft_.depth_;
      ++draft_.calls_;
    }
    ~Call() { --draft_.depth_; }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    Draft& draft_;
  };
  static constexpr int kDeepest = 40;
  static constexpr int kMostCalls = 2000;  // within one operation of the file

  NodeId make(GraphNode node, TensorPtr weight = nullptr, TensorPtr bias = nullptr);
  bool rules_apply() const { return depth_ < kDeepest && calls_ < kMostCalls; }
  bool is(NodeId id, Op op) const { return nodes_[id.value()].node.op == op; }
  bool is(NodeId id, Unary function) const { return is(id, Op::kUnary) && nodes_[id.value()].node.unary == function; }
  const GraphNode& at(NodeId id) const { return nodes_[id.value()].node; }
  NodeId operand(NodeId id, std::size_t i = 0) const { return nodes_[id.value()].node.inputs[i]; }
  const TensorPtr& weight(NodeId id) const { return nodes_[id.value()].weight; }
  const TensorPtr& bias(NodeId id) const { return nodes_[id.value()].bias; }
  /// The constant operand of an Add or Multiply, or null.
  TensorPtr constant_of(NodeId id, Op op) const;
  std::optional<double> scalar_of(NodeId id, Op op) const;
  /// A reshape whose source has the same extents but for ones.
  bool is_unit_reshape(NodeId id) const;
  /// A reshape that leaves the last axis as it is.
  bool keeps_last_axis(NodeId id) const;
  /// What a unit reshape reads, times the scalar that stands on it; none where there is no such reshape.
  std::optional<NodeId> under_unit_reshape(NodeId id);
  void sort_operands(NodeId& a, NodeId& b) const;
  /// An operation of two computed operands of one shape below which unit reshapes sink; none where there are none.
  std::optional<NodeId> below_unit_reshape(Op op, NodeId a, NodeId b);
  std::optional<NodeId> slice_below(NodeId x, std::int64_t axis, std::int64_t begin, std::int64_t count,
                                    std::int64_t step);
  std::optional<NodeId> slice_reshape(NodeId x, std::int64_t axis, std::int64_t begin, std::int64_t count);
  NodeId transpose_above_units(NodeId transposed, const Shape& shape);
  NodeId transpose_below_units(NodeId reshaped, std::span<const std::int64_t> permutation);

  // draft_patterns.cpp
  struct Product {
    double scale = 1;
    std::vector<NodeId> factors;
  };
  struct Gate {  // scale * function(x) + offset
    double scale = 1;
    double offset = 0;
    NodeId function;
  };
  Product product_of(std::span<const NodeId> roots) const;
  std::optional<Gate> gate_of(NodeId id) const;
  std::optional<NodeId> activation(NodeId a, NodeId b);
  std::optional<NodeId> gated(const Product& product, std::size_t gate_index);
  std::optional<NodeId> tanh_argument(NodeId argument) const;
  bool is_cube(const Product& p, NodeId x) const;
  std::optional<NodeId> norm(NodeId numerator, NodeId denominator);
  std::optional<NodeId> centred(NodeId difference) const;

  Budget budget_;
  std::string name_;
  int depth_ = 0;
  int calls_ = 0;
  std::deque<DraftNode> nodes_;  // references stay good while nodes are added
  std::vector<NodeId> inputs_;
  std::map<std::string, NodeId> by_digest_;
};

bool only_units_differ(const Shape& a, const Shape& b);
/// Extents other than 1, as axis numbers.
std::vector<std::size_t> wide_axes(const Shape& shape);

}  // namespace ranvier::workloads
