// SPDX-License-Identifier: Apache-2.0
// Real trained transformers as PyTorch exports them, against ONNX Runtime and against the importers of weights; what
// scripts/onnx-oracle made is read from $RANVIER_ONNX_ORACLE, else build/onnx-oracle.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <iostream>

#include "../../shared_data.h"
#include "workloads/convert.h"
#include "workloads/convert_report.h"
#include "workloads/dataset.h"
#include "workloads/executor.h"
#include "workloads/graph/graph_errors.h"
#include "workloads/graph/recognise_vit.h"
#include "workloads/graph/run_graph.h"
#include "workloads/npz.h"
#include "workloads/onnx/onnx_import.h"
#include "workloads/reference.h"

namespace ranvier::workloads {
namespace {

namespace fs = std::filesystem;

struct Network {
  const char* name;
  const char* file;     // of the two opsets, the one to load
  const char* weights;  // folder in the shared data with weights.npz that import_model() knows; none where empty
  const char* unknown;  // part of the message where conversion does not know the structure
  std::size_t images;   // for the accuracy
  double least_agreement;
};

void PrintTo(const Network& network, std::ostream* out) { *out << network.name; }

const Network kNetworks[] = {
    {"pre-ln-64x4", "opset13", "vit-cifar10/pre-ln-64x4", "", 500, 91},
    {"post-ln-128x6", "opset17", "vit-cifar10/post-ln-128x6", "", 200, 95},
    {"vnncomp-ibp_3_3_8", "model", "vit-cifar10/vnncomp-ibp_3_3_8", "", 500, 92},
    {"kwt1", "opset17", "kwt1", "", 120, 95},
    {"mnist-pre-ln-64x6", "opset13", "", "", 500, 97},
    {"mnist-vit_455_mlp", "opset17", "", "", 500, 85},
    {"mnist-vit_371", "opset13", "", "a last block of attention alone", 0, 0},
    {"seeded-clip", "opset13", "", "", 0, 0},
    {"seeded-einsum", "opset17", "", "", 0, 0},
    {"seeded-distilled", "opset13", "", "a distillation token", 0, 0},
    {"seeded-compact", "opset17", "", "attention that pools", 0, 0},
};

class Oracle : public testing::TestWithParam<Network> {
 protected:
  void SetUp() override {
    const char* named = std::getenv("RANVIER_ONNX_ORACLE");
    const fs::path root = named != nullptr ? fs::path(named) : fs::path(RANVIER_SOURCE_DIR) / "build/onnx-oracle";
    folder_ = root / GetParam().name;
    if (!fs::exists(folder_ / (std::string(GetParam().file) + ".out.npy")))
      GTEST_SKIP() << "no " << folder_.string() << ": run scripts/onnx-oracle, or set RANVIER_ONNX_ORACLE";
  }
  std::vector<std::string> files() const {
    if (std::string(GetParam().file) == "model") return {"model"};
    return {"opset13", "opset17"};
  }
  fs::path onnx(const std::string& file) const { return folder_ / (file + ".onnx"); }
  VitModel model() const { return load_model(onnx(GetParam().file).string()); }
  bool is_known() const { return *GetParam().unknown == 0; }

