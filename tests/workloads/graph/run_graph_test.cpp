// SPDX-License-Identifier: Apache-2.0
// Every operator against numbers worked out by hand, products and convolutions against their definition in double.
#include "workloads/graph/run_graph.h"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <cmath>

#include "made_graph.h"
#include "workloads/graph/graph_errors.h"

namespace ranvier::workloads {
namespace {

/// Output of a graph whose last node is its only output.
GraphTensor result(GraphMaker& made, const std::vector<GraphTensor>& inputs) {
  if (made.graph.outputs.empty()) made.output(NodeId(made.graph.nodes.size() - 1));
  return run_graph(made.graph, inputs).at(0);
}

std::vector<float> counting(std::size_t n) {
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<float>(i);
  return values;
}

TEST(RunGraph, LinearIsWeightTimesInputPlusBias) {
  GraphMaker made;
  made.linear(made.input({1, 2, 3}), {1, 2, 3, -1, 0, 1}, {10, 20});
  const GraphTensor y = result(made, {{{1, 2, 3}, {1, 1, 1, 2, 0, -1}}});
  EXPECT_EQ(y.shape, (Extents{1, 2, 2}));
  EXPECT_EQ(y.values, (std::vector<float>{16, 20, 9, 17}));
}

TEST(RunGraph, ProductsFollowTheirDefinitionAtAnySize) {
  for (std::uint64_t trial = 0; trial < 40; ++trial) {
    const auto size = [&](std::uint64_t which, std::uint32_t most) {
      return static_cast<std::int64_t>(1 + random_below(most, 11, which, trial));
    };
    const std::int64_t batch = size(0, 3), rows = size(1, 9), depth = size(2, 600), columns = size(3, 40);
    GraphMaker made;
    const NodeId a = made.input({batch, rows, depth}), b = made.input({1, depth, columns});
    made.make(Op::kMatMul, {a, b}, {batch, rows, columns});
    const GraphTensor x = drawn_tensor(1, trial, {batch, rows, depth}), w = drawn_tensor(2, trial, {1, depth, columns});
    const GraphTensor y = result(made, {x, w});
    for (std::int64_t r = 0; r < batch * rows; ++r)
      for (std::int64_t c = 0; c < columns; ++c) {
        double sum = 0;
        for (std::int64_t k = 0; k < depth; ++k)
          sum += static_cast<double>(x.values[static_cast<std::size_t>(r * depth + k)]) *
                 static_cast<double>(w.values[static_cast<std::size_t>(k * columns + c)]);
        ASSERT_NEAR(static_cast<double>(y.values[static_cast<std::size_t>(r * columns + c)]), sum, 1e-4)
            << batch << " " << rows << " " << depth << " " << columns;
      }
  }
}

TEST(RunGraph, ProductsOfVectorsAndBroadcastBatches) {
  GraphMaker made;
  const NodeId a = made.input({3}), b = made.input({2, 1, 3, 1}), c = made.input({1, 2, 1, 3});
  const NodeId row = made.make(Op::kMatMul, {a, b}, {2, 1, 1});
  const NodeId outer = made.make(Op::kMatMul, {b, c}, {2, 2, 3, 3});
  made.output(row), made.output(outer);
  const std::vector<GraphTensor> y = run_graph(
      made.graph, std::vector<GraphTensor>{
                      {{3}, {1, 2, 3}}, {{2, 1, 3, 1}, {1, 0, 1, 2, 2, 2}}, {{1, 2, 1, 3}, {1, 2, 3, 4, 5, 6}}});
  EXPECT_EQ(y[0].values, (std::vector<float>{4, 12}));
  EXPECT_EQ(std::vector<float>(y[1].values.begin() + 9, y[1].values.begin() + 18),
            (std::vector<float>{4, 5, 6, 0, 0, 0, 4, 5, 6}));
}

TEST(RunGraph, ThreadsDoNotChangeABit) {
  GraphMaker made;
  const NodeId x = made.input({1, 50, 300});
  made.linear(x, drawn(3, 0, std::size_t{300} * 700), drawn(3, 1, 700));
  const GraphTensor input = drawn_tensor(4, 0, {1, 50, 300});
  std::vector<float> one;
  {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, 1);
    one = result(made, {input}).values;
  }
  EXPECT_EQ(result(made, {input}).values, one);
}

struct ConvolutionCase {
  Extents in, out;
  Window window;
};

double convolution_at(const ConvolutionCase& k, const GraphNode& node, const std::vector<float>& x, std::int64_t o,
                      std::int64_t oy, std::int64_t ox) {
  const Window& w = k.window;
  const std::int64_t group_in = k.in[1] / w.groups, group = o / (k.out[1] / w.groups);
  double sum = static_cast<double>(node.bias[static_cast<std::size_t>(o)]);
  for (std::int64_t i = 0; i < group_in; ++i)
    for (std::int64_t ky = 0; ky < w.kernel[0]; ++ky)
      for (std::int64_t kx = 0; kx < w.kernel[1]; ++kx) {
        const std::int64_t y = oy * w.stride[0] - w.padding[0] + ky * w.dilation[0];
        const std::int64_t column = ox * w.stride[1] - w.padding[1] + kx * w.dilation[1];
        if (y < 0 || y >= k.in[2] || column < 0 || column >= k.in[3]) continue;
        sum += static_cast<double>(
                   x[static_cast<std::size_t>(((group * group_in + i) * k.in[2] + y) * k.in[3] + column)]) *
               static_cast<double>(
                   node.weight[static_cast<std::size_t>(((o * group_in + i) * w.kernel[0] + ky) * w.kernel[1] + kx)]);
      }
  return sum;
}

TEST(RunGraph, ConvolutionsFollowTheirDefinition) {
  const ConvolutionCase cases[] = {
      {{1, 3, 8, 8}, {1, 5, 2, 2}, {{4, 4}, {4, 4}, {1, 1}, {0, 0, 0, 0}, 1, false}},
      {{1, 4, 7, 9}, {1, 6, 4, 4}, {{3, 3}, {2, 2}, {1, 1}, {1, 0, 1, 0}, 2, false}},
      {{1, 4, 6, 5}, {1, 4, 6, 5}, {{3, 3}, {1, 1}, {2, 2}, {2, 2, 2, 2}, 4, false}},
      {{1, 2, 1, 11}, {1, 3, 1, 10}, {{1, 4}, {1, 1}, {1, 1}, {0, 2, 0, 0}, 1, false}},
      {{1, 1, 300, 500}, {1, 16, 300, 500}, {{3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 1, false}},  // in several parts
  };
  for (const ConvolutionCase& k : cases) {
    GraphMaker made;
    made.make(Op::kConvolution, {made.input(k.in)}, k.out);
    GraphNode& node = made.last();
    node.window = k.window;
    const std::int64_t weights = k.out[1] * (k.in[1] / k.window.groups) * k.window.kernel[0] * k.window.kernel[1];
    node.weight = drawn(5, 0, static_cast<std::size_t>(weights));
    node.bias = drawn(5, 1, static_cast<std::size_t>(k.out[1]));
    const GraphTensor x = drawn_tensor(6, 0, k.in), y = result(made, {x});
    ASSERT_EQ(y.shape, k.out);
    for (std::int64_t o = 0; o < k.out[1]; ++o)
      for (std::int64_t oy = 0; oy<k.out[2]; oy += k.out[2]> 50 ? 37 : 1)
        for (std::int64_t ox = 0; ox<k.out[3]; ox += k.out[3]> 50 ? 41 : 1)
          ASSERT_NEAR(static_cast<double>(y.values[static_cast<std::size_t>((o * k.out[2] + oy) * k.out[3] + ox)]),
                      convolution_at(k, made.graph.nodes.back(), x.values, o, oy, ox), 1e-5);
  }
}

TEST(RunGraph, ConvolutionOfOneAxis) {
  GraphMaker made;
  made.make(Op::kConvolution, {made.input({1, 1, 5})}, {1, 1, 2});
  made.last().window.kernel[1] = 3, made.last().window.stride[1] = 2;
  made.last().weight = {1, 10, 100}, made.last().bias = {0.5F};
  EXPECT_EQ(result(made, {{{1, 1, 5}, {1, 2, 3, 4, 5}}}).values, (std::vector<float>{321.5F, 543.5F}));
}

TEST(RunGraph, PoolingCountsPaddingOnlyWhereToldTo) {
  GraphMaker made;
  const NodeId x = made.input({1, 1, 3, 3});
  const auto pool = [&](Op op, bool count_padding) {
    const NodeId id = made.make(op, {x}, {1, 1, 2, 2});
    made.last().window = {{2, 2}, {2, 2}, {1, 1}, {0, 0, 1, 1}, 1, count_padding};
    made.output(id);
  };
  pool(Op::kMaxPool, false), pool(Op::kAveragePool, false), pool(Op::kAveragePool, true);
  const auto y = run_graph(made.graph, std::vector<GraphTensor>{{{1, 1, 3, 3}, {-9, -2, -3, -4, -5, -6, -7, -8, -1}}});
  EXPECT_EQ(y[0].values, (std::vector<float>{-2, -3, -7, -1}));
  EXPECT_EQ(y[1].values, (std::vector<float>{-5, -4.5F, -7.5F, -1}));
  EXPECT_EQ(y[2].values, (std::vector<float>{-5, -2.25F, -3.75F, -0.25F}));
}

TEST(RunGraph, ElementsOfTwoOperandsAreBroadcast) {
  GraphMaker made;
  const NodeId a = made.input({2, 1, 2}), b = made.input({3, 1});
  for (const Op op : {Op::kAdd, Op::kSubtract, Op::kMultiply, Op::kDivide})
    made.output(made.make(op, {a, b}, {2, 3, 2}));
  const auto y = run_graph(made.graph, std::vector<GraphTensor>{{{2, 1, 2}, {10, 20, 30, 40}}, {{3, 1}, {1, 2, 4}}});
  EXPECT_EQ(y[0].values, (std::vector<float>{11, 21, 12, 22, 14, 24, 31, 41, 32, 42, 34, 44}));
  EXPECT_EQ(y[1].values, (std::vector<float>{9, 19, 8, 18, 6, 16, 29, 39, 28, 38, 26, 36}));
  EXPECT_EQ(y[2].values, (std::vector<float>{10, 20, 20, 40, 40, 80, 30, 40, 60, 80, 120, 160}));
  EXPECT_EQ(y[3].values, (std::vector<float>{10, 20, 5, 10, 2.5F, 5, 30, 40, 15, 20, 7.5F, 10}));
}

TEST(RunGraph, ScalarsHaveNoAxes) {
  GraphMaker made;
  const NodeId a = made.input({}), b = made.input({2});
  made.make(Op::kMultiply, {made.make(Op::kAdd, {a, a}, {}), b}, {2});
  EXPECT_EQ(result(made, {{{}, {3}}, {{2}, {1, 5}}}).values, (std::vector<float>{6, 30}));
}

TEST(RunGraph, UnariesHaveTheirKnownValues) {
  const std::pair<Unary, std::vector<double>> known[] = {
      {Unary::kRelu, {0, 0, 1}},
      {Unary::kGelu, {-0.04550026389635842, -0.15865525393145707, 0.8413447460685429}},
      {Unary::kGeluTanh, {-0.04540230591222494, -0.15880800939172324, 0.8411919906082768}},
      {Unary::kQuickGelu, {-2 / (1 + std::exp(3.404)), -0.15420423, 0.84579577}},
      {Unary::kSilu, {-0.2384058440442351, -0.2689414213699951, 0.7310585786300049}},
      {Unary::kSigmoid, {0.11920292202211755, 0.2689414213699951, 0.7310585786300049}},
      {Unary::kTanh, {-0.9640275800758169, -0.7615941559557649, 0.7615941559557649}},
      {Unary::kErf, {-0.9953222650189527, -0.8427007929497149, 0.8427007929497149}},
      {Unary::kExp, {0.1353352832366127, 0.36787944117144233, 2.718281828459045}},
      {Unary::kReciprocal, {-0.5, -1, 1}},
      {Unary::kHardSwish, {-1.0 / 3, -1.0 / 3, 2.0 / 3}},
      {Unary::kNegate, {2, 1, -1}},
      {Unary::kHardSigmoid, {1.0 / 6, 1.0 / 3, 2.0 / 3}},
  };
  for (const auto& [unary, expected] : known) {
    GraphMaker made;
    made.unary(unary, made.input({3}));
    const GraphTensor y = result(made, {{{3}, {-2, -1, 1}}});
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_NEAR(static_cast<double>(y.values[i]), expected[i], 1e-7) << unary_name(unary);
  }
  GraphMaker made;
  const NodeId x = made.input({3});
  for (const Unary unary : {Unary::kSqrt, Unary::kRelu6, Unary::kHardSigmoid}) made.output(made.unary(unary, x));
  const auto y = run_graph(made.graph, std::vector<GraphTensor>{{{3}, {4, 0.25F, 6.25F}}});
  EXPECT_EQ(y[0].values, (std::vector<float>{2, 0.5F, 2.5F}));
  EXPECT_EQ(y[1].values, (std::vector<float>{4, 0.25F, 6}));
  EXPECT_EQ(y[2].values[2], 1.0F);
}

TEST(RunGraph, AffineByChannelOfAnyAxis) {
  GraphMaker made;
  made.make(Op::kChannelAffine, {made.input({1, 2, 2})}, {1, 2, 2});
  made.last().axis = 1, made.last().weight = {2, 3}, made.last().bias = {100, 200};
  EXPECT_EQ(result(made, {{{1, 2, 2}, {1, 2, 3, 4}}}).values, (std::vector<float>{102, 104, 209, 212}));
}

TEST(RunGraph, NormsOverTheLastAxis) {
  GraphMaker made;
  const NodeId x = made.input({1, 2, 4});
  made.output(made.layer_norm(x, {1, 1, 2, 1}, {0, 0, 0, 5}, 0.75));
  const NodeId rms = made.make(Op::kRmsNorm, {x}, {1, 2, 4});
  made.last().weight = {1, 2, 1, 1}, made.last().epsilon = 1.5, made.output(rms);
  const auto y = run_graph(made.graph, std::vector<GraphTensor>{{{1, 2, 4}, {0, 2, 2, 4, 1, 3, 3, 5}}});
  // Variances 2 and 2 with epsilon 0.75: deviation 1.6583124; mean squares 6 and 11 with 1.5:
  // roots 2.7386128, 3.5355339
  const double d = std::sqrt(2.75), r0 = std::sqrt(7.5), r1 = std::sqrt(12.5);
  const double norm[] = {-2 / d, 0, 0, 2 / d + 5, -2 / d, 0, 0, 2 / d + 5};
  const double root[] = {0, 4 / r0, 2 / r0, 4 / r0, 1 / r1, 6 / r1, 3 / r1, 5 / r1};
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_NEAR(static_cast<double>(y[0].values[i]), norm[i], 1e-6) << i;
    EXPECT_NEAR(static_cast<double>(y[1].values[i]), root[i], 1e-6) << i;
  }
}

TEST(RunGraph, SoftmaxAlongAnyAxisAndFarFromZero) {
  GraphMaker made;
  const NodeId x = made.input({1, 2, 2});
  made.output(made.softmax(x, 2)), made.output(made.softmax(x, 1));
  const auto y = run_graph(made.graph, std::vector<GraphTensor>{{{1, 2, 2}, {1000, 1001, 999, 1003}}});
  const auto first = [](double gap) { return 1 / (1 + std::exp(gap)); };
  EXPECT_NEAR(static_cast<double>(y[0].values[0]), first(1), 1e-6);
  EXPECT_NEAR(static_cast<double>(y[0].values[3]), 1 - first(4), 1e-6);
  EXPECT_NEAR(static_cast<double>(y[1].values[0]), first(-1), 1e-6);
  EXPECT_NEAR(static_cast<double>(y[1].values[1]), first(2), 1e-6);
}

TEST(RunGraph, Reductions) {
  GraphMaker made;
  const NodeId x = made.input({1, 2, 3});
  made.output(made.reduce(Op::kReduceMean, x, {1})), made.output(made.reduce(Op::kReduceSum, x, {0, 2}));
  const auto y = run_graph(made.graph, std::vector<GraphTensor>{{{1, 2, 3}, {1, 2, 3, 5, 6, 10}}});
  EXPECT_EQ(y[0].shape, (Extents{1, 1, 3}));
  EXPECT_EQ(y[0].values, (std::vector<float>{3, 4, 6.5F}));
  EXPECT_EQ(y[1].values, (std::vector<float>{6, 21}));
}

TEST(RunGraph, Layouts) {
  GraphMaker made;
  const NodeId x = made.input({2, 3, 2});
  made.output(made.transpose(x, {2, 0, 1}));
  made.output(made.slice(x, 1, 1, 3));
  made.output(made.slice(x, 1, 2, -1, -2));
  made.output(made.reshape(x, {4, 3}));
  const NodeId rows = made.make(Op::kGather, {x}, {2, 4, 2});
  made.last().axis = 1, made.last().integers = {2, 0, 0, 1}, made.output(rows);
  made.output(made.concat({x, made.slice(x, 1, 0, 1)}, 1));
  const auto y = run_graph(made.graph, std::vector<GraphTensor>{{{2, 3, 2}, counting(12)}});
  EXPECT_EQ(y[0].shape, (Extents{2, 2, 3}));
  EXPECT_EQ(y[0].values, (std::vector<float>{0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11}));
  EXPECT_EQ(y[1].values, (std::vector<float>{2, 3, 4, 5, 8, 9, 10, 11}));
  EXPECT_EQ(y[2].values, (std::vector<float>{4, 5, 0, 1, 10, 11, 6, 7}));
  EXPECT_EQ(y[3].values, counting(12));
  EXPECT_EQ(y[3].shape, (Extents{4, 3}));
  EXPECT_EQ(y[4].values, (std::vector<float>{4, 5, 0, 1, 0, 1, 2, 3, 10, 11, 6, 7, 6, 7, 8, 9}));
  EXPECT_EQ(y[5].values, (std::vector<float>{0, 1, 2, 3, 4, 5, 0, 1, 6, 7, 8, 9, 10, 11, 6, 7}));
}

TEST(RunGraph, KeepsEveryNodeOnRequest) {
  GraphMaker made;
  const NodeId x = made.input({2});
  const NodeId c = made.constant({2}, {5, 6});
  const NodeId sum = made.make(Op::kAdd, {x, c}, {2});
  made.output(made.unary(Unary::kNegate, sum));
  const std::vector<GraphTensor> inputs = {{{2}, {1, 2}}};
  const std::vector<GraphTensor> all = run_graph_nodes(made.graph, inputs);
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[1].values, (std::vector<float>{5, 6}));
  EXPECT_EQ(all[2].values, (std::vector<float>{6, 8}));
  EXPECT_EQ(run_graph(made.graph, inputs).at(0).values, all[3].values);
}

