// SPDX-License-Identifier: Apache-2.0
// Spoilt files: whatever the bytes, an import gives a graph that passes its check, or one of the errors for users.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "tests/mutator.h"
#include "tests/workloads/onnx/onnx_builder.h"
#include "tests/workloads/onnx/onnx_fixtures.h"

namespace ranvier::workloads {
namespace {

// Whether the bytes were taken.
bool imports(const std::string& bytes) {
  try {
    check_graph(read_onnx(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), {}, "s").graph);
    return true;
  } catch (const Error&) {
    return false;
  }
}

TEST(RobustnessTest, SpoiltBytesAreTakenOrRefused) {
  int taken = 0;
  int refused = 0;
  for (const char* name : {"cnn-17.onnx", "kwt-11.onnx", "mlp-13.onnx", "encoder-pre-13.onnx"}) {
    const std::string whole = read_file(onnx_fixture(name));
    for (std::uint64_t i = 0; i < 150; ++i) ++(imports(Mutator(5, i).spoil(whole)) ? taken : refused);
  }
  // Both ends are reached, so the test looks at more than the outermost message.
  EXPECT_GT(taken, 20);
  EXPECT_GT(refused, 100);
}

TEST(RobustnessTest, TruncatedFilesAreRefused) {
  const std::string whole = read_file(onnx_fixture("mlp-17.onnx"));
  for (std::size_t size = 0; size + 200 < whole.size(); size += 37)
    EXPECT_FALSE(imports(whole.substr(0, size))) << size;
}

// Messages that parse, with one part wrong: a number, a name, an operator.
class Spoiler {
 public:
  Spoiler(std::uint64_t number) : number_(number) {}
  void spoil(onnx::GraphProto& graph) {
    if (graph.node_size() == 0) return;
    auto& node = *graph.mutable_node(static_cast<int>(below(static_cast<std::uint32_t>(graph.node_size()))));
    const auto& other = graph.node(static_cast<int>(below(static_cast<std::uint32_t>(graph.node_size()))));
    switch (below(7)) {
      case 0:
        if (node.input_size() > 0 && other.output_size() > 0) node.set_input(0, other.output(0));
        break;
      case 1:
        node.set_op_type(other.op_type());
        break;
      case 2:
        if (node.input_size() > 0) node.mutable_input()->RemoveLast();
        break;
      case 3:
        for (auto& attribute : *node.mutable_attribute()) {
          attribute.set_i(odd());
          for (auto& value : *attribute.mutable_ints()) value = odd();
        }
        break;
      case 4:
        if (graph.initializer_size() > 0) {
          auto& tensor =
              *graph.mutable_initializer(static_cast<int>(below(static_cast<std::uint32_t>(graph.initializer_size()))));
          if (tensor.dims_size() > 1) tensor.mutable_dims()->SwapElements(0, 1);
        }
        break;
      case 5:
        for (auto& attribute : *node.mutable_attribute())
          if (attribute.has_t() && attribute.t().raw_data().size() == 8) {
            const std::int64_t value = odd();
            attribute.mutable_t()->set_raw_data(&value, sizeof(value));
          }
        break;
      default:
        if (node.output_size() > 0 && node.input_size() > 1) node.set_input(1, node.input(0));
        break;
    }
  }

 private:
  std::uint32_t below(std::uint32_t n) { return random_below(n, 23, number_, 0, draw_++); }
  std::int64_t odd() {
    static constexpr std::int64_t kValues[] = {0, 1, 2, 3, -1, -2, 7, 1000000, INT32_MAX, INT64_MAX, INT64_MIN};
    return kValues[below(11)];
  }
  std::uint64_t number_;
  std::uint32_t draw_ = 0;
};

TEST(RobustnessTest, WrongPartsAreTakenOrRefused) {
  int taken = 0;
  int refused = 0;
  std::uint64_t number = 0;
  for (const char* name : {"vit-13.onnx", "vit-mha-11.onnx", "vit-einops-17.onnx", "cct-13.onnx", "clip-14.onnx",
                           "cnn-11.onnx", "mlp-17.onnx"}) {
    onnx::ModelProto whole;
    ASSERT_TRUE(whole.ParseFromString(read_file(onnx_fixture(name))));
    for (int i = 0; i < 120; ++i) {
      onnx::ModelProto model = whole;
      Spoiler spoiler(number++);
      spoiler.spoil(*model.mutable_graph());
      ++(imports(model.SerializeAsString()) ? taken : refused);
    }
  }
  EXPECT_GT(taken, 100);
  EXPECT_GT(refused, 100);
}

// Long chains must cost neither stack nor exponential time.
TEST(RobustnessTest, LongChainsOfLayoutAndArithmetic) {
  OnnxBuilder b;
  b.input("x", {1, 6, 4}).output("y");
  b.ints("s", {1, 4, 6}).ints("t", {6, 1, 4}).floats("c", {}, {1.5F}).floats("d", {4}, {1, 2, 3, 4});
  std::string last = "x";
  for (int i = 0; i < 2000; ++i) {
    const std::string next = fmt::format("v{}", i);
    switch (i % 8) {
      case 0:
        b.node("Transpose", {last}, {next}).with("perm", {0, 2, 1});
        break;
      case 1:
        b.node("Mul", {last, "c"}, {next});
        break;
      case 2:
        b.node("Reshape", {last, "t"}, {next});
        break;
      case 3:
        b.node("Add", {last, "d"}, {next});
        break;
      case 4:
        b.node("Relu", {last}, {next});
        break;
      case 5:
        b.node("Reshape", {last, "s"}, {next});
        break;
      case 6:
        b.node("Transpose", {last}, {next}).with("perm", {0, 2, 1});
        break;
      default:
        b.node("Mul", {last, last}, {next});
        break;
    }
    last = next;
  }
  b.node("Identity", {last}, {"y"});
  EXPECT_GT(b.graph().nodes.size(), 1000U);
}

TEST(RobustnessTest, DoublingSumsStayLinear) {
  OnnxBuilder b;
  b.input("x", {1, 2}).output("y");
  std::string last = "x";
  for (int i = 0; i < 200; ++i) {
    const std::string next = fmt::format("v{}", i);
    b.node(i % 2 == 0 ? "Add" : "Mul", {last, last}, {next});
    last = next;
  }
  b.node("Identity", {last}, {"y"});
  EXPECT_EQ(b.graph().nodes.size(), 201U);
}

}  // namespace
}  // namespace ranvier::workloads