  fs::path folder_;
};

TEST_P(Oracle, OneGraphAtBothOpsets) {
  if (files().size() < 2) GTEST_SKIP() << "came as one file";
  const std::string text = canonical_text(import_onnx(onnx("opset13")));
  EXPECT_GT(text.size(), 1000U);
  EXPECT_EQ(text, canonical_text(import_onnx(onnx("opset17"))));
}

TEST_P(Oracle, FloatReferenceAgreesWithOnnxRuntime) {
  const NpzFile input_file = NpzFile::read_npy(folder_ / "input.npy");
  std::vector<std::int64_t> shape = input_file.shape("array");
  const std::vector<float> inputs = input_file.f32("array", shape);
  const auto count = static_cast<std::size_t>(shape[0]);
  shape[0] = 1;
  for (const std::string& file : files()) {
    const Graph graph = import_onnx(onnx(file));
    const std::vector<float> expected =
        NpzFile::read_npy(folder_ / (file + ".out.npy")).f32("array", {static_cast<std::int64_t>(count), -1});
    const std::size_t one = inputs.size() / count, classes = expected.size() / count;
    double worst = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto first = inputs.begin() + static_cast<std::ptrdiff_t>(i * one);
      const GraphTensor x{shape, {first, first + static_cast<std::ptrdiff_t>(one)}};
      const std::vector<float> found = run_graph(graph, {&x, 1})[0].values;
      ASSERT_EQ(found.size(), classes);
      double gap = 0, largest = 0;
      for (std::size_t c = 0; c < classes; ++c) {
        const auto wanted = static_cast<double>(expected[i * classes + c]);
        gap = std::max(gap, std::abs(static_cast<double>(found[c]) - wanted));
        largest = std::max(largest, std::abs(wanted));
      }
      worst = std::max(worst, gap / largest);
    }
    std::cout << GetParam().name << " " << file << ": " << count << " inputs, largest difference from ONNX Runtime "
              << worst << " of the largest logit\n";
    EXPECT_LE(worst, 1e-4);
  }
}

double gap_of(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double gap = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    gap = std::max(gap, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return gap;
}

TEST_P(Oracle, RecognisedAsTheWeightsThatWereImported) {
  if (*GetParam().weights == 0) GTEST_SKIP() << "no importer knows its weights.npz";
  RANVIER_NEEDS_SHARED_DATA(std::string(GetParam().weights) + "/weights.npz");
  const VitModel found = model(), known = load_model(shared_data(GetParam().weights).string());
  EXPECT_EQ(found.config.name, known.config.name);
  EXPECT_EQ(found.config.heads, known.config.heads);
  EXPECT_EQ(found.config.placement, known.config.placement);
  EXPECT_EQ(found.config.norm, known.config.norm);
  EXPECT_EQ(found.config.activation, known.config.activation);
  EXPECT_EQ(found.config.pooling, known.config.pooling);
  EXPECT_EQ(found.config.final_norm, known.config.final_norm);
  EXPECT_EQ(found.config.epsilon, known.config.epsilon);
  EXPECT_EQ(found.config.input_scale, known.config.input_scale);
  EXPECT_EQ(found.input_steps, known.input_steps);
  ASSERT_EQ(found.input_zeros.size(), known.input_zeros.size());
  for (std::size_t i = 0; i < found.input_zeros.size(); ++i)
    EXPECT_NEAR(found.input_zeros[i], known.input_zeros[i], 1e-9);
  double worst = 0;
  const auto same = [&](const char* name, const std::vector<float>& a, const std::vector<float>& b) {
    const double gap = gap_of(a, b);
    worst = std::max(worst, gap);
    EXPECT_LE(gap, 1e-6) << name;
  };
  const auto linear = [&](const char* name, const LinearWeights& a, const LinearWeights& b) {
    same(name, a.weight, b.weight), same(name, a.bias, b.bias);
  };
  const auto norm = [&](const char* name, const NormWeights& a, const NormWeights& b) {
    same(name, a.gamma, b.gamma), same(name, a.beta, b.beta);
  };
  linear("embed", found.embed, known.embed);
  same("cls", found.cls, known.cls), same("pos", found.pos, known.pos);
  ASSERT_EQ(found.blocks.size(), known.blocks.size());
  for (std::size_t b = 0; b < found.blocks.size(); ++b) {
    const BlockWeights &x = found.blocks[b], &y = known.blocks[b];
    norm("norm1", x.norm1, y.norm1), norm("norm2", x.norm2, y.norm2);
    linear("q", x.q, y.q), linear("k", x.k, y.k), linear("v", x.v, y.v);
    linear("proj", x.proj, y.proj), linear("fc1", x.fc1, y.fc1), linear("fc2", x.fc2, y.fc2);
  }
  norm("norm", found.norm, known.norm);
  linear("head", found.head, known.head);
  std::cout << GetParam().name << ": largest difference of a weight " << worst << "\n";
}

TEST_P(Oracle, SettlesToTheIntegerNetworkInAnyOrder) {
  if (!is_known()) GTEST_SKIP() << "refused, as RefusedWhereConversionCannotFollow shows";
  const VitModel m = model();
  ConvertOptions options;
  options.calibration_images = 16;
  const Program program = convert(m, options);
  const auto codes = input_codes(m, test_images(m), 7);
  ExecutorOptions suppressed;
  suppressed.suppress_probability = 0.3, suppressed.seed = 11;
  EXPECT_EQ(run_spiking(program, codes, Schedule::kStagedUnary, suppressed).activations, run_reference(program, codes));
}

TEST_P(Oracle, KeepsItsClassesOnRealTestData) {
  if (!is_known()) GTEST_SKIP() << "refused, as RefusedWhereConversionCannotFollow shows";
  if (GetParam().images == 0) GTEST_SKIP() << "seeded weights have no classes to keep";
  const VitModel m = model();
  const Program program = convert(m);
  const bool has_recorded = has_recorded_logits(m);
  const RecordedLogits recorded = has_recorded ? recorded_logits(m) : RecordedLogits{};
  const ConversionReport report =
      report_conversion(m, program, test_images(m), GetParam().images, 0, has_recorded ? &recorded : nullptr);
  std::cout << GetParam().name << ": " << report.images << " test inputs, float " << report.accuracy_float
            << " %, integers " << report.accuracy_integer << " %, same class " << report.agreement_float << " %\n";
  EXPECT_GE(report.agreement_float, GetParam().least_agreement);
  if (has_recorded) {
    ASSERT_TRUE(report.recorded_gap.has_value());
    EXPECT_LT(*report.recorded_gap, 1e-4);
  }
}

TEST_P(Oracle, RefusedWhereConversionCannotFollow) {
  if (is_known()) GTEST_SKIP() << "conversion knows its structure";
  try {
    model();
    FAIL();
  } catch (const UnknownStructure& e) {
    std::cout << e.what() << "\n";
    EXPECT_NE(e.found.find(GetParam().unknown), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find(GetParam().file), std::string::npos) << e.what();
  }
}

INSTANTIATE_TEST_SUITE_P(All, Oracle, testing::ValuesIn(kNetworks), [](const auto& made) {
  std::string name = made.param.name;
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
});

}  // namespace
}  // namespace ranvier::workloads
