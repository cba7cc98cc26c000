// SPDX-License-Identifier: Apache-2.0
// ReLU networks as integrate-and-fire neurons: tiny ones worked by hand, what is refused, and the real ResNet-8.
#include "workloads/methods/relu_network.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/shared_data.h"
#include "workloads/dataset_files.h"
#include "workloads/errors.h"
#include "workloads/graph/graph_errors.h"
#include "workloads/graph/run_graph.h"
#include "workloads/methods/rate_ladder.h"
#include "workloads/methods/relu_convert.h"
#include "workloads/npz.h"

namespace ranvier::workloads {
namespace {

using Shape = std::vector<std::int64_t>;

GraphNode node(Op op, std::vector<NodeId> inputs, Shape shape) {
  GraphNode made;
  made.op = op;
  made.inputs = std::move(inputs);
  made.shape = std::move(shape);
  return made;
}

/// Appends nodes to a graph, each with its shape.
struct GraphBuilder {
  Graph graph;
  NodeId add(GraphNode made) {
    made.name = std::string(op_name(made.op)) + std::to_string(graph.nodes.size());
    graph.nodes.push_back(std::move(made));
    return NodeId(graph.nodes.size() - 1);
  }
  NodeId input(Shape shape) {
    graph.inputs.push_back(add(node(Op::kInput, {}, std::move(shape))));
    return graph.inputs.back();
  }
  NodeId unary(NodeId x, Unary kind) {
    GraphNode made = node(Op::kUnary, {x}, graph.node(x).shape);
    made.unary = kind;
    return add(std::move(made));
  }
  NodeId relu(NodeId x) { return unary(x, Unary::kRelu); }
  NodeId linear(NodeId x, std::vector<float> weight, std::vector<float> bias) {
    GraphNode made = node(Op::kLinear, {x}, {1, static_cast<std::int64_t>(bias.size())});
    made.weight = std::move(weight);
    made.bias = std::move(bias);
    return add(std::move(made));
  }
  NodeId sum(NodeId a, NodeId b) { return add(node(Op::kAdd, {a, b}, graph.node(a).shape)); }
  Graph finish(NodeId out) {
    graph.outputs = {out};
    check_graph(graph);
    return std::move(graph);
  }
};

/// One input x, one ReLU neuron relu(x - 1/4), a head of weight 1.
Graph one_neuron() {
  GraphBuilder b;
  return b.finish(b.linear(b.relu(b.linear(b.input({1, 1}), {1}, {-0.25F})), {1}, {0}));
}

GraphTensor row(std::vector<float> values) {
  return {{1, static_cast<std::int64_t>(values.size())}, std::move(values)};
}

TEST(ReluNetwork, OneNeuronByHand) {
  ReluOptions options;
  options.steps = 8;
  options.percentile = 1;
  const std::vector<GraphTensor> calibration = {row({1})};
  const ReluProgram program = convert_relu(one_neuron(), options, calibration);
  ASSERT_EQ(program.populations.size(), 3U);
  const ReluPopulation& neuron = program.populations[1];
  EXPECT_DOUBLE_EQ(neuron.scale, 0.75);  // relu(1 - 1/4), the largest seen
  EXPECT_DOUBLE_EQ(program.populations[0].scale, 1.0 / 255);
  EXPECT_EQ(neuron.synapses[0].weight, std::vector<std::int16_t>{127});
  EXPECT_EQ(neuron.threshold[0], 24289);  // 0.75 * 127 * 255, rounded
  EXPECT_EQ(neuron.bias[0], -8096);
  const ReluNetwork network(program);
  // x = 5/8: relu is 3/8, half of what a spike a step stands for.
  const auto codes = relu_input_codes(program, row({0.625F}));
  EXPECT_EQ(codes, std::vector<std::int32_t>{159});
  const MethodRun run = network.run(codes, {8, true});
  EXPECT_EQ(run.work[1].events, 4);
  EXPECT_EQ(run.work[1].multiply_adds, 8);
  EXPECT_EQ(run.work[2].adds, 4);
  EXPECT_EQ(run.work[1].state_reads, 8);
  EXPECT_NEAR(run.logits_by_step.back()[0], 0.375, 1e-3);
  EXPECT_NEAR(run.values[1][0], 0.375, 1e-9);
  EXPECT_EQ(network.run(relu_input_codes(program, row({0.2F})), {8, false}).work[1].events, 0);
}

TEST(ReluNetwork, TheMeanRateConvergesToTheReLU) {
  GraphBuilder b;
  const NodeId x = b.input({1, 3});
  const NodeId h = b.relu(b.linear(x, {0.5F, -1, 2, 1, 1, -0.5F}, {0.1F, -0.2F}));
  const Graph graph = b.finish(b.linear(b.relu(b.linear(h, {1, -2, 0.25F, 1}, {0, 0.3F})), {1, -1, 0.5F, 2}, {1, -1}));
  const std::vector<GraphTensor> calibration = {row({1, 0, 1}), row({0, 1, 0}), row({1, 1, 1}), row({1, 0, 0})};
  ReluOptions options;
  options.percentile = 1;
  options.steps = 1000;
  const ReluNetwork network(convert_relu(graph, options, calibration));
  for (const GraphTensor& input : calibration) {
    const auto expected = run_graph(graph, {&input, 1}).front().values;
    const MethodRun run = network.run(relu_input_codes(network.program(), input));
    for (std::size_t c = 0; c < 2; ++c)
      EXPECT_NEAR(run.logits_by_step.back()[c], static_cast<double>(expected[c]), 0.03);
  }
}

TEST(ReluNetwork, RefusesWhatItHasNoNeuronsFor) {
  const std::vector<GraphTensor> calibration = {row({1})};
  const auto refused = [&](GraphBuilder& b, NodeId out) {
    const Graph graph = b.finish(out);
    EXPECT_THROW(convert_relu(graph, {}, calibration), UnknownStructure);
  };
  {
    GraphBuilder b;
    const NodeId x = b.input({1, 1});
    refused(b, b.linear(b.linear(x, {1}, {0}), {1}, {0}));  // no ReLU between
  }
  {
    GraphBuilder b;
    const NodeId x = b.input({1, 1});
    refused(b, b.relu(b.linear(x, {1}, {0})));  // spikes as output
  }
  {
    GraphBuilder b;
    const NodeId x = b.linear(b.input({1, 1}), {1}, {0});
    const NodeId tanh = b.unary(x, Unary::kTanh);
    refused(b, b.linear(tanh, {1}, {0}));
  }
  EXPECT_THROW(convert_relu(one_neuron(), {}, {}), CannotCalibrate);
  const std::vector<GraphTensor> never = {row({0.1F})};
  EXPECT_THROW(convert_relu(one_neuron(), {}, never), CannotCalibrate);
  ReluOptions many;
  many.steps = 1'000'000;
  EXPECT_THROW(ReluNetwork(convert_relu(one_neuron(), many, calibration)), TooManyReluSteps);
}

/// MLPerf Tiny's ResNet-8 from its Keras arrays.
class ResNet8 {
 public:
  explicit ResNet8(const NpzFile& file) : file_(file) {
    NodeId x = b_.input({1, 3, 32, 32});
    x = b_.relu(norm(conv(x, 0, 1), 0));
    x = stage(x, 1, 1, false);
    x = stage(x, 3, 2, true);
    x = stage(x, 6, 2, true);
    GraphNode mean = node(Op::kReduceMean, {x}, {1, 64, 1, 1});
    mean.integers = {2, 3};
    x = b_.add(std::move(mean));
    x = b_.add(node(Op::kReshape, {x}, {1, 64}));
    const std::vector<float> kernel = file_.f32("dense.kernel", {64, 10});
    std::vector<float> weight(640);
    for (std::size_t i = 0; i < 64; ++i)
      for (std::size_t o = 0; o < 10; ++o) weight[o * 64 + i] = kernel[i * 10 + o];
    graph = b_.finish(b_.linear(x, weight, file_.f32("dense.bias", {10})));
  }
  Graph graph;

