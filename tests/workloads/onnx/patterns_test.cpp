// SPDX-License-Identifier: Apache-2.0
// Activations, norms and scales in the spellings of exporters: each becomes its one node.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/workloads/onnx/onnx_builder.h"

namespace ranvier::workloads {
namespace {

OnnxBuilder scalars(std::int64_t opset = 17) {
  OnnxBuilder b(opset);
  b.input("x", {-1, 4});
  b.floats("half", {}, {0.5F}).floats("one", {}, {1.0F}).floats("root2", {}, {1.4142135F}).floats("two", {}, {2.0F});
  b.floats("inverse", {1}, {0.70710677F}).floats("three", {}, {3.0F}).floats("six", {}, {6.0F});
  b.floats("cubic", {}, {0.044715F}).floats("rootpi", {}, {0.7978846F}).floats("quick", {}, {1.702F});
  return b.output("y");
}

void expect_unary(const OnnxBuilder& b, Unary kind) {
  const Graph graph = b.graph();
  ASSERT_EQ(ops_of(graph), (std::vector<Op>{Op::kInput, Op::kUnary})) << canonical_text(graph);
  EXPECT_EQ(graph.nodes[1].unary, kind);
}

TEST(PatternTest, GeluWithTheHalfLast) {
  OnnxBuilder b = scalars();
  b.node("Div", {"x", "root2"}, {"u"}).node("Erf", {"u"}, {"e"}).node("Add", {"e", "one"}, {"s"});
  b.node("Mul", {"x", "s"}, {"p"}).node("Mul", {"p", "half"}, {"y"});
  expect_unary(b, Unary::kGelu);
}

TEST(PatternTest, GeluWithTheHalfFirst) {
  OnnxBuilder b = scalars();
  b.node("Mul", {"x", "inverse"}, {"u"}).node("Erf", {"u"}, {"e"}).node("Add", {"one", "e"}, {"s"});
  b.node("Mul", {"half", "x"}, {"h"}).node("Mul", {"h", "s"}, {"y"});
  expect_unary(b, Unary::kGelu);
}

TEST(PatternTest, GeluWithTheHalfInTheGate) {
  OnnxBuilder b = scalars();
  b.node("Div", {"x", "root2"}, {"u"}).node("Erf", {"u"}, {"e"}).node("Mul", {"e", "half"}, {"f"});
  b.node("Add", {"f", "half"}, {"s"}).node("Mul", {"s", "x"}, {"y"});
  expect_unary(b, Unary::kGelu);
}

TEST(PatternTest, GeluDividedByTwo) {
  OnnxBuilder b = scalars();
  b.node("Div", {"x", "root2"}, {"u"}).node("Erf", {"u"}, {"e"}).node("Add", {"e", "one"}, {"s"});
  b.node("Div", {"s", "two"}, {"g"}).node("Mul", {"g", "x"}, {"y"});
  expect_unary(b, Unary::kGelu);
}

TEST(PatternTest, AnErfGateOfAnotherArgumentKeepsItsNumbers) {
  OnnxBuilder b = scalars();
  b.node("Mul", {"x", "half"}, {"u"}).node("Erf", {"u"}, {"e"}).node("Add", {"e", "one"}, {"s"});
  b.node("Mul", {"x", "s"}, {"y"});
  const std::vector<float> in{-1.5F, -0.25F, 0.5F, 2.0F};
  const GraphTensor out = b.run(in);
  for (std::size_t i = 0; i < in.size(); ++i) EXPECT_NEAR(out.values[i], in[i] * (1 + std::erf(in[i] / 2)), 1e-6F);
}

TEST(PatternTest, AGateThatIsNoGeluStaysApart) {
  OnnxBuilder b = scalars();
  b.node("Div", {"x", "root2"}, {"u"}).node("Erf", {"u"}, {"e"}).node("Add", {"e", "two"}, {"s"});
  b.node("Mul", {"x", "s"}, {"y"});
  const GraphTensor out = b.run({1, -1, 0.5F, 0});
  EXPECT_NEAR(out.values[0], 2 + std::erf(1 / std::sqrt(2.0F)), 1e-6F);
}

TEST(PatternTest, TanhGeluOfTheSum) {
  OnnxBuilder b = scalars();
  b.node("Pow", {"x", "three"}, {"c"}).node("Mul", {"c", "cubic"}, {"k"}).node("Add", {"x", "k"}, {"a"});
  b.node("Mul", {"a", "rootpi"}, {"u"}).node("Tanh", {"u"}, {"t"}).node("Add", {"t", "one"}, {"s"});
  b.node("Mul", {"x", "half"}, {"h"}).node("Mul", {"h", "s"}, {"y"});
  expect_unary(b, Unary::kGeluTanh);
}

TEST(PatternTest, TanhGeluOfTheProduct) {
  OnnxBuilder b = scalars();
  b.node("Mul", {"x", "x"}, {"q"}).node("Mul", {"q", "cubic"}, {"k"}).node("Add", {"k", "one"}, {"a"});
  b.node("Mul", {"x", "rootpi"}, {"r"}).node("Mul", {"r", "a"}, {"u"}).node("Tanh", {"u"}, {"t"});
  b.node("Add", {"t", "one"}, {"s"}).node("Mul", {"s", "half"}, {"h"}).node("Mul", {"x", "h"}, {"y"});
  expect_unary(b, Unary::kGeluTanh);
}

TEST(PatternTest, SigmoidGates) {
  OnnxBuilder silu = scalars();
  silu.node("Sigmoid", {"x"}, {"g"}).node("Mul", {"x", "g"}, {"y"});
  expect_unary(silu, Unary::kSilu);
  OnnxBuilder quick = scalars();
  quick.node("Mul", {"x", "quick"}, {"u"}).node("Sigmoid", {"u"}, {"g"}).node("Mul", {"g", "x"}, {"y"});
  expect_unary(quick, Unary::kQuickGelu);
}

TEST(PatternTest, HardSwishInThreeSpellings) {
  OnnxBuilder gate = scalars();
  gate.node("HardSigmoid", {"x"}, {"g"}).with_real("alpha", 1.0F / 6).node("Mul", {"x", "g"}, {"y"});
  expect_unary(gate, Unary::kHardSwish);
  OnnxBuilder clip = scalars();
  clip.floats("zero", {}, {0.0F});
  clip.node("Add", {"x", "three"}, {"a"}).node("Clip", {"a", "zero", "six"}, {"c"}).node("Mul", {"x", "c"}, {"p"});
  clip.node("Div", {"p", "six"}, {"y"});
  expect_unary(clip, Unary::kHardSwish);
  OnnxBuilder whole = scalars();
  whole.node("HardSwish", {"x"}, {"y"});
  expect_unary(whole, Unary::kHardSwish);
}

// The nine nodes of torch below opset 17.
OnnxBuilder nine_node_norm(bool rms) {
  OnnxBuilder b = scalars(13);
  b.floats("epsilon", {}, {1e-5F}).floats("gamma", {4}, {1, 2, 3, 4}).floats("beta", {4}, {0, 1, 0, -1});
  b.node("ReduceMean", {"x"}, {"mean"}).with("axes", OnnxBuilder::Dims{-1}).node("Sub", {"x", "mean"}, {"d"});
  const std::string d = rms ? "x" : "d";
  b.node("Pow", {d, "two"}, {"q"}).node("ReduceMean", {"q"}, {"v"}).with("axes", OnnxBuilder::Dims{-1});
  b.node("Add", {"v", "epsilon"}, {"e"}).node("Sqrt", {"e"}, {"s"}).node("Div", {d, "s"}, {"n"});
  b.node("Mul", {"n", "gamma"}, {"g"});
  if (rms)
    b.node("Identity", {"g"}, {"y"});
  else
    b.node("Add", {"g", "beta"}, {"y"});
  return b;
}

TEST(PatternTest, LayerNormOfNineNodes) {
  const Graph graph = nine_node_norm(false).graph();
  ASSERT_EQ(ops_of(graph), (std::vector<Op>{Op::kInput, Op::kLayerNorm})) << canonical_text(graph);
  EXPECT_EQ(graph.nodes[1].weight, (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(graph.nodes[1].bias, (std::vector<float>{0, 1, 0, -1}));
  EXPECT_EQ(graph.nodes[1].epsilon, static_cast<double>(1e-5F));
  OnnxBuilder whole = scalars();
  whole.floats("gamma", {4}, {1, 2, 3, 4}).floats("beta", {4}, {0, 1, 0, -1});
  whole.node("LayerNormalization", {"x", "gamma", "beta"}, {"y"});
  EXPECT_EQ(whole.text(), canonical_text(graph));
}

TEST(PatternTest, RmsNormHasNoMean) {
  const Graph graph = nine_node_norm(true).graph();
  ASSERT_EQ(ops_of(graph), (std::vector<Op>{Op::kInput, Op::kRmsNorm})) << canonical_text(graph);
  EXPECT_EQ(graph.nodes[1].weight, (std::vector<float>{1, 2, 3, 4}));
}

// q (k scaled) in several ways is one graph.
std::string scaled_product(const std::vector<std::string>& way) {
  OnnxBuilder b;
  b.input("x", {1, 4, 8}).output("y");
  b.floats("w", {8, 8}, counting(64)).floats("v", {8, 8}, counting(64));
  b.floats("d", {}, {8.0F}).floats("minus", {}, {-0.5F}).floats("plus", {}, {0.5F}).floats("quarter", {}, {0.25F});
  b.floats("root", {}, {2.828427F});
  b.node("MatMul", {"x", "w"}, {"q"}).node("MatMul", {"x", "v"}, {"k"});
  b.node("Transpose", {"k"}, {"kt"}).with("perm", {0, 2, 1});
  const std::string& how = way[0];
  if (how == "power behind") {
    b.node("Pow", {"d", "minus"}, {"c"}).node("MatMul", {"q", "kt"}, {"a"}).node("Mul", {"a", "c"}, {"y"});
  } else if (how == "root behind") {
    b.node("Sqrt", {"d"}, {"c"}).node("MatMul", {"q", "kt"}, {"a"}).node("Div", {"a", "c"}, {"y"});
  } else if (how == "rounded root in front") {
    b.node("Div", {"q", "root"}, {"p"}).node("MatMul", {"p", "kt"}, {"y"});
  } else {
    b.node("Sqrt", {"root"}, {"c"}).node("Div", {"q", "c"}, {"p"}).node("Div", {"k", "c"}, {"l"});
    b.node("Transpose", {"l"}, {"lt"}).with("perm", {0, 2, 1}).node("MatMul", {"p", "lt"}, {"y"});
  }
  return b.text();
}

TEST(PatternTest, AttentionScaleHasOnePlaceAndOneNumber) {
  const std::string behind = scaled_product({"power behind"});
  EXPECT_EQ(scaled_product({"root behind"}), behind);
  EXPECT_EQ(scaled_product({"rounded root in front"}), behind);
  EXPECT_EQ(scaled_product({"half on either side"}), behind);
}

TEST(PatternTest, OrderOfSummandsDoesNotMatter) {
  const auto residual = [](bool swapped) {
    OnnxBuilder b;
    b.input("x", {1, 3}).output("y").floats("w", {3, 3}, counting(9)).node("MatMul", {"x", "w"}, {"f"});
    b.node("Add", swapped ? OnnxBuilder::Names{"f", "x"} : OnnxBuilder::Names{"x", "f"}, {"y"});
    return b.text();
  };
  EXPECT_EQ(residual(true), residual(false));
}

TEST(PatternTest, UnusedAndRepeatedNodesGo) {
  OnnxBuilder b;
  b.input("x", {1, 3}).output("y");
  b.node("Relu", {"x"}, {"a"}).node("Relu", {"x"}, {"b"}).node("Tanh", {"x"}, {"unused"});
  b.node("Add", {"a", "b"}, {"y"});
  EXPECT_EQ(ops_of(b.graph()), (std::vector<Op>{Op::kInput, Op::kUnary, Op::kAdd}));
}

}  // namespace
}  // namespace ranvier::workloads
