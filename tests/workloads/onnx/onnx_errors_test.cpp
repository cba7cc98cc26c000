// SPDX-License-Identifier: Apache-2.0
// Every way in which a file can be refused: the right error, with the place and the fix in one line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/errors.h"
#include "tests/workloads/onnx/onnx_builder.h"
#include "tests/workloads/onnx/onnx_fixtures.h"
#include "workloads/onnx/onnx_errors.h"

namespace ranvier::workloads {
namespace {

namespace fs = std::filesystem;
using Dims = OnnxBuilder::Dims;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

template <class Kind>
std::string message_of(const OnnxBuilder& b, const fs::path& folder = {}) {
  try {
    b.import(folder);
  } catch (const Kind& error) {
    EXPECT_EQ(error.exit_code, ExitCode::kBadInput);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("made.onnx"), Not(HasSubstr("\n"))));
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another error: " << error.what();
    return "";
  }
  ADD_FAILURE() << "no error";
  return "";
}

OnnxBuilder small(std::int64_t opset = 17) {
  OnnxBuilder b(opset);
  b.input("x", {1, 4}).output("y");
  return b;
}

TEST(OnnxErrorTest, MissingFileAndFolder) {
  EXPECT_THROW(read_onnx(fs::path("no/such/model.onnx")), FileMissing);
  EXPECT_THROW(read_onnx(fs::temp_directory_path()), FileUnreadable);
}

TEST(OnnxErrorTest, BytesThatAreNoModel) {
  const std::string text = "this is no protobuf at all";
  EXPECT_THROW(read_onnx(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), {}, "t"), NotOnnx);
  EXPECT_THROW(read_onnx(std::span<const std::uint8_t>{}, {}, "empty"), NotOnnx);
  OnnxBuilder b;
  b.input("x", {1, 4});
  EXPECT_THAT(message_of<NotOnnx>(b), HasSubstr("no output"));
}

TEST(OnnxErrorTest, Opsets) {
  for (const std::int64_t opset : {1, 8, 21, 900}) {
    OnnxBuilder b = small(opset);
    b.node("Relu", {"x"}, {"y"});
    EXPECT_THAT(message_of<UnsupportedOpset>(b), HasSubstr("opset 9 to 20"));
  }
  OnnxBuilder none = small();
  none.model.clear_opset_import();
  EXPECT_THAT(message_of<UnsupportedOpset>(none), HasSubstr("no operator set"));
}

TEST(OnnxErrorTest, UnknownOperatorsNameTheNearest) {
  OnnxBuilder largest = small();
  largest.node("ArgMax", {"x"}, {"y"});
  EXPECT_THAT(message_of<UnsupportedOperator>(largest),
              AllOf(HasSubstr("node the ArgMax"), HasSubstr("operator ArgMax"), HasSubstr("leave it out")));
  OnnxBuilder spelt = small();
  spelt.node("Relux", {"x"}, {"y"});
  EXPECT_THAT(message_of<UnsupportedOperator>(spelt), HasSubstr("nearest: Relu"));
  OnnxBuilder foreign = small();
  foreign.node("Relu", {"x"}, {"y"});
  foreign.model.mutable_graph()->mutable_node(0)->set_domain("com.example");
  EXPECT_THAT(message_of<UnsupportedOperator>(foreign), HasSubstr("com.example::Relu"));
}

TEST(OnnxErrorTest, FormsThatWouldNeedApproximation) {
  OnnxBuilder rows = small();
  rows.ints("shape", {3, 4}).node("Expand", {"x", "shape"}, {"y"});
  EXPECT_THAT(message_of<UnsupportedForm>(rows), HasSubstr("repeats a computed value"));
  OnnxBuilder clip = small();
  clip.floats("low", {}, {-1}).floats("high", {}, {1}).node("Clip", {"x", "low", "high"}, {"y"});
  EXPECT_THAT(message_of<UnsupportedForm>(clip), AllOf(HasSubstr("to -1 ... 1"), HasSubstr("nearest: 0 to 6")));
  OnnxBuilder training = small();
  training.floats("ratio", {}, {0.5F}).tensor("on", {}, onnx::TensorProto::BOOL).add_int32_data(1);
  training.node("Dropout", {"x", "ratio", "on"}, {"y"});
  EXPECT_THAT(message_of<UnsupportedForm>(training), HasSubstr("model.eval()"));
  OnnxBuilder outputs = small();
  outputs.floats("g", {4}, {1, 1, 1, 1}).node("LayerNormalization", {"x", "g"}, {"n", "mean"});
  outputs.node("Add", {"n", "mean"}, {"y"});
  EXPECT_THAT(message_of<UnsupportedForm>(outputs), HasSubstr("further outputs"));
  OnnxBuilder tokens = small();
  tokens.floats("table", {8, 2}, counting(16)).node("Gather", {"table", "x"}, {"y"});
  EXPECT_THAT(message_of<UnsupportedForm>(tokens), HasSubstr("computed indices"));
  OnnxBuilder zero = small();
  zero.floats("zero", {}, {0}).node("Div", {"x", "zero"}, {"y"});
  EXPECT_THAT(message_of<UnsupportedForm>(zero), HasSubstr("constant zero"));
  OnnxBuilder pool;
  pool.input("x", {1, 1, 4}).output("y").node("MaxPool", {"x"}, {"y"}).with("kernel_shape", Dims{3});
  pool.with("strides", Dims{2}).with("ceil_mode", 1);
  EXPECT_THAT(message_of<UnsupportedForm>(pool), HasSubstr("ceil_mode"));
}

