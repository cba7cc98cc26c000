// SPDX-License-Identifier: Apache-2.0
// Models from files: round trip, every key and tensor accounted for, names found, the shipped ones load.
#include "workloads/model.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "base/errors.h"
#include "base/file.h"
#include "made_model.h"
#include "workloads/bundled.h"
#include "workloads/safetensors.h"

namespace ranvier::workloads {
namespace {

/// The made model's files with one thing changed.
class ModelFiles : public testing::Test {
 protected:
  void SetUp() override { save_model(random_model(1), folder_.path()); }
  std::string weights() const { return (folder_.path() / "model.safetensors").string(); }
  std::string config() const { return (folder_.path() / "config.json").string(); }

  void replace_in_config(const std::string& from, const std::string& to) {
    std::string text = read_file(config());
    ASSERT_NE(text.find(from), std::string::npos);
    write_file_atomically(config(), text.replace(text.find(from), from.size(), to));
  }

  /// Writes the weights again, each tensor as `change` returns it; one without a name is left out.
  template <class Change>
  void rewrite_weights(const Change& change) {
    const SafetensorsFile file = SafetensorsFile::read(weights());
    std::vector<NamedTensor> tensors;
    for (const std::string& name : file.names()) {
      NamedTensor changed = change(f32_tensor(name, file.shape(name), file.f32(name, file.shape(name))));
      if (!changed.name.empty()) tensors.push_back(std::move(changed));
    }
    write_safetensors(weights(), tensors);
  }

  template <class Failure>
  Failure failure() const {
    try {
      load_model(folder_.path().string());
    } catch (const Failure& e) {
      EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
      return e;
    }
    throw std::logic_error("was not refused");
  }

