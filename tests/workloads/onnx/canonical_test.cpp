// SPDX-License-Identifier: Apache-2.0
// One network, one graph: torch exports of the same weights at several opsets, and in several spellings.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/workloads/onnx/onnx_fixtures.h"
#include "workloads/onnx/onnx_import.h"

namespace ranvier::workloads {
namespace {

std::string text_of(const std::string& file) {
  const Graph graph = import_onnx(onnx_fixture(file));
  check_graph(graph);
  return canonical_text(graph);
}

class OpsetTest : public testing::TestWithParam<const char*> {};

TEST_P(OpsetTest, GivesOneGraphAtEveryOpset) {
  const std::string name = GetParam();
  const std::string reference = text_of(name + "-17.onnx");
  EXPECT_GT(std::count(reference.begin(), reference.end(), '\n'), 8);
  for (const char* opset : {"11", "13", "14"}) {
    if (name == "vit-einops" && std::string(opset) == "11") continue;  // Einsum came with opset 12
    EXPECT_EQ(text_of(name + "-" + opset + ".onnx"), reference) << "opset " << opset;
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, OpsetTest,
                         testing::Values("vit", "vit-einops", "vit-mha", "deit", "cct", "kwt", "clip", "mlp", "cnn",
                                         "encoder-pre", "encoder-post"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           for (char& c : name)
                             if (c == '-') c = '_';
                           return name;
                         });

TEST(CanonicalTest, ExternalDataGiveTheSameGraph) { EXPECT_EQ(text_of("vit-external.onnx"), text_of("vit-17.onnx")); }

TEST(CanonicalTest, MultiheadAttentionOfTorchIsThePlainOne) {
  EXPECT_EQ(text_of("vit-mha-17.onnx"), text_of("vit-17.onnx"));
}

TEST(CanonicalTest, EinsumsAreThePlainOne) { EXPECT_EQ(text_of("vit-einops-17.onnx"), text_of("vit-17.onnx")); }

TEST(CanonicalTest, OtherWeightsAreAnotherGraph) { EXPECT_NE(text_of("deit-17.onnx"), text_of("vit-17.onnx")); }

}  // namespace
}  // namespace ranvier::workloads