TEST(OnnxErrorTest, Attributes) {
  OnnxBuilder type = small();
  type.node("Flatten", {"x"}, {"y"}).with_text("axis", "one");
  EXPECT_THAT(message_of<BadOnnxAttribute>(type), AllOf(HasSubstr("attribute axis"), HasSubstr("INT")));
  OnnxBuilder permutation = small();
  permutation.node("Transpose", {"x"}, {"y"}).with("perm", {0, 0});
  EXPECT_THAT(message_of<BadOnnxAttribute>(permutation), HasSubstr("attribute perm"));
  OnnxBuilder missing;
  missing.input("x", {1, 1, 4}).output("y").node("MaxPool", {"x"}, {"y"});
  EXPECT_THAT(message_of<BadOnnxAttribute>(missing), HasSubstr("kernel_shape"));
  OnnxBuilder stride;
  stride.input("x", {1, 1, 4}).output("y").node("MaxPool", {"x"}, {"y"}).with("kernel_shape", Dims{2});
  stride.with("strides", Dims{0});
  EXPECT_THAT(message_of<BadOnnxAttribute>(stride), HasSubstr("strides"));
}

TEST(OnnxErrorTest, Tensors) {
  const auto message = [](const Dims& dims, int type, const std::string& raw) {
    OnnxBuilder b = small();
    b.tensor("c", dims, type).set_raw_data(raw);
    b.node("Add", {"x", "c"}, {"y"});
    return message_of<BadOnnxTensor>(b);
  };
  EXPECT_THAT(message({4}, onnx::TensorProto::FLOAT, "12345678"), HasSubstr("8 bytes where shape [4] needs 16"));
  EXPECT_THAT(message({-4}, onnx::TensorProto::FLOAT, ""), HasSubstr("negative extent"));
  EXPECT_THAT(message({1 << 30, 1 << 30, 1 << 30}, onnx::TensorProto::FLOAT, ""), HasSubstr("elements"));
  EXPECT_THAT(message({1}, onnx::TensorProto::COMPLEX64, "12345678"), HasSubstr("element type 14"));
  EXPECT_THAT(message({1}, 0, "1234"), HasSubstr("element type 0"));
  OnnxBuilder fields = small();
  fields.floats("c", {4}, {1, 2, 3}).node("Add", {"x", "c"}, {"y"});
  EXPECT_THAT(message_of<BadOnnxTensor>(fields), HasSubstr("3 elements where shape [4] needs 4"));
}

class ExternalDataTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              ("onnx-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "model");
    std::ofstream(folder_ / "model" / "w.bin", std::ios::binary).write("\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40", 12);
    fs::copy_file(folder_ / "model" / "w.bin", folder_ / "outside.bin");
  }
  void TearDown() override { fs::remove_all(folder_); }

  static OnnxBuilder with_data(const std::string& location, const std::string& offset = "0",
                               const std::string& length = "") {
    OnnxBuilder b;
    b.input("x", {1, 2}).output("y");
    auto& t = b.tensor("c", {2}, onnx::TensorProto::FLOAT);
    t.set_data_location(onnx::TensorProto::EXTERNAL);
    const auto entry = [&](const std::string& key, const std::string& value) {
      auto* e = t.add_external_data();
      e->set_key(key);
      e->set_value(value);
    };
    entry("location", location);
    entry("offset", offset);
    if (!length.empty()) entry("length", length);
    b.node("Add", {"x", "c"}, {"y"});
    return b;
  }
  fs::path model_folder() const { return folder_ / "model"; }
  fs::path folder_;
};

TEST_F(ExternalDataTest, AreReadFromTheirOffset) {
  const Graph graph = with_data("w.bin", "4", "8").import(model_folder()).graph;
  EXPECT_EQ(graph.nodes[1].weight, (std::vector<float>{2, 3}));
}