TEST(RunGraph, AnInputMayBeAnOutput) {
  GraphMaker made;
  const NodeId x = made.input({1});
  made.output(x), made.output(made.unary(Unary::kNegate, x)), made.output(x);
  const auto y = run_graph(made.graph, std::vector<GraphTensor>{{{1}, {4}}});
  EXPECT_EQ(y[0].values, y[2].values);
  EXPECT_EQ(y[1].values[0], -4.0F);
}

TEST(RunGraph, RefusesValuesOfAnotherShape) {
  GraphMaker made;
  made.graph.name = "g.onnx";
  made.output(made.input({1, 2}));
  try {
    run_graph(made.graph, std::vector<GraphTensor>{{{2, 1}, {1, 2}}});
    FAIL();
  } catch (const GraphInputMismatch& e) {
    EXPECT_EQ(e.expected, (Extents{1, 2}));
    EXPECT_EQ(e.got, (Extents{2, 1}));
    EXPECT_STREQ(e.what(), "g.onnx: input 0 is [1, 2], values of [2, 1] were given; give values of its shape");
  }
  try {
    run_graph(made.graph, {});
    FAIL();
  } catch (const GraphInputMismatch& e) {
    EXPECT_STREQ(e.what(), "g.onnx: has 1 inputs, 0 were given; give one a graph input, in their order");
  }
  EXPECT_THROW(run_graph(made.graph, std::vector<GraphTensor>{{{1, 2}, {1}}}), GraphInputMismatch);
}

}  // namespace
}  // namespace ranvier::workloads
