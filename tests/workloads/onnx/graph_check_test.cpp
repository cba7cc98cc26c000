// SPDX-License-Identifier: Apache-2.0
// The check and the text of canonical graphs: every kind of damage is seen, names are not.
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <utility>

#include "tests/workloads/onnx/onnx_fixtures.h"
#include "workloads/onnx/onnx_import.h"

namespace ranvier::workloads {
namespace {

GraphNode& first(Graph& graph, Op op) {
  for (GraphNode& node : graph.nodes)
    if (node.op == op) return node;
  throw std::out_of_range("no such node");
}

TEST(GraphCheckTest, SeesEveryDamage) {
  const Graph vit = import_onnx(onnx_fixture("vit-17.onnx"));
  const Graph cnn = import_onnx(onnx_fixture("cnn-17.onnx"));
  check_graph(vit);
  check_graph(cnn);
  const auto damaged = [](const Graph& whole, const std::function<void(Graph&)>& damage) {
    Graph graph = whole;
    damage(graph);
    EXPECT_THROW(check_graph(graph), std::logic_error);
  };
  damaged(vit, [](Graph& g) { first(g, Op::kLinear).weight.pop_back(); });
  damaged(vit, [](Graph& g) { first(g, Op::kLinear).bias.clear(); });
  damaged(vit, [](Graph& g) { first(g, Op::kLayerNorm).weight.push_back(1); });
  damaged(vit, [](Graph& g) { first(g, Op::kConstant).weight.clear(); });
  damaged(vit, [](Graph& g) { first(g, Op::kTranspose).integers = {0, 1, 1}; });
  damaged(vit, [](Graph& g) { first(g, Op::kReshape).shape.back() += 1; });
  damaged(vit, [](Graph& g) { first(g, Op::kConcat).shape[1] += 1; });
  damaged(vit, [](Graph& g) { first(g, Op::kConcat).inputs.clear(); });
  damaged(vit, [](Graph& g) { first(g, Op::kSlice).integers = {0, 99, 1}; });
  damaged(vit, [](Graph& g) { first(g, Op::kSoftmax).axis = 4; });
  damaged(vit, [](Graph& g) { first(g, Op::kMatMul).shape.back() = 1; });
  damaged(vit, [](Graph& g) { first(g, Op::kAdd).inputs.pop_back(); });
  damaged(vit, [](Graph& g) { first(g, Op::kAdd).inputs[0] = NodeId(g.nodes.size() - 1); });
  damaged(vit, [](Graph& g) { g.outputs[0] = NodeId(g.nodes.size()); });
  damaged(vit, [](Graph& g) { g.inputs[0] = NodeId(g.nodes.size() - 1); });
  damaged(cnn, [](Graph& g) { first(g, Op::kConvolution).window.stride[0] = 1; });
  damaged(cnn, [](Graph& g) { first(g, Op::kConvolution).window.groups = 2; });
  damaged(cnn, [](Graph& g) { first(g, Op::kMaxPool).window.kernel[1] = 4; });
  damaged(cnn, [](Graph& g) { first(g, Op::kReduceMean).integers = {1}; });
}

TEST(GraphCheckTest, TextKnowsMeaningAndNoNames) {
  const Graph whole = import_onnx(onnx_fixture("vit-17.onnx"));
  Graph renamed = whole;
  renamed.name = "another";
  for (GraphNode& node : renamed.nodes) node.name += "!";
  EXPECT_EQ(canonical_text(renamed), canonical_text(whole));
  const auto differs = [&](const std::function<void(Graph&)>& change) {
    Graph graph = whole;
    change(graph);
    EXPECT_NE(canonical_text(graph), canonical_text(whole));
  };
  differs([](Graph& g) { first(g, Op::kLinear).weight[3] += 1; });
  differs([](Graph& g) { first(g, Op::kLayerNorm).epsilon *= 2; });
  differs([](Graph& g) { first(g, Op::kUnary).unary = Unary::kRelu; });
  differs([](Graph& g) { first(g, Op::kSlice).integers = {1, 2, 1}; });
  differs([](Graph& g) { std::swap(first(g, Op::kMatMul).inputs[0], first(g, Op::kMatMul).inputs[1]); });
  differs([](Graph& g) { first(g, Op::kConvolution).window.stride[0] = 3; });
}

TEST(GraphCheckTest, EveryOperatorAndFunctionHasAName) {
  EXPECT_EQ(op_name(Op::kInput), "input");
  EXPECT_EQ(op_name(Op::kMatMul), "matmul");
  EXPECT_EQ(op_name(Op::kAveragePool), "average_pool");
  EXPECT_EQ(unary_name(Unary::kRelu), "relu");
  EXPECT_EQ(unary_name(Unary::kNegate), "negate");
  EXPECT_EQ(unary_name(Unary::kRelu6), "relu6");
}

TEST(GraphCheckTest, CountsElementsWithoutOverflow) {
  EXPECT_EQ(element_count({}), 1);
  EXPECT_EQ(element_count({2, 3, 0}), 0);
  EXPECT_THROW(element_count({std::int64_t{1} << 40, std::int64_t{1} << 40}), std::logic_error);
  EXPECT_THROW(element_count({-1}), std::logic_error);
}

}  // namespace
}  // namespace ranvier::workloads
