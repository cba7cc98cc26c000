// SPDX-License-Identifier: Apache-2.0
// Layers, products of matrices, norms, reductions: what each operator computes, to exact numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/workloads/onnx/onnx_builder.h"
#include "workloads/onnx/onnx_errors.h"

namespace ranvier::workloads {
namespace {

using Dims = OnnxBuilder::Dims;
using testing::ElementsAre;
using testing::FloatNear;
using testing::Pointwise;

TEST(LayerOperatorTest, GemmTransposesAndScales) {
  // y = 2 x B + 3 C with B stored [2][3]: rows are inputs.
  OnnxBuilder b;
  b.input("x", {1, 2}).output("y").floats("B", {2, 3}, {1, 2, 3, 4, 5, 6}).floats("C", {1, 3}, {1, 0, -1});
  b.node("Gemm", {"x", "B", "C"}, {"y"}).with_real("alpha", 2).with_real("beta", 3);
  EXPECT_THAT(b.run({1, 10}).values, ElementsAre(2 * 41 + 3, 2 * 52, 2 * 63 - 3));
  EXPECT_EQ(ops_of(b.graph()), (std::vector<Op>{Op::kInput, Op::kLinear}));
  EXPECT_EQ(b.graph().nodes[1].weight, (std::vector<float>{2, 8, 4, 10, 6, 12}));

  OnnxBuilder t;
  t.input("x", {1, 2}).output("y").floats("B", {3, 2}, {1, 4, 2, 5, 3, 6}).floats("C", {}, {7});
  t.node("Gemm", {"x", "B", "C"}, {"y"}).with("transB", 1);
  EXPECT_THAT(t.run({1, 10}).values, ElementsAre(48, 59, 70));

  OnnxBuilder left;  // a constant on the left, and A transposed: y = A^T x^T
  left.input("x", {1, 2}).output("y").floats("A", {2, 3}, {1, 2, 3, 4, 5, 6});
  left.node("Gemm", {"A", "x"}, {"y"}).with("transA", 1).with("transB", 1);
  const GraphTensor out = left.run({1, 10});
  EXPECT_EQ(out.shape, (Dims{3, 1}));
  EXPECT_THAT(out.values, ElementsAre(41, 52, 63));
}

TEST(LayerOperatorTest, MatMulTakesAConstantOnEitherSide) {
  OnnxBuilder right;
  right.input("x", {1, 2, 2}).output("y").floats("W", {1, 2, 3}, {1, 2, 3, 4, 5, 6});
  right.node("MatMul", {"x", "W"}, {"y"});
  EXPECT_THAT(right.run({1, 10, 0, 1}).values, ElementsAre(41, 52, 63, 4, 5, 6));
  EXPECT_EQ(ops_of(right.graph()), (std::vector<Op>{Op::kInput, Op::kLinear}));

  OnnxBuilder left;
  left.input("x", {1, 2, 2}).output("y").floats("W", {3, 2}, {1, 2, 3, 4, 5, 6});
  left.node("MatMul", {"W", "x"}, {"y"});
  const GraphTensor out = left.run({1, 10, 0, 1});
  EXPECT_EQ(out.shape, (Dims{1, 3, 2}));
  EXPECT_THAT(out.values, ElementsAre(1, 12, 3, 34, 5, 56));

  OnnxBuilder vector;
  vector.input("x", {1, 2, 2}).output("y").floats("w", {2}, {1, -1}).node("MatMul", {"x", "w"}, {"y"});
  EXPECT_EQ(vector.run({1, 10, 0, 1}).shape, (Dims{1, 2}));
  EXPECT_THAT(vector.run({1, 10, 0, 1}).values, ElementsAre(-9, -1));

  OnnxBuilder stack;  // one matrix a batch entry: no layer
  stack.input("x", {1, 2, 1, 2}).output("y").floats("W", {2, 2, 1}, {1, 2, 3, 4}).node("MatMul", {"x", "W"}, {"y"});
  EXPECT_THAT(stack.run({1, 1, 1, 1}).values, ElementsAre(3, 7));
}

TEST(LayerOperatorTest, EinsumIsAProductOfMatrices) {
  OnnxBuilder b;
  b.input("x", {1, 2, 2}).output("y").node("Einsum", {"x", "x"}, {"y"}).with_text("equation", "bid, bjd -> bij");
  EXPECT_THAT(b.run({1, 2, 3, 4}).values, ElementsAre(5, 11, 11, 25));
  OnnxBuilder w;  // with a constant it is a layer; the rows of W are its second letter here
  w.input("x", {1, 2, 2}).output("y").floats("W", {3, 2}, {1, 2, 3, 4, 5, 6});
  w.node("Einsum", {"x", "W"}, {"y"}).with_text("equation", "bid,od->bio");
  EXPECT_EQ(ops_of(w.graph()), (std::vector<Op>{Op::kInput, Op::kLinear}));
  EXPECT_THAT(w.run({1, 0, 0, 1}).values, ElementsAre(1, 3, 5, 2, 4, 6));
  OnnxBuilder t;
  t.input("x", {1, 2, 3}).output("y").node("Einsum", {"x"}, {"y"}).with_text("equation", "abc->cba");
  EXPECT_EQ(t.run(counting(6)).shape, (Dims{3, 2, 1}));
  EXPECT_THAT(t.run(counting(6)).values, ElementsAre(0, 3, 1, 4, 2, 5));
}

TEST(LayerOperatorTest, SameUpperPadsBehindAndSameLowerInFront) {
  const auto run = [](const std::string& how) {
    OnnxBuilder b;
    b.input("x", {1, 1, 4}).output("y").floats("W", {1, 1, 2}, {1, 10}).floats("B", {1}, {0.5F});
    b.node("Conv", {"x", "W", "B"}, {"y"}).with_text("auto_pad", how);
    return b.run({1, 2, 3, 4}).values;
  };
  EXPECT_THAT(run("SAME_UPPER"), ElementsAre(21.5F, 32.5F, 43.5F, 4.5F));
  EXPECT_THAT(run("SAME_LOWER"), ElementsAre(10.5F, 21.5F, 32.5F, 43.5F));
  EXPECT_THAT(run("VALID"), ElementsAre(21.5F, 32.5F, 43.5F));
}

TEST(LayerOperatorTest, ConvolutionHasHeightFirst) {
  OnnxBuilder b;
  b.input("x", {1, 1, 3, 4}).output("y").floats("W", {1, 1, 2, 1}, {1, 100});
  b.node("Conv", {"x", "W"}, {"y"}).with("strides", {1, 2}).with("pads", {1, 0, 0, 0});
  const GraphTensor out = b.run(counting(12));
  EXPECT_EQ(out.shape, (Dims{1, 1, 3, 2}));
  EXPECT_THAT(out.values, ElementsAre(0, 200, 400, 602, 804, 1006));
}

TEST(LayerOperatorTest, AConstantPerChannelBehindAConvolutionIsItsBias) {
  OnnxBuilder b;
  b.input("x", {1, 1, 2, 2}).output("y").floats("W", {2, 1, 1, 1}, {1, 2}).floats("c", {2, 1, 1}, {5, 6});
  b.node("Conv", {"x", "W"}, {"z"}).node("Add", {"z", "c"}, {"y"});
  EXPECT_EQ(ops_of(b.graph()), (std::vector<Op>{Op::kInput, Op::kConvolution}));
  EXPECT_THAT(b.run({1, 2, 3, 4}).values, ElementsAre(6, 7, 8, 9, 8, 10, 12, 14));
}

OnnxBuilder& batch_norm(OnnxBuilder& b, const std::string& x, const std::string& y) {
  b.floats("scale", {2}, {2, 3}).floats("shift", {2}, {1, -1}).floats("mean", {2}, {1, 2}).floats("var", {2}, {4, 9});
  return b.node("BatchNormalization", {x, "scale", "shift", "mean", "var"}, {y}).with_real("epsilon", 0);
}

TEST(LayerOperatorTest, BatchNormIsAnAffineMapOfChannels) {
  OnnxBuilder b;
  b.input("x", {1, 2, 2}).output("y");
  batch_norm(b, "x", "y");
  EXPECT_THAT(b.run({1, 3, 2, 5}).values, ElementsAre(1, 3, -1, 2));
  EXPECT_EQ(b.graph().nodes[1].op, Op::kChannelAffine);
  EXPECT_EQ(b.graph().nodes[1].axis, 1);
}

TEST(LayerOperatorTest, BatchNormBehindALayerIsFolded) {
  OnnxBuilder b;
  b.input("x", {1, 2}).output("y").floats("W", {2, 2}, {1, 2, 3, 4}).floats("B", {2}, {1, 1});
  b.node("Gemm", {"x", "W", "B"}, {"z"});
  batch_norm(b, "z", "y");
  EXPECT_EQ(ops_of(b.graph()), (std::vector<Op>{Op::kInput, Op::kLinear}));
  // x W + 1 = (5, 7): (5 - 1) / 2 * 2 + 1, (7 - 2) / 3 * 3 - 1
  EXPECT_THAT(b.run({1, 1}).values, ElementsAre(5, 4));
}

TEST(LayerOperatorTest, BatchNormBetweenTranspositionsIsAlongTheLastAxis) {
  OnnxBuilder b;
  b.input("x", {1, 3, 2}).output("y").node("Transpose", {"x"}, {"t"}).with("perm", {0, 2, 1});
  batch_norm(b, "t", "u").node("Transpose", {"u"}, {"y"}).with("perm", {0, 2, 1});
  const Graph graph = b.graph();
  ASSERT_EQ(ops_of(graph), (std::vector<Op>{Op::kInput, Op::kChannelAffine}));
  EXPECT_EQ(graph.nodes[1].axis, 2);
  EXPECT_THAT(b.run({1, 2, 3, 5, 1, 2}).values, ElementsAre(1, -1, 3, 2, 1, -1));
}

TEST(LayerOperatorTest, AveragePoolingCountsPaddingOnlyWhereAsked) {
  const auto run = [](std::int64_t counted) {
    OnnxBuilder b;
    b.input("x", {1, 1, 2, 2}).output("y").node("AveragePool", {"x"}, {"y"}).with("kernel_shape", {2, 2});
    b.with("pads", {1, 1, 0, 0}).with("strides", {2, 2}).with("count_include_pad", counted);
    return b.run({4, 8, 12, 16}).values;
  };
  EXPECT_THAT(run(0), ElementsAre(4));
  EXPECT_THAT(run(1), ElementsAre(1));
}

TEST(LayerOperatorTest, MaxPoolingOfNegativeValuesIgnoresPadding) {
  OnnxBuilder b;
  b.input("x", {1, 1, 3}).output("y").node("MaxPool", {"x"}, {"y"}).with("kernel_shape", Dims{2});
  b.with("pads", {1, 0}).with("strides", Dims{2});
  EXPECT_THAT(b.run({-3, -2, -1}).values, ElementsAre(-3, -1));
}

TEST(LayerOperatorTest, LayerNormOverTwoAxes) {
  OnnxBuilder b;
  b.input("x", {1, 2, 2}).output("y").floats("g", {2, 2}, {1, 1, 1, 2}).floats("b", {2, 2}, {0, 0, 0, 1});
  b.node("LayerNormalization", {"x", "g", "b"}, {"y"}).with("axis", 1).with_real("epsilon", 0);
  // mean 3, variance 5
  const float unit = 1 / std::sqrt(5.0F);
  EXPECT_THAT(b.run({0, 2, 4, 6}).values, Pointwise(FloatNear(1e-6F), {-3 * unit, -unit, unit, 2 * 3 * unit + 1}));
}

TEST(LayerOperatorTest, SoftmaxBelowOpset13FlattensWhatFollowsTheAxis) {
  const auto run = [](std::int64_t opset) {
    OnnxBuilder b(opset);
    b.input("x", {1, 2, 2}).output("y").node("Softmax", {"x"}, {"y"}).with("axis", 1);
    return b.run({0, 0, 0, std::log(5.0F)}).values;
  };
  EXPECT_THAT(run(11), Pointwise(FloatNear(1e-6F), {0.125F, 0.125F, 0.125F, 0.625F}));
  EXPECT_THAT(run(13), Pointwise(FloatNear(1e-6F), {0.5F, 1.0F / 6, 0.5F, 5.0F / 6}));
}

TEST(LayerOperatorTest, SoftmaxWithoutAxisIsOverTheLastSince13) {
  OnnxBuilder old(12);
  old.input("x", {1, 2, 2}).output("y").node("Softmax", {"x"}, {"y"});
  EXPECT_THAT(old.run({0, 0, 0, 0}).values, ElementsAre(0.25F, 0.25F, 0.25F, 0.25F));
  OnnxBuilder now(13);
  now.input("x", {1, 2, 2}).output("y").node("Softmax", {"x"}, {"y"});
  EXPECT_THAT(now.run({0, 0, 0, 0}).values, ElementsAre(0.5F, 0.5F, 0.5F, 0.5F));
}

TEST(LayerOperatorTest, ReductionsTakeAxesAsAttributeOrOperand) {
  OnnxBuilder attribute(13);
  attribute.input("x", {1, 2, 3}).output("y").node("ReduceMean", {"x"}, {"y"}).with("axes", Dims{-2});
  attribute.with("keepdims", 0);
  EXPECT_EQ(attribute.run(counting(6)).shape, (Dims{1, 3}));
  EXPECT_THAT(attribute.run(counting(6)).values, ElementsAre(1.5F, 2.5F, 3.5F));
  OnnxBuilder operand(18);
  operand.input("x", {1, 2, 3}).output("y").ints("axes", {1}).node("ReduceMean", {"x", "axes"}, {"y"});
  EXPECT_EQ(operand.run(counting(6)).shape, (Dims{1, 1, 3}));
  OnnxBuilder all(13);
  all.input("x", {1, 2, 3}).output("y").node("ReduceSum", {"x"}, {"y"}).with("keepdims", 0);
  EXPECT_EQ(all.run(counting(6)).shape, (Dims{}));
  EXPECT_THAT(all.run(counting(6)).values, ElementsAre(15));
  OnnxBuilder global;
  global.input("x", {1, 2, 3}).output("y").node("GlobalAveragePool", {"x"}, {"y"});
  EXPECT_THAT(global.run(counting(6)).values, ElementsAre(1, 4));
}

}  // namespace
}  // namespace ranvier::workloads
