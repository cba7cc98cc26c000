// SPDX-License-Identifier: Apache-2.0
// model.json beside model.onnx: what it says about pixels is what the network then sees, and what is wrong in it is
// named.
#include <gtest/gtest.h>

#include <cmath>

#include "../../shared_data.h"
#include "base/file.h"
#include "made_vit_graph.h"
#include "tests/workloads/made_model.h"
#include "workloads/convert.h"
#include "workloads/dataset.h"
#include "workloads/executor.h"
#include "workloads/float_network.h"
#include "workloads/graph/onnx_sidecar.h"
#include "workloads/graph/recognise_vit.h"
#include "workloads/graph/run_graph.h"
#include "workloads/reference.h"

namespace ranvier::workloads {
namespace {

/// A sidecar of that text, for an ONNX file that need not be there.
OnnxSidecar sidecar_of(const ScratchFolder& folder, const std::string& text) {
  write_file_atomically(folder.path() / "m.json", text);
  return read_onnx_sidecar(folder.path() / "m.onnx");
}

VitConfig colour_config() {
  VitConfig c = small_config(8);
  c.colours = 3, c.input_zero = 0, c.input_scale = 1;
  return c;
}

struct Coding {
  const char* name;
  const char* json;  // none where empty
  double low, high;
  double mean[3], deviation[3];
};

const Coding kCodings[] = {
    {"none", "", 0, 1, {0, 0, 0}, {1, 1, 1}},
    {"mean_and_deviation",
     R"({"mean": [0.4, 0.5, 0.6], "deviation": [0.2, 0.3, 0.25]})",
     0,
     1,
     {0.4, 0.5, 0.6},
     {0.2, 0.3, 0.25}},
    {"one_for_all", R"({"mean": 0.5, "deviation": 0.5})", 0, 1, {0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}},
    {"raw_pixels",
     R"({"pixel_range": [0, 255], "mean": [120, 110, 100], "deviation": 60})",
     0,
     255,
     {120, 110, 100},
     {60, 60, 60}},
    {"around_zero", R"({"pixel_range": [-1, 1], "centre": 0.25})", -1, 1, {0, 0, 0}, {1, 1, 1}},
};

class Codings : public testing::TestWithParam<Coding> {};

TEST_P(Codings, AreWhatTheNetworkSees) {
  const Coding& coding = GetParam();
  const Graph graph = graph_of(random_model(4, colour_config()));
  const ScratchFolder folder;
  VitModel model = vit_of(graph);
  const OnnxSidecar sidecar =
      *coding.json == 0 ? read_onnx_sidecar(folder.path() / "m.onnx") : sidecar_of(folder, coding.json);
  apply_sidecar(sidecar, model);
  for (std::uint64_t image = 0; image < 5; ++image) {
    const std::vector<std::uint8_t> pixels = random_pixels(3, image, 4, 3);
    GraphTensor x{{1, 3, 4, 4}, {}};
    for (std::size_t i = 0; i < pixels.size(); ++i)
      x.values.push_back(
          static_cast<float>((coding.low + (coding.high - coding.low) * pixels[i] / 255 - coding.mean[i / 16]) /
                             coding.deviation[i / 16]));
    const std::vector<float> expected = run_graph(graph, {&x, 1})[0].values;
    const std::vector<float> logits = FloatNetwork(model).logits(input_codes(model, pixels.data()));
    for (std::size_t c = 0; c < expected.size(); ++c)
      EXPECT_NEAR(static_cast<double>(logits[c]), static_cast<double>(expected[c]),
                  1e-5 * std::max(1.0, std::abs(static_cast<double>(expected[c]))));
  }
  EXPECT_EQ(model.weights_note.empty(), *coding.json != 0);
}

INSTANTIATE_TEST_SUITE_P(All, Codings, testing::ValuesIn(kCodings),
                         [](const auto& made) { return std::string(made.param.name); });

TEST(Sidecar, NamesDataAndClasses) {
  const ScratchFolder folder;
  VitModel model = random_model(4, colour_config());
  const OnnxSidecar sidecar = sidecar_of(
      folder, R"({"name": "n", "dataset": "d", "test": "t.bin", "logits": "/l.npy", "class_names": ["a", "b", "c"]})");
  apply_sidecar(sidecar, model);
  EXPECT_EQ(model.config.name, "n");
  EXPECT_EQ(model.config.dataset, "d");
  EXPECT_EQ(model.data.kind, DataKind::kFiles);
  EXPECT_EQ(model.data.test, folder.path() / "t.bin");
  EXPECT_EQ(model.data.calibration, model.data.test) << "split, where there is but one file";
  EXPECT_EQ(model.data.logits, "/l.npy");
  EXPECT_EQ(model.class_names, (std::vector<std::string>{"a", "b", "c"}));
  apply_sidecar(sidecar_of(folder, R"({"dataset": "fashion-mnist"})"), model);
  EXPECT_EQ(model.data.kind, DataKind::kBundled);
}

TEST(Sidecar, WrongValuesAreNamed) {
  const ScratchFolder folder;
  const auto key_of = [&](const std::string& text) {
    try {
      VitModel model = random_model(4, colour_config());
      apply_sidecar(sidecar_of(folder, text), model);
    } catch (const BadConfigValue& e) {
      return e.key;
    }
    return std::string("taken");
  };
  EXPECT_EQ(key_of(R"({"mean": "a"})"), "mean");
  EXPECT_EQ(key_of(R"({"mean": [0.1, 0.2]})"), "mean");
  EXPECT_EQ(key_of(R"({"deviation": 0})"), "deviation");
  EXPECT_EQ(key_of(R"({"deviation": []})"), "deviation");
  EXPECT_EQ(key_of(R"({"pixel_range": [1, 0]})"), "pixel_range");
  EXPECT_EQ(key_of(R"({"pixel_range": 3})"), "pixel_range");
  EXPECT_EQ(key_of(R"({"centre": [0, 0, 0, 0]})"), "centre");
  EXPECT_EQ(key_of(R"({"test": 1})"), "test");
  EXPECT_EQ(key_of(R"({"class_names": ["a"]})"), "class_names");
  EXPECT_EQ(key_of(R"({"class_names": [1, 2, 3]})"), "class_names");
  EXPECT_EQ(key_of(R"({"mean": [0.1, 0.2, 0.3]})"), "taken");
  EXPECT_THROW(sidecar_of(folder, R"({"means": 1})"), UnknownConfigKey);
  EXPECT_THROW(sidecar_of(folder, "[1]"), ConfigSyntax);
  EXPECT_THROW(sidecar_of(folder, "{"), ConfigSyntax);
}

TEST(Sidecar, SequencesNeedCalibrationClips) {
  VitConfig c = small_config(8);
  c.image = c.patch = 0, c.steps = 5, c.features = 6;
  VitModel model = random_model(4, c);
  const ScratchFolder folder;
  try {
    apply_sidecar(sidecar_of(folder, "{}"), model);
    FAIL();
  } catch (const MissingConfigKey& e) {
    EXPECT_EQ(e.key, "calibration");
  }
}

TEST(LoadOnnx, MissingFilesAreNamed) { EXPECT_THROW(load_model("nowhere/model.onnx"), FileMissing); }

TEST(LoadOnnx, ARealNetworkConvertsAndSettlesInAnyOrder) {
  const std::string published = "vit-cifar10/vnncomp-ibp_3_3_8";
  RANVIER_NEEDS_SHARED_DATA(published + "/model.onnx");
  const ScratchFolder folder;
  std::filesystem::copy_file(shared_data(published + "/model.onnx"), folder.path() / "model.onnx");
  write_file_atomically(folder.path() / "model.json",
                        R"({"mean": [0.4914, 0.4822, 0.4465], "deviation": [0.2023, 0.1994, 0.2010], "test": ")" +
                            shared_data("cifar10/test_0000_4999.bin").string() + R"(", "calibration": ")" +
                            shared_data("cifar10/calibration_train_0000_2499.bin").string() + "\"}");
  const VitModel model = load_model((folder.path() / "model.onnx").string());
  ConvertOptions options;
  options.calibration_images = 16;
  const Program program = convert(model, options);
  const auto codes = input_codes(model, test_images(model), 3);
  ExecutorOptions suppressed;
  suppressed.suppress_probability = 0.3;
  EXPECT_EQ(run_spiking(program, codes, Schedule::kAsynchronousUnary, suppressed).activations,
            run_reference(program, codes));
}

}  // namespace
}  // namespace ranvier::workloads
