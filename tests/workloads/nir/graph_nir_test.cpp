// SPDX-License-Identifier: Apache-2.0
// Canonical graphs through NIR files: every operator, real transformers, and files that are none.
#include "workloads/nir/graph_nir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/shared_data.h"
#include "workloads/nir/nir_errors.h"
#include "workloads/onnx/onnx_import.h"

namespace ranvier::workloads {
namespace {

using ::testing::HasSubstr;

class GraphMaker {
 public:
  NodeId add(Op op, std::vector<NodeId> inputs, std::vector<std::int64_t> shape, std::size_t weights = 0,
             std::size_t biases = 0) {
    GraphNode node;
    node.op = op;
    node.name = "/layer/" + std::to_string(graph.nodes.size());
    node.inputs = std::move(inputs);
    node.shape = std::move(shape);
    for (std::size_t i = 0; i < weights; ++i) node.weight.push_back(0.1F * static_cast<float>(i + graph.nodes.size()));
    for (std::size_t i = 0; i < biases; ++i) node.bias.push_back(-0.3F * static_cast<float>(i));
    graph.nodes.push_back(std::move(node));
    return NodeId(graph.nodes.size() - 1);
  }
  GraphNode& last() { return graph.nodes.back(); }
  Graph graph;
};

/// Each operator at least once, some in the forms that NIR has and in those that it has not.
Graph every_operator() {
  GraphMaker m;
  m.graph.name = "every operator";
  const NodeId image = m.add(Op::kInput, {}, {1, 2, 8, 8});
  const NodeId conv = m.add(Op::kConvolution, {image}, {1, 4, 4, 4}, 4 * 2 * 9, 4);
  m.last().window = {{3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}, 1, false};
  const NodeId uneven = m.add(Op::kConvolution, {conv}, {1, 4, 4, 4}, 4 * 2 * 4, 4);
  m.last().window = {{2, 2}, {1, 1}, {1, 1}, {0, 0, 1, 1}, 2, false};
  const NodeId affine = m.add(Op::kChannelAffine, {uneven}, {1, 4, 4, 4}, 4, 4);
  m.last().axis = 1;
  const NodeId relu = m.add(Op::kUnary, {affine}, {1, 4, 4, 4});
  const NodeId most = m.add(Op::kMaxPool, {relu}, {1, 4, 2, 2});
  m.last().window = {{2, 2}, {2, 2}, {1, 1}, {0, 0, 0, 0}, 1, false};
  const NodeId mean = m.add(Op::kAveragePool, {relu}, {1, 4, 2, 2});
  m.last().window = {{2, 2}, {2, 2}, {1, 1}, {0, 0, 0, 0}, 1, false};
  const NodeId padded = m.add(Op::kAveragePool, {relu}, {1, 4, 4, 4});
  m.last().window = {{3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 1, false};  // does not count it: no AvgPool2d of NIR
  const NodeId sum = m.add(Op::kAdd, {most, mean}, {1, 4, 2, 2});
  const NodeId tokens = m.add(Op::kReshape, {sum}, {1, 4, 4});
  const NodeId turned = m.add(Op::kTranspose, {tokens}, {1, 4, 4});
  m.last().integers = {0, 2, 1};
  const NodeId place = m.add(Op::kConstant, {}, {1, 4, 4}, 16);
  const NodeId placed = m.add(Op::kAdd, {turned, place}, {1, 4, 4});
  const NodeId norm = m.add(Op::kLayerNorm, {placed}, {1, 4, 4}, 4, 4);
  m.last().epsilon = 1e-5;
  const NodeId rms = m.add(Op::kRmsNorm, {norm}, {1, 4, 4}, 4);
  m.last().epsilon = 1e-6;
  const NodeId q = m.add(Op::kLinear, {norm}, {1, 4, 6}, 24, 6);
  const NodeId k = m.add(Op::kLinear, {rms}, {1, 4, 6}, 24, 6);
  const NodeId kt = m.add(Op::kTranspose, {k}, {1, 6, 4});
  m.last().integers = {0, 2, 1};
  const NodeId scores = m.add(Op::kMatMul, {q, kt}, {1, 4, 4});
  const NodeId soft = m.add(Op::kSoftmax, {scores}, {1, 4, 4});
  m.last().axis = 2;
  const NodeId squared = m.add(Op::kMultiply, {soft, soft}, {1, 4, 4});
  const NodeId less = m.add(Op::kSubtract, {squared, turned}, {1, 4, 4});
  const NodeId ratio = m.add(Op::kDivide, {turned, less}, {1, 4, 4});  // the order of operands matters
  const NodeId gelu = m.add(Op::kUnary, {ratio}, {1, 4, 4});
  m.last().unary = Unary::kGelu;
  const NodeId part = m.add(Op::kSlice, {gelu}, {1, 2, 4});
  m.last().axis = 1;
  m.last().integers = {0, 4, 2};
  const NodeId rows = m.add(Op::kGather, {gelu}, {1, 3, 4});
  m.last().axis = 1;
  m.last().integers = {3, 0, 0};
  const NodeId joined = m.add(Op::kConcat, {rows, part, rows}, {1, 8, 4});
  m.last().axis = 1;
  const NodeId average = m.add(Op::kReduceMean, {joined}, {1, 1, 4});
  m.last().integers = {1};
  const NodeId total = m.add(Op::kReduceSum, {average}, {1, 1, 1});
  m.last().integers = {2};
  const NodeId flat = m.add(Op::kReshape, {average}, {1, 4});
  const NodeId head = m.add(Op::kLinear, {flat}, {1, 3}, 12, 3);
  m.graph.inputs = {image};
  m.graph.outputs = {head, total, padded};
  return m.graph;
}

TEST(GraphNir, EveryOperatorComesBack) {
  const Graph graph = every_operator();
  check_graph(graph);
  const NirFile file = export_nir(graph, "made.nir");
  const Graph again = import_canonical(parse_nir(nir_bytes(file), "made.nir"));
  EXPECT_EQ(canonical_text(again), canonical_text(graph));
  EXPECT_EQ(again.name, graph.name);
  EXPECT_EQ(again.inputs, graph.inputs);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    EXPECT_EQ(again.nodes[i].name, graph.nodes[i].name);
    EXPECT_EQ(again.nodes[i].weight, graph.nodes[i].weight);  // the text has a digest of part of its bits
    EXPECT_EQ(again.nodes[i].bias, graph.nodes[i].bias);
  }
  std::map<std::string, int> types;
  for (const NirNode& node : file.graph().nodes) ++types[node.type];
  const std::map<std::string, int> expected{{"Affine", 1},
                                            {"AvgPool2d", 1},
                                            {"Conv2d", 1},
                                            {"Flatten", 1},
                                            {"Input", 1},
                                            {"Output", 3},
                                            {"ranvier.Add", 2},
                                            {"ranvier.AveragePool", 1},
                                            {"ranvier.ChannelAffine", 1},
                                            {"ranvier.Concat", 1},
                                            {"ranvier.Constant", 1},
                                            {"ranvier.Convolution", 1},
                                            {"ranvier.Divide", 1},
                                            {"ranvier.Gather", 1},
                                            {"ranvier.Gelu", 1},
                                            {"ranvier.LayerNorm", 1},
                                            {"ranvier.MaxPool", 1},
                                            {"ranvier.Multiply", 1},
                                            {"ranvier.Product", 1},
                                            {"ranvier.ReduceMean", 1},
                                            {"ranvier.ReduceSum", 1},
                                            {"ranvier.Reshape", 1},
                                            {"ranvier.RmsNorm", 1},
                                            {"ranvier.Slice", 1},
                                            {"ranvier.Softmax", 1},
                                            {"ranvier.Subtract", 1},
                                            {"ranvier.TokenLinear", 2},
                                            {"ranvier.Transpose", 2},
                                            {"ranvier.Unary", 1}};
  EXPECT_EQ(types, expected);
}

class RealGraph : public ::testing::TestWithParam<const char*> {};

TEST_P(RealGraph, OnnxToNirAndBack) {
  RANVIER_NEEDS_SHARED_DATA(GetParam());
  const Graph graph = import_onnx(shared_data(GetParam()));
  const Graph again = import_canonical(parse_nir(nir_bytes(export_nir(graph)), "made.nir"));
  EXPECT_EQ(canonical_text(again), canonical_text(graph));
}

INSTANTIATE_TEST_SUITE_P(GraphNir, RealGraph, ::testing::Values("vit-cifar10/vnncomp-ibp_3_3_8/model.onnx"),
                         [](const auto& one) {
                           std::string name = one.param;
                           std::replace_if(
                               name.begin(), name.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
                           return name;
                         });

std::string refusal(NirFile file) {
  try {
    import_canonical(file);
  } catch (const NirNoCanonicalGraph& error) {
    return error.what();
  }
  return "imported";
}

NirNode& node(NirFile& file, const std::string& type) {
  auto& nodes = file.root.nested.front().nodes;
  return *std::find_if(nodes.begin(), nodes.end(), [&](const NirNode& n) { return n.type == type; });
}

TEST(GraphNir, RefusesWhatIsNoCanonicalGraph) {
  const auto path = std::filesystem::path(RANVIER_SOURCE_DIR) / "tests" / "data" / "nir" / "scalars.nir";
  EXPECT_THAT(refusal(read_nir(path)), HasSubstr("its metadata does not say \"canonical graph 1\""));
  NirFile file = export_nir(every_operator(), "made.nir");
  node(file, "ranvier.Divide").storage.datasets.at("inputs").value.values = std::vector<std::string>{"00", "01"};
  EXPECT_THAT(refusal(file), HasSubstr("its inputs are not where its edges come from"));
  file = export_nir(every_operator(), "made.nir");
  node(file, "ranvier.Slice").storage.datasets.at("integers").value.values = std::vector<std::int64_t>{0, 9, 2};
  EXPECT_THAT(refusal(file), HasSubstr("range outside the operand"));
  file = export_nir(every_operator(), "made.nir");
  node(file, "Conv2d").storage.groups.front().datasets.at("index").value.values = std::vector<std::int64_t>{0};
  EXPECT_THAT(refusal(file), HasSubstr("no index of its own"));
  file = export_nir(every_operator(), "made.nir");
  node(file, "ranvier.Unary").storage.datasets.at("function").value = Hdf5Value::text("sinh");
  EXPECT_THAT(refusal(file), HasSubstr("no function 'sinh'"));
  file = export_nir(every_operator(), "made.nir");
  node(file, "ranvier.Softmax").storage.groups.front().datasets.at("shape").value.values =
      std::vector<std::int64_t>{1, std::int64_t{1} << 40, std::int64_t{1} << 40};
  EXPECT_THAT(refusal(file), HasSubstr("a shape that cannot be"));
  file = export_nir(every_operator(), "made.nir");
  node(file, "Conv2d").storage.datasets.at("weight").value.shape = {4, 2, 3, 3};
  node(file, "Conv2d").storage.datasets.at("groups").value = Hdf5Value::integer(2);
  EXPECT_THAT(refusal(file), HasSubstr("weights of another size"));
}

}  // namespace
}  // namespace ranvier::workloads
