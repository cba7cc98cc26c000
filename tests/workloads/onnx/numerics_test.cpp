// SPDX-License-Identifier: Apache-2.0
// Imported networks compute what torch computed, and what ONNX Runtime computed with the real one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <vector>

#include "tests/shared_data.h"
#include "tests/workloads/onnx/onnx_fixtures.h"
#include "workloads/graph/run_graph.h"
#include "workloads/npz.h"
#include "workloads/onnx/onnx_import.h"

namespace ranvier::workloads {
namespace {

double relative_error(const std::vector<float>& got, const std::vector<float>& expected) {
  EXPECT_EQ(got.size(), expected.size());
  double error = 0;
  double largest = 0;
  for (std::size_t i = 0; i < std::min(got.size(), expected.size()); ++i) {
    error = std::max(error, std::abs(static_cast<double>(got[i]) - static_cast<double>(expected[i])));
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
  }
  return error / largest;
}

class TorchTest : public testing::TestWithParam<const char*> {};

TEST_P(TorchTest, GivesTorchsOutput) {
  const std::string name = GetParam();
  const NpzFile reference = NpzFile::read(onnx_fixture(name + ".npz"));
  for (const char* opset : {"13", "17"}) {
    const Graph graph = import_onnx(onnx_fixture(name + "-" + opset + ".onnx"));
    const Extents in = graph.node(graph.inputs[0]).shape;
    const std::vector<GraphTensor> inputs{{in, reference.f32("input", in)}};
    const std::vector<GraphTensor> outputs = run_graph(graph, inputs);
    EXPECT_LT(relative_error(outputs[0].values, reference.f32("output", outputs[0].shape)), 1e-6) << opset;
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, TorchTest,
                         testing::Values("vit", "vit-einops", "vit-mha", "deit", "cct", "kwt", "clip", "mlp", "cnn",
                                         "encoder-pre", "encoder-post"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(RealModelTest, VnncompVitGivesTheLogitsOfOnnxRuntime) {
  const std::string folder = "vit-cifar10/vnncomp-ibp_3_3_8/";
  RANVIER_NEEDS_SHARED_DATA(folder + "model.onnx");
  RANVIER_NEEDS_SHARED_DATA("cifar10/test_0000_4999.bin");
  constexpr std::size_t kImages = 50;
  constexpr std::size_t kPixels = 3 * 32 * 32;
  const OnnxImport model = read_onnx(shared_data(folder + "model.onnx"));
  check_graph(model.graph);
  EXPECT_EQ(model.opset, 9);
  EXPECT_TRUE(model.notes.empty());
  const std::vector<float> expected =
      NpzFile::read_npy(shared_data(folder + "ref_logits_test_0000_4999.npy")).f32("array", {-1, 10});
  std::ifstream images(shared_data("cifar10/test_0000_4999.bin"), std::ios::binary);
  const double mean[3] = {0.4914, 0.4822, 0.4465};
  const double deviation[3] = {0.2023, 0.1994, 0.2010};
  for (std::size_t image = 0; image < kImages; ++image) {
    std::vector<char> record(1 + kPixels);
    ASSERT_TRUE(images.read(record.data(), static_cast<std::streamsize>(record.size())));
    GraphTensor input{{1, 3, 32, 32}, std::vector<float>(kPixels)};
    for (std::size_t i = 0; i < kPixels; ++i) {
      const std::size_t colour = i / 1024;
      const double pixel = static_cast<unsigned char>(record[1 + i]) / 255.0;
      input.values[i] = static_cast<float>((pixel - mean[colour]) / deviation[colour]);
    }
    const std::vector<GraphTensor> logits = run_graph(model.graph, std::vector<GraphTensor>{input});
    const auto row = expected.begin() + static_cast<std::ptrdiff_t>(10 * image);
    EXPECT_LT(relative_error(logits[0].values, {row, row + 10}), 1e-5) << "image " << image;
  }
}

}  // namespace
}  // namespace ranvier::workloads