  ScratchFolder folder_;
};

TEST_F(ModelFiles, RoundTrip) {
  const VitModel made = random_model(1);
  for (const std::string& path : {folder_.path().string(), weights()}) {
    const VitModel read = load_model(path);
    EXPECT_EQ(read.config.name, "made");
    EXPECT_EQ(read.config.bounds, made.config.bounds);
    EXPECT_EQ(read.config.input_scale, made.config.input_scale);
    EXPECT_EQ(read.pos, made.pos);
    EXPECT_EQ(read.blocks[1].fc2.weight, made.blocks[1].fc2.weight);
    EXPECT_EQ(read.blocks[1].fc2.in, 12);
    EXPECT_EQ(read.blocks[1].fc2.out, 8);
    EXPECT_EQ(read.head.bias, made.head.bias);
    EXPECT_EQ(read.site_scale, made.site_scale);
  }
}

TEST_F(ModelFiles, ScalesMayBeMissing) {
  rewrite_weights([](NamedTensor t) { return t.name == "blocks.0.site.q.scale" ? NamedTensor{} : t; });
  const VitModel read = load_model(folder_.path().string());
  EXPECT_FALSE(read.site_scale.contains("block0.q"));
  EXPECT_TRUE(read.site_scale.contains("block1.q"));
}

TEST_F(ModelFiles, MissingFiles) {
  std::filesystem::remove(config());
  EXPECT_EQ(failure<FileMissing>().path, config());
  std::filesystem::remove(weights());
  EXPECT_EQ(failure<FileMissing>().path, weights());
}

TEST_F(ModelFiles, MissingTensor) {
  rewrite_weights([](NamedTensor t) { return t.name == "blocks.1.fc1.bias" ? NamedTensor{} : t; });
  const auto e = failure<TensorMissing>();
  EXPECT_EQ(e.tensor, "blocks.1.fc1.bias");
  EXPECT_EQ(e.file, weights());
}

TEST_F(ModelFiles, MisspeltScaleIsNotIgnored) {
  rewrite_weights([](NamedTensor t) {
    if (t.name == "blocks.0.site.ln1.scale") t.name = "blocks.0.site.lnl.scale";
    return t;
  });
  const auto e = failure<UnknownTensor>();
  EXPECT_EQ(e.tensor, "blocks.0.site.lnl.scale");
  EXPECT_NE(std::string(e.what()).find("did you mean 'blocks.0.site.ln1.scale'"), std::string::npos) << e.what();
}

TEST_F(ModelFiles, WrongShapeTypeAndValue) {
  rewrite_weights([](NamedTensor t) {
    if (t.name == "pos") t.shape = {8, 5};
    return t;
  });
  const auto shape = failure<WrongShape>();
  EXPECT_EQ(shape.tensor, "pos");
  EXPECT_EQ(shape.expected, (std::vector<std::int64_t>{5, 8}));
  SetUp();
  rewrite_weights([](NamedTensor t) {
    if (t.name == "cls") t.dtype = "I32";
    return t;
  });
  EXPECT_EQ(failure<WrongDtype>().got, "I32");
  SetUp();
  rewrite_weights([](NamedTensor t) {
    if (t.name == "head.weight") t.bytes[3] = 0x7f, t.bytes[2] = 0x80;  // little-endian infinity
    return t;
  });
  EXPECT_EQ(failure<NonFiniteValue>().index, 0U);
  SetUp();
  rewrite_weights([](NamedTensor t) {
    if (t.name == "norm_site.scale") t = f32_tensor(t.name, {1}, std::vector<float>{-0.5F});
    return t;
  });
  EXPECT_EQ(failure<BadTensorValue>().value, -0.5);
}

TEST_F(ModelFiles, TruncatedWeights) {
  const std::string bytes = read_file(weights());
  write_file_atomically(weights(), std::string_view(bytes).substr(0, bytes.size() - 10));
  const auto e = failure<TruncatedFile>();
  EXPECT_GT(e.expected_bytes, e.got_bytes);
  EXPECT_EQ(e.got_bytes, bytes.size() - 10);
}

TEST_F(ModelFiles, ConfigKeysAreChecked) {
  replace_in_config("\"heads\"", "\"haeds\"");
  const auto unknown = failure<UnknownConfigKey>();
  EXPECT_EQ(unknown.key, "haeds");
  EXPECT_EQ(unknown.place.file, config());
  EXPECT_EQ(unknown.place.line, 7);
  EXPECT_EQ(unknown.place.column, 3);
  EXPECT_NE(std::string(unknown.what()).find("did you mean 'heads'"), std::string::npos) << unknown.what();
  SetUp();
  replace_in_config("  \"width\": 8,\n", "");
  EXPECT_EQ(failure<MissingConfigKey>().key, "width");
  SetUp();
  replace_in_config("\"attn\"", "\"atn\"");
  EXPECT_EQ(failure<UnknownConfigKey>().key, "bounds.atn");
  SetUp();
  replace_in_config("\"name\"", "name");
  EXPECT_EQ(failure<ConfigSyntax>().place.line, 2);
}

TEST_F(ModelFiles, ConfigValuesAreChecked) {
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"\"width\": 8", "\"width\": \"8\""},         {"\"width\": 8", "\"width\": 9"},
      {"\"width\": 8", "\"width\": 8.5"},           {"\"patch\": 2", "\"patch\": 3"},
      {"\"blocks\": 2", "\"blocks\": 0"},           {"\"blocks\": 2", "\"blocks\": 18446744073709551615"},
      {"\"name\": \"made\"", "\"name\": 4"},        {"\"input_zero\": 9.0", "\"input_zero\": 1e99"},
      {"\"pixel_shift\": 3", "\"pixel_shift\": 8"}, {"\"activation_bits\": 5", "\"activation_bits\": 9"}};
  for (const auto& [from, to] : bad) {
    SetUp();
    replace_in_config(from, to);
    EXPECT_GT(failure<BadConfigValue>().place.line, 1) << to;
  }
}