 private:
  /// Keras order ky, kx, in, out; 'same' padding, whose extra row and column are at the end.
  NodeId conv(NodeId x, int number, std::int64_t stride) {
    const std::string name = number == 0 ? "conv2d" : "conv2d_" + std::to_string(number);
    const Shape& s = file_.shape(name + ".kernel");
    const std::vector<float> kernel = file_.f32(name + ".kernel", {-1, -1, -1, -1});
    const auto k = static_cast<std::size_t>(s[0]), in = static_cast<std::size_t>(s[2]),
               out = static_cast<std::size_t>(s[3]);
    std::vector<float> weight(kernel.size());
    for (std::size_t p = 0; p < k * k; ++p)
      for (std::size_t i = 0; i < in; ++i)
        for (std::size_t o = 0; o < out; ++o) weight[(o * in + i) * k * k + p] = kernel[(p * in + i) * out + o];
    const Shape from = b_.graph.node(x).shape;
    const std::int64_t side = (from[2] + stride - 1) / stride;
    const std::int64_t all = std::max<std::int64_t>((side - 1) * stride + s[0] - from[2], 0);
    Window w;
    w.kernel[0] = w.kernel[1] = s[0];
    w.stride[0] = w.stride[1] = stride;
    w.padding[0] = w.padding[1] = all / 2;
    w.padding[2] = w.padding[3] = all - all / 2;
    GraphNode made = node(Op::kConvolution, {x}, {1, s[3], side, side});
    made.weight = std::move(weight);
    made.bias = file_.f32(name + ".bias", {s[3]});
    made.window = w;
    return b_.add(std::move(made));
  }