TEST_F(ExternalDataTest, MustStayInTheFolder) {
  for (const std::string& location :
       {std::string("../outside.bin"), (folder_ / "outside.bin").string(), std::string("a/../../outside.bin"),
        std::string(""), std::string("w.bin\0x", 7), std::string("..\\outside.bin")})
    message_of<ExternalDataRefused>(with_data(location), model_folder());
  fs::create_symlink(folder_ / "outside.bin", model_folder() / "link.bin");
  message_of<ExternalDataRefused>(with_data("link.bin"), model_folder());
  message_of<ExternalDataRefused>(with_data("w.bin"), {});  // bytes without a folder
}

TEST_F(ExternalDataTest, MustBeThereInFull) {
  EXPECT_THAT(message_of<ExternalDataMissing>(with_data("none.bin"), model_folder()), HasSubstr("no such file"));
  EXPECT_THAT(message_of<ExternalDataMissing>(with_data("w.bin", "8"), model_folder()), HasSubstr("the file has 12"));
  message_of<ExternalDataMissing>(with_data("w.bin", "18446744073709551615"), model_folder());
  message_of<BadOnnxTensor>(with_data("w.bin", "0", "12"), model_folder());
  message_of<BadOnnxTensor>(with_data("w.bin", "-1"), model_folder());
}

TEST(OnnxErrorTest, NamesOfValues) {
  OnnxBuilder undefined = small();
  undefined.node("Add", {"x", "nowhere"}, {"y"});
  EXPECT_THAT(message_of<UndefinedValue>(undefined), AllOf(HasSubstr("node the Add"), HasSubstr("'nowhere'")));
  OnnxBuilder output = small();
  EXPECT_THAT(message_of<UndefinedValue>(output), HasSubstr("output y"));
  OnnxBuilder twice = small();
  twice.node("Relu", {"x"}, {"y"}).node("Tanh", {"x"}, {"y"});
  EXPECT_THAT(message_of<DuplicateValue>(twice), HasSubstr("value y"));
  OnnxBuilder inputs = small();
  inputs.input("x", {1, 4}).node("Relu", {"x"}, {"y"});
  message_of<DuplicateValue>(inputs);
}

TEST(OnnxErrorTest, Loops) {
  OnnxBuilder b = small();
  b.node("Add", {"x", "b"}, {"a"}).node("Relu", {"a"}, {"b"}).node("Relu", {"b"}, {"y"});
  EXPECT_THAT(message_of<OnnxLoop>(b), HasSubstr("node the Add"));
}

TEST(OnnxErrorTest, NodesWhoseOperandsDoNotFit) {
  OnnxBuilder shapes = small();
  shapes.floats("c", {3}, {1, 2, 3}).node("Add", {"x", "c"}, {"y"});
  EXPECT_THAT(message_of<BadOnnxNode>(shapes), HasSubstr("[1, 4] and [3] do not broadcast"));
  OnnxBuilder missing = small();
  missing.node("Add", {"x"}, {"y"});
  EXPECT_THAT(message_of<BadOnnxNode>(missing), HasSubstr("operand 2 is missing"));
  OnnxBuilder matrix = small();
  matrix.floats("W", {3, 4}, counting(12)).node("MatMul", {"x", "W"}, {"y"});
  message_of<BadOnnxNode>(matrix);
  OnnxBuilder whole = small();
  whole.ints("zero", {}, {0}).ints("one", {}, {1}).node("Div", {"one", "zero"}, {"d"});
  whole.node("Gather", {"x", "d"}, {"y"});
  EXPECT_THAT(message_of<BadOnnxNode>(whole), HasSubstr("by zero"));
}

TEST(OnnxErrorTest, Inputs) {
  const auto message = [](const Dims& dims, int type) {
    OnnxBuilder b;
    b.input("x", dims, type).output("y").node("Relu", {"x"}, {"y"});
    return message_of<BadOnnxInput>(b);
  };
  EXPECT_THAT(message({8, 4}, onnx::TensorProto::FLOAT), HasSubstr("batch of 8"));
  EXPECT_THAT(message({1, -1}, onnx::TensorProto::FLOAT), HasSubstr("axis 1 has no fixed extent"));
  EXPECT_THAT(message({1, 4}, onnx::TensorProto::INT64), HasSubstr("not of floats"));
  EXPECT_THAT(message({}, onnx::TensorProto::FLOAT), HasSubstr("scalar"));
}

TEST(OnnxErrorTest, SizesBeyondReason) {
  OnnxBuilder constant = small();
  constant.ints("shape", {1 << 16, 1 << 14}).node("ConstantOfShape", {"shape"}, {"c"});
  constant.node("Add", {"x", "c"}, {"y"});
  message_of<OnnxTooLarge>(constant);
  OnnxBuilder wide;
  wide.input("x", {1, std::int64_t{1} << 40}).output("y").node("Relu", {"x"}, {"y"});
  message_of<OnnxTooLarge>(wide);
}

}  // namespace
}  // namespace ranvier::workloads