TEST_F(ModelFiles, DamagedConfigsLoadOrAreRefused) {
  const std::string whole = read_file(config());
  int refused = 0;
  for (std::uint64_t round = 0; round < 5000; ++round) {
    std::string text = whole;
    for (std::uint32_t hit = 0; hit < 2; ++hit) {
      const auto at = random_below(static_cast<std::uint32_t>(text.size()), 5, round, 0, hit);
      const auto value = static_cast<char>(random_below(256, 5, round, 1, hit));
      if (value % 2 == 0)
        text[at] = value;
      else
        text.erase(at, 1);
    }
    try {
      parse_config(text, "config.json");
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 2500);
}

/// The header of a real model's weights, byte by byte: a renamed or reshaped tensor must not slip through either.
TEST_F(ModelFiles, DamagedWeightsLoadOrAreRefused) {
  const std::string whole = read_file(weights());
  int refused = 0, loaded = 0;
  for (std::uint64_t round = 0; round < 400; ++round) {
    std::string bytes = whole;
    const auto at = random_below(static_cast<std::uint32_t>(bytes.size()), 7, round, 0);
    bytes[at] = static_cast<char>(random_below(256, 7, round, 1));
    std::ofstream(weights(), std::ios::binary) << bytes;
    try {
      load_model(folder_.path().string());
      ++loaded;
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 50);
  EXPECT_GT(loaded, 50);
}

TEST(Model, StageNamesAndBounds) {
  const std::vector<std::string> names = stage_names(small_config());
  EXPECT_EQ(names.size(), 2U + 2U * 13U + 2U);
  EXPECT_EQ(names[2], "block0.ln1");
  EXPECT_EQ(names[6], "block0.attn");
  EXPECT_EQ(names.back(), "head");
  EXPECT_EQ(site_kind("block11.fc1"), "fc1");
  EXPECT_EQ(default_bounds("attn", 5), (CodeBounds{0, 31}));
  EXPECT_EQ(default_bounds("gelu", 5), (CodeBounds{-4, 27}));
  EXPECT_EQ(default_bounds("q", 5), (CodeBounds{-16, 15}));
  EXPECT_EQ(default_bounds("gelu", 8), (CodeBounds{-32, 223}));
}

TEST(Model, PatchesAreRowMajorAndTheClassTokenIsSilent) {
  const VitModel model = random_model(1);
  std::vector<std::uint8_t> pixels(16);
  for (std::size_t i = 0; i < 16; ++i) pixels[i] = static_cast<std::uint8_t>(8 * i + i % 8);
  EXPECT_EQ(input_codes(model, pixels.data()),
            (std::vector<std::int32_t>{0, 0, 0, 0, 0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15}));
}

TEST(Model, BundledNames) {
  std::set<std::string> names;
  for (const BundledWorkload& workload : bundled_workloads()) names.insert(workload.name);
  EXPECT_TRUE(names.contains("fashion-vit-small"));
  EXPECT_FALSE(names.contains("fashion-mnist"));
  try {
    load_model("fashion-vit-smal");
    FAIL();
  } catch (const UnknownWorkload& e) {
    EXPECT_EQ(e.name, "fashion-vit-smal");
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
    EXPECT_NE(std::string(e.what()).find("did you mean 'fashion-vit-small'"), std::string::npos) << e.what();
  }
}

TEST(Model, NamedDataFolderComesFirst) {
  const ScratchFolder folder;
  for (const char* name : {"made", "fashion-vit-small"}) {
    const auto model_folder = folder.path() / "workloads" / "models" / name;
    std::filesystem::create_directories(model_folder);
    save_model(random_model(1), model_folder);
  }
  ASSERT_EQ(setenv("RANVIER_DATA_DIR", folder.path().c_str(), 1), 0);
  EXPECT_EQ(load_model("made").config.classes, 3);
  EXPECT_EQ(load_model("fashion-vit-small").config.classes, 3) << "the user's model of that name";
  EXPECT_NO_THROW(bundled_image_file("fashion-mnist/test500")) << "what the folder lacks is still found";
  unsetenv("RANVIER_DATA_DIR");
  EXPECT_EQ(load_model("fashion-vit-small").config.classes, 10);
}

TEST(Model, EveryShippedModelLoadsWithAllItsScales) {
  for (const BundledWorkload& workload : bundled_workloads()) {
    const VitModel model = load_model(workload.name);
    EXPECT_EQ(model.config.name, workload.name);
    for (const std::string& stage : stage_names(model.config))
      EXPECT_EQ(model.site_scale.contains(stage), has_quantiser(stage)) << workload.name << " " << stage;
  }
}

}  // namespace
}  // namespace ranvier::workloads