  NodeId norm(NodeId x, int number) {
    const std::string name =
        number == 0 ? "batch_normalization." : "batch_normalization_" + std::to_string(number) + ".";
    const Shape shape = b_.graph.node(x).shape;
    std::vector<float> gain = file_.f32(name + "gamma", {shape[1]}), shift = file_.f32(name + "beta", {shape[1]});
    const auto mean = file_.f32(name + "moving_mean", {shape[1]});
    const auto variance = file_.f32(name + "moving_variance", {shape[1]});
    for (std::size_t c = 0; c < gain.size(); ++c) {
      gain[c] /= std::sqrt(variance[c] + 1e-3F);
      shift[c] -= gain[c] * mean[c];
    }
    GraphNode made = node(Op::kChannelAffine, {x}, shape);
    made.weight = gain;
    made.bias = shift;
    made.axis = 1;
    return b_.add(std::move(made));
  }

  NodeId stage(NodeId x, int first, std::int64_t stride, bool projected) {
    NodeId y = b_.relu(norm(conv(x, first, stride), norms_ + 1));
    y = norm(conv(y, first + 1, 1), norms_ + 2);
    norms_ += 2;
    return b_.relu(b_.sum(projected ? conv(x, first + 2, stride) : x, y));
  }

  const NpzFile& file_;
  GraphBuilder b_;
  int norms_ = 0;
};

TEST(ReluNetworkData, ResNet8OfMlperfTiny) {
  RANVIER_NEEDS_SHARED_DATA("resnet8-cifar10/weights.npz");
  const NpzFile file = NpzFile::read(shared_data("resnet8-cifar10/weights.npz"));
  const Graph graph = ResNet8(file).graph;
  EXPECT_TRUE(looks_like_relu_network(graph));
  const ImageSet test = load_cifar(shared_data("cifar10/test_0000_4999.bin"));
  const ImageSet train = load_cifar(shared_data("cifar10/calibration_train_0000_2499.bin"));
  const auto tensor = [](const ImageSet& images, std::size_t i) {
    GraphTensor x{{1, 3, 32, 32}, {}};
    x.values.assign(images.image(i), images.image(i) + images.size_of_one());
    return x;
  };
  // The graph is the network: its logits are those that another framework recorded.
  const auto recorded =
      NpzFile::read_npy(shared_data("resnet8-cifar10/ref_logits_test_0000_4999.npy")).f32("array", {-1, 10});
  for (std::size_t i = 0; i < 10; ++i) {
    const GraphTensor x = tensor(test, i);
    const auto logits = run_graph(graph, {&x, 1}).front().values;
    for (std::size_t c = 0; c < 10; ++c)
      ASSERT_NEAR(static_cast<double>(logits[c]), static_cast<double>(recorded[i * 10 + c]), 1e-3) << "image " << i;
  }
  std::vector<GraphTensor> calibration;
  for (std::size_t i = 0; i < 64; ++i) calibration.push_back(tensor(train, i));
  ReluOptions options;
  options.steps = 128;
  const ReluNetwork network(convert_relu(graph, options, calibration));
  constexpr std::size_t kImages = 60;
  std::vector<std::vector<std::int32_t>> inputs;
  std::size_t floating = 0;
  for (std::size_t i = 0; i < kImages; ++i) {
    inputs.push_back(relu_input_codes(network.program(), tensor(test, i)));
    floating += argmax(recorded.data() + i * 10, 10) == test.labels[i];
  }
  const AccuracyLadder ladder = accuracy_ladder(network, inputs, {test.labels.data(), kImages}, 128, 0);
  RecordProperty("float", static_cast<int>(floating));
  RecordProperty("T128", static_cast<int>(ladder.correct.back()));
  EXPECT_GE(ladder.correct.back() + 4, floating);
  EXPECT_LT(ladder.correct.front(), floating / 2);
}

}  // namespace
}  // namespace ranvier::workloads
