// SPDX-License-Identifier: Apache-2.0
// Arithmetic, layout and constants: what each operator gives, to exact numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <functional>
#include <limits>

#include "tests/workloads/onnx/onnx_builder.h"
#include "workloads/onnx/onnx_errors.h"

namespace ranvier::workloads {
namespace {

using Dims = OnnxBuilder::Dims;
using testing::ElementsAre;

OnnxBuilder of(const Dims& dims, std::int64_t opset = 17) {
  OnnxBuilder b(opset);
  b.input("x", dims).output("y");
  return b;
}

TEST(ValueOperatorTest, ArithmeticWithConstants) {
  const auto run = [](const std::string& op, const OnnxBuilder::Names& operands) {
    OnnxBuilder b = of({1, 2});
    b.floats("c", {2}, {2, 4}).node(op, operands, {"y"});
    return b.run({1, 8}).values;
  };
  EXPECT_THAT(run("Add", {"c", "x"}), ElementsAre(3, 12));
  EXPECT_THAT(run("Sub", {"x", "c"}), ElementsAre(-1, 4));
  EXPECT_THAT(run("Sub", {"c", "x"}), ElementsAre(1, -4));
  EXPECT_THAT(run("Mul", {"c", "x"}), ElementsAre(2, 32));
  EXPECT_THAT(run("Div", {"x", "c"}), ElementsAre(0.5F, 2));
  EXPECT_THAT(run("Div", {"c", "x"}), ElementsAre(2, 0.5F));
  EXPECT_THAT(run("Div", {"x", "x"}), ElementsAre(1, 1));
  EXPECT_THAT(run("Sub", {"x", "x"}), ElementsAre(0, 0));
  EXPECT_THAT(run("Sum", {"x", "c", "x"}), ElementsAre(4, 20));
}

TEST(ValueOperatorTest, Powers) {
  const auto run = [](float exponent) {
    OnnxBuilder b = of({1, 2});
    b.floats("e", {}, {exponent}).node("Pow", {"x", "e"}, {"y"});
    return b.run({4, 0.25F}).values;
  };
  EXPECT_THAT(run(2), ElementsAre(16, 0.0625F));
  EXPECT_THAT(run(3), ElementsAre(64, 0.015625F));
  EXPECT_THAT(run(0.5F), ElementsAre(2, 0.5F));
  EXPECT_THAT(run(-0.5F), ElementsAre(0.5F, 2));
  EXPECT_THAT(run(-1), ElementsAre(0.25F, 4));
  EXPECT_THAT(run(1), ElementsAre(4, 0.25F));
  EXPECT_THROW(run(2.5F), UnsupportedForm);
}

TEST(ValueOperatorTest, ScalarsMergeAndOnesAndZerosGo) {
  OnnxBuilder b = of({1, 2});
  b.floats("two", {1, 1}, {2}).floats("half", {}, {0.5F}).floats("zero", {2}, {0, 0});
  b.node("Mul", {"x", "two"}, {"a"}).node("Add", {"a", "zero"}, {"b"}).node("Mul", {"b", "half"}, {"y"});
  EXPECT_EQ(ops_of(b.graph()), (std::vector<Op>{Op::kInput}));
  EXPECT_EQ(b.graph().outputs, b.graph().inputs);
}

TEST(ValueOperatorTest, ClipIsReluOrRelu6) {
  OnnxBuilder six = of({1, 3}, 9);
  six.node("Clip", {"x"}, {"y"}).with_real("min", 0).with_real("max", 6);
  EXPECT_THAT(six.run({-1, 3, 7}).values, ElementsAre(0, 3, 6));
  OnnxBuilder open = of({1, 3});
  open.floats("zero", {}, {0}).node("Clip", {"x", "zero"}, {"y"});
  EXPECT_THAT(open.run({-1, 3, 7}).values, ElementsAre(0, 3, 7));
  EXPECT_EQ(open.graph().nodes[1].unary, Unary::kRelu);
}

TEST(ValueOperatorTest, ReshapeCopiesAndInfersExtents) {
  const auto shape = [](const Dims& target, std::int64_t allow_zero) {
    OnnxBuilder b = of({1, 2, 6});
    b.ints("s", target).node("Reshape", {"x", "s"}, {"y"}).with("allowzero", allow_zero);
    return b.run(counting(12)).shape;
  };
  EXPECT_EQ(shape({0, -1}, 0), (Dims{1, 12}));
  EXPECT_EQ(shape({0, 0, 3, 2}, 0), (Dims{1, 2, 3, 2}));
  EXPECT_EQ(shape({4, -1}, 0), (Dims{4, 3}));
  EXPECT_THROW(shape({0, 12}, 1), BadOnnxNode);
  EXPECT_THROW(shape({-1, -1}, 0), BadOnnxNode);
  EXPECT_THROW(shape({5, -1}, 0), BadOnnxNode);
  EXPECT_THROW(shape({1, 2, 6, 0}, 0), BadOnnxNode);
}

TEST(ValueOperatorTest, FlattenSqueezeUnsqueeze) {
  OnnxBuilder flat = of({1, 2, 3});
  flat.node("Flatten", {"x"}, {"y"}).with("axis", 2);
  EXPECT_EQ(flat.run(counting(6)).shape, (Dims{2, 3}));
  OnnxBuilder all = of({1, 2, 1});
  all.node("Squeeze", {"x"}, {"y"});
  EXPECT_EQ(all.run(counting(2)).shape, (Dims{2}));
  OnnxBuilder attribute = of({1, 2, 1}, 11);
  attribute.node("Squeeze", {"x"}, {"y"}).with("axes", Dims{-1});
  EXPECT_EQ(attribute.run(counting(2)).shape, (Dims{1, 2}));
  OnnxBuilder operand = of({1, 2});
  operand.ints("axes", {0, -1}).node("Unsqueeze", {"x", "axes"}, {"y"});
  EXPECT_EQ(operand.run(counting(2)).shape, (Dims{1, 1, 2, 1}));
  OnnxBuilder wide = of({1, 2});
  wide.ints("axes", {1}).node("Squeeze", {"x", "axes"}, {"y"});
  EXPECT_THROW(wide.graph(), BadOnnxNode);
}

TEST(ValueOperatorTest, SlicesForwardsAndBackwards) {
  const auto run = [](std::int64_t start, std::int64_t end, std::int64_t step) {
    OnnxBuilder b = of({1, 5});
    b.ints("s", {start}).ints("e", {end}).ints("a", {1}).ints("p", {step});
    b.node("Slice", {"x", "s", "e", "a", "p"}, {"y"});
    return b.run(counting(5)).values;
  };
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kStart = std::numeric_limits<std::int64_t>::min();
  EXPECT_THAT(run(1, 3, 1), ElementsAre(1, 2));
  EXPECT_THAT(run(-2, kEnd, 1), ElementsAre(3, 4));
  EXPECT_THAT(run(0, kEnd, 2), ElementsAre(0, 2, 4));
  EXPECT_THAT(run(1, 5, 3), ElementsAre(1, 4));
  EXPECT_THAT(run(-1, kStart, -1), ElementsAre(4, 3, 2, 1, 0));
  EXPECT_THAT(run(3, 0, -2), ElementsAre(3, 1));
  EXPECT_THAT(run(2, 3, kEnd), ElementsAre(2));
  EXPECT_THROW(run(3, 3, 1), BadOnnxNode);
  EXPECT_THROW(run(0, 3, 0), BadOnnxNode);
  OnnxBuilder attribute = of({1, 5}, 9);
  attribute.node("Slice", {"x"}, {"y"}).with("starts", {0, 2}).with("ends", {1, 4});
  EXPECT_THAT(attribute.run(counting(5)).values, ElementsAre(2, 3));
}

TEST(ValueOperatorTest, SplitsBySizesAndInEqualParts) {
  OnnxBuilder sizes = of({1, 5});
  sizes.ints("sizes", {2, 3}).node("Split", {"x", "sizes"}, {"a", "y"}).with("axis", -1);
  EXPECT_THAT(sizes.run(counting(5)).values, ElementsAre(2, 3, 4));
  OnnxBuilder attribute = of({1, 5}, 11);
  attribute.node("Split", {"x"}, {"y", "b"}).with("axis", 1).with("split", {4, 1});
  EXPECT_THAT(attribute.run(counting(5)).values, ElementsAre(0, 1, 2, 3));
  OnnxBuilder equal = of({1, 6});
  equal.node("Split", {"x"}, {"a", "b", "y"}).with("axis", 1);
  EXPECT_THAT(equal.run(counting(6)).values, ElementsAre(4, 5));
  OnnxBuilder uneven = of({1, 5});
  uneven.node("Split", {"x"}, {"y", "b"}).with("axis", 1);
  EXPECT_THROW(uneven.graph(), BadOnnxNode);
  OnnxBuilder short_of = of({1, 5});
  short_of.ints("sizes", {2, 2}).node("Split", {"x", "sizes"}, {"a", "y"}).with("axis", 1);
  EXPECT_THROW(short_of.graph(), BadOnnxNode);
}

TEST(ValueOperatorTest, GatherOfOneOfARangeAndOfAnyRows) {
  const auto run = [](const Dims& dims, const std::vector<std::int64_t>& rows) {
    OnnxBuilder b = of({1, 4});
    b.ints("i", dims, rows).node("Gather", {"x", "i"}, {"y"}).with("axis", 1);
    return b.run(counting(4));
  };
  EXPECT_EQ(run({}, {-1}).shape, (Dims{1}));
  EXPECT_THAT(run({}, {-1}).values, ElementsAre(3));
  EXPECT_EQ(run({1, 2}, {1, 2}).shape, (Dims{1, 1, 2}));
  EXPECT_THAT(run({3}, {2, 0, 0}).values, ElementsAre(2, 0, 0));
  EXPECT_THROW(run({}, {4}), BadOnnxNode);
}

TEST(ValueOperatorTest, SlicesOfALayerCutItsWeights) {
  OnnxBuilder b = of({1, 2});
  b.floats("W", {2, 4}, counting(8)).floats("c", {4}, {0, 10, 20, 30}).ints("shape", {1, 2, 2}).ints("one", {}, {1});
  b.node("MatMul", {"x", "W"}, {"a"}).node("Add", {"a", "c"}, {"z"}).node("Reshape", {"z", "shape"}, {"r"});
  b.node("Gather", {"r", "one"}, {"y"}).with("axis", 1);
  const Graph graph = b.graph();
  ASSERT_EQ(ops_of(graph), (std::vector<Op>{Op::kInput, Op::kLinear})) << canonical_text(graph);
  EXPECT_EQ(graph.nodes[1].weight, (std::vector<float>{2, 6, 3, 7}));
  EXPECT_EQ(graph.nodes[1].bias, (std::vector<float>{20, 30}));
}

TEST(ValueOperatorTest, ConcatJoinsConstantsAndNestedJoins) {
  OnnxBuilder b = of({1, 2});
  b.floats("a", {1, 1}, {7}).floats("b", {1, 2}, {8, 9});
  b.node("Concat", {"b", "x"}, {"z"}).with("axis", 1).node("Concat", {"a", "z"}, {"y"}).with("axis", -1);
  const Graph graph = b.graph();
  EXPECT_EQ(ops_of(graph), (std::vector<Op>{Op::kInput, Op::kConstant, Op::kConcat}));
  EXPECT_THAT(b.run({1, 2}).values, ElementsAre(7, 8, 9, 1, 2));
}

TEST(ValueOperatorTest, PadIsAJoinWithConstants) {
  OnnxBuilder b = of({1, 1, 2});
  b.ints("pads", {0, 1, 0, 0, 0, 1}).floats("fill", {}, {9}).node("Pad", {"x", "pads", "fill"}, {"y"});
  const GraphTensor out = b.run({1, 2});
  EXPECT_EQ(out.shape, (Dims{1, 2, 3}));
  EXPECT_THAT(out.values, ElementsAre(9, 9, 9, 1, 2, 9));
}

TEST(ValueOperatorTest, ShapeChainsAreComputed) {
  // The class token of torch: Shape -> Gather -> Concat -> ConstantOfShape -> Mul -> Equal -> Where -> Expand.
  OnnxBuilder b = of({-1, 2, 3});
  b.floats("token", {1, 1, 3}, {7, 8, 9}).ints("zero", {}, {0}).ints("first", {0}).ints("minus", {2}, {-1, -1});
  b.ints("rest", {-1}).ints("three", {3}).ints("unknown", {}, {-1});
  b.node("Shape", {"x"}, {"s"}).node("Gather", {"s", "zero"}, {"n"}).node("Unsqueeze", {"n", "first"}, {"u"});
  b.node("Concat", {"u", "rest", "rest"}, {"want"}).with("axis", 0).node("Shape", {"want"}, {"k"});
  auto& one = b.node("ConstantOfShape", {"k"}, {"ones"}).attribute("value", onnx::AttributeProto::TENSOR);
  one.mutable_t()->set_data_type(onnx::TensorProto::INT64);
  one.mutable_t()->add_dims(1);
  one.mutable_t()->add_int64_data(1);
  b.node("Mul", {"ones", "unknown"}, {"open"}).node("Equal", {"want", "open"}, {"is"});
  b.node("Where", {"is", "ones", "want"}, {"shape"}).node("Expand", {"token", "shape"}, {"t"});
  b.node("Concat", {"t", "x"}, {"y"}).with("axis", 1);
  EXPECT_EQ(b.run(counting(6)).shape, (Dims{1, 3, 3}));
  EXPECT_THAT(b.run(counting(6)).values, ElementsAre(7, 8, 9, 0, 1, 2, 3, 4, 5));
}

TEST(ValueOperatorTest, RangeTileCastAndComparison) {
  OnnxBuilder b = of({1, 6});
  b.ints("a", {}, {1}).ints("end", {}, {7}).ints("step", {}, {2}).ints("twice", {2});
  b.node("Range", {"a", "end", "step"}, {"r"}).node("Tile", {"r", "twice"}, {"t"});
  b.node("Cast", {"t"}, {"f"}).with("to", onnx::TensorProto::FLOAT).node("Add", {"x", "f"}, {"y"});
  EXPECT_THAT(b.run({0, 0, 0, 0, 0, 0}).values, ElementsAre(1, 3, 5, 1, 3, 5));
}

TEST(ValueOperatorTest, EveryStorageOfNumbers) {
  const auto half = [](OnnxBuilder& b) {
    auto& t = b.tensor("c", {3}, onnx::TensorProto::FLOAT16);
    for (const int bits : {0x3c00, 0xc100, 0x0001}) t.add_int32_data(bits);  // 1, -2.5, 2^-24
  };
  const auto raw = [](OnnxBuilder& b) {
    auto& t = b.tensor("c", {3}, onnx::TensorProto::DOUBLE);
    const double values[3] = {1, -2.5, 0x1p-24};
    t.set_raw_data(values, sizeof(values));
  };
  const auto brain = [](OnnxBuilder& b) {
    auto& t = b.tensor("c", {3}, onnx::TensorProto::BFLOAT16);
    for (const float value : {1.0F, -2.5F, 0x1p-24F})
      t.add_int32_data(static_cast<std::int32_t>(std::bit_cast<std::uint32_t>(value) >> 16));
  };
  for (const auto& store : std::vector<std::function<void(OnnxBuilder&)>>{half, raw, brain}) {
    OnnxBuilder b = of({1, 3});
    store(b);
    b.node("Add", {"x", "c"}, {"y"});
    EXPECT_THAT(b.run({0, 0, 0}).values, ElementsAre(1, -2.5F, 0x1p-24F));
    EXPECT_TRUE(b.import().notes.empty());
  }
  OnnxBuilder b = of({1, 1});
  b.tensor("c", {1}, onnx::TensorProto::DOUBLE).add_double_data(0.1);
  b.node("Add", {"x", "c"}, {"y"});
  EXPECT_THAT(b.import().notes, ElementsAre("tensor c: 1 of 1 doubles rounded to the nearest float"));
}

TEST(ValueOperatorTest, OtherTypesThanFloatAreSaid) {
  OnnxBuilder b;
  b.input("x", {1, 2}, onnx::TensorProto::FLOAT16).output("y").node("Cast", {"x"}, {"y"});
  b.with("to", onnx::TensorProto::DOUBLE);
  EXPECT_THAT(b.import().notes, ElementsAre("input x: computed in float32, the file has element type 10",
                                            "node the Cast: computed in float32, the file casts to type 11"));
}

TEST(ValueOperatorTest, IdentityAliasesOfInitialisers) {
  OnnxBuilder b = of({1, 2});
  b.floats("W", {2, 2}, {1, 2, 3, 4}).node("Identity", {"W"}, {"V"}).node("MatMul", {"x", "V"}, {"y"});
  EXPECT_EQ(ops_of(b.graph()), (std::vector<Op>{Op::kInput, Op::kLinear}));
}

TEST(ValueOperatorTest, DropoutAndCastsToFloatGo) {
  OnnxBuilder b = of({1, 2});
  b.node("Dropout", {"x"}, {"d", "mask"}).node("Cast", {"d"}, {"c"}).with("to", onnx::TensorProto::FLOAT);
  b.node("Relu", {"c"}, {"y"});
  EXPECT_EQ(ops_of(b.graph()), (std::vector<Op>{Op::kInput, Op::kUnary}));
}

TEST(ValueOperatorTest, TranspositionsMergeAndMovesOfUnitAxesAreReshapes) {
  OnnxBuilder b = of({1, 2, 3});
  b.node("Transpose", {"x"}, {"a"}).with("perm", {0, 2, 1}).node("Transpose", {"a"}, {"b"}).with("perm", {0, 2, 1});
  b.node("Relu", {"b"}, {"y"});
  EXPECT_EQ(ops_of(b.graph()), (std::vector<Op>{Op::kInput, Op::kUnary}));
  OnnxBuilder unit = of({1, 2, 3});
  unit.node("Transpose", {"x"}, {"y"}).with("perm", {1, 0, 2});
  EXPECT_EQ(ops_of(unit.graph()), (std::vector<Op>{Op::kInput, Op::kReshape}));
}

}  // namespace
}  // namespace ranvier::workloads
