// SPDX-License-Identifier: Apache-2.0
// Checkpoints of each layout hold the same network: written under its names here, read back, and compared in what it
// computes.
#include "workloads/import_checkpoint.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>

#include "base/file.h"
#include "made_model.h"
#include "workloads/convert.h"
#include "workloads/dataset.h"
#include "workloads/executor.h"
#include "workloads/float_network.h"

namespace ranvier::workloads {
namespace {

using Shape = std::vector<std::int64_t>;
using Tensors = std::vector<NamedTensor>;

VitConfig config(bool clip) {
  VitConfig c = small_config(8);
  c.colours = 3;
  c.pixel_shift = 0;
  c.pre_norm = clip;
  c.activation = clip ? Activation::kQuickGelu : Activation::kGelu;
  c.epsilon = clip ? 1e-5 : 1e-6;
  return c;
}

struct Names {
  const char *patches, *cls, *pos, *block, *norm1, *proj, *norm2, *fc1, *fc2, *pre_norm, *norm, *head;
};

struct Writer {
  const VitModel& m;
  Tensors tensors;

  void put(const std::string& name, Shape shape, const std::vector<float>& values) {
    tensors.push_back(f32_tensor(name, std::move(shape), values));
  }
  void linear(const std::string& name, const LinearWeights& w, const char* dot = ".") {
    put(name + dot + "weight", {w.out, w.in}, w.weight);
    put(name + dot + "bias", {w.out}, w.bias);
  }
  void norm(const std::string& name, const NormWeights& w) {
    put(name + ".weight", {m.config.width}, w.gamma);
    put(name + ".bias", {m.config.width}, w.beta);
  }
  /// All but q, k, v and the head.
  void common(const Names& n, bool patch_bias) {
    const VitConfig& c = m.config;
    put(std::string(n.patches) + ".weight", {c.width, c.colours, c.patch, c.patch}, m.embed.weight);
    if (patch_bias) put(std::string(n.patches) + ".bias", {c.width}, m.embed.bias);
    put(n.cls, {1, 1, c.width}, m.cls);
    put(n.pos, {1, c.tokens(), c.width}, m.pos);
    for (std::size_t b = 0; b < m.blocks.size(); ++b) {
      const std::string prefix = n.block + std::to_string(b) + ".";
      norm(prefix + n.norm1, m.blocks[b].norm1);
      linear(prefix + n.proj, m.blocks[b].proj);
      norm(prefix + n.norm2, m.blocks[b].norm2);
      linear(prefix + n.fc1, m.blocks[b].fc1);
      linear(prefix + n.fc2, m.blocks[b].fc2);
    }
    if (*n.pre_norm != '\0') norm(n.pre_norm, m.pre_norm);
    norm(n.norm, m.norm);
  }
  void stacked(const std::string& name, const BlockWeights& w, const char* dot) {
    LinearWeights all{w.q.in, 3 * w.q.out, w.q.weight, w.q.bias};
    for (const LinearWeights* part : {&w.k, &w.v}) {
      all.weight.insert(all.weight.end(), part->weight.begin(), part->weight.end());
      all.bias.insert(all.bias.end(), part->bias.begin(), part->bias.end());
    }
    linear(name, all, dot);
  }
};

Tensors timm(const VitModel& m) {
  Writer w{m, {}};
  w.common({"patch_embed.proj", "cls_token", "pos_embed", "blocks.", "norm1", "attn.proj", "norm2", "mlp.fc1",
            "mlp.fc2", "", "norm", "head"},
           true);
  for (std::size_t b = 0; b < m.blocks.size(); ++b)
    w.stacked("blocks." + std::to_string(b) + ".attn.qkv", m.blocks[b], ".");
  w.linear("head", m.head);
  return w.tensors;
}

Tensors transformers(const VitModel& m, bool clip) {
  Writer w{m, {}};
  const std::string block = clip ? "vision_model.encoder.layers." : "vit.encoder.layer.";
  if (clip)
    w.common({"vision_model.embeddings.patch_embedding", "vision_model.embeddings.class_embedding",
              "vision_model.embeddings.position_embedding.weight", "vision_model.encoder.layers.", "layer_norm1",
              "self_attn.out_proj", "layer_norm2", "mlp.fc1", "mlp.fc2", "vision_model.pre_layrnorm",
              "vision_model.post_layernorm", ""},
             false);
  else
    w.common({"vit.embeddings.patch_embeddings.projection", "vit.embeddings.cls_token",
              "vit.embeddings.position_embeddings", "vit.encoder.layer.", "layernorm_before", "attention.output.dense",
              "layernorm_after", "intermediate.dense", "output.dense", "", "vit.layernorm", ""},
             true);
  for (std::size_t b = 0; b < m.blocks.size(); ++b) {
    const std::string prefix = block + std::to_string(b) + (clip ? ".self_attn." : ".attention.attention.");
    w.linear(prefix + (clip ? "q_proj" : "query"), m.blocks[b].q);
    w.linear(prefix + (clip ? "k_proj" : "key"), m.blocks[b].k);
    w.linear(prefix + (clip ? "v_proj" : "value"), m.blocks[b].v);
  }
  if (clip)
    w.put("visual_projection.weight", {m.head.out, m.head.in}, m.head.weight);
  else
    w.linear("classifier", m.head);
  return w.tensors;
}

Tensors openai(const VitModel& m) {
  Writer w{m, {}};
  w.common({"visual.conv1", "visual.class_embedding", "visual.positional_embedding", "visual.transformer.resblocks.",
            "ln_1", "attn.out_proj", "ln_2", "mlp.c_fc", "mlp.c_proj", "visual.ln_pre", "visual.ln_post", ""},
           false);
  for (std::size_t b = 0; b < m.blocks.size(); ++b)
    w.stacked("visual.transformer.resblocks." + std::to_string(b) + ".attn.in_proj", m.blocks[b], "_");
  std::vector<float> turned(m.head.weight.size());
  for (std::int32_t o = 0; o < m.head.out; ++o)
    for (std::int32_t i = 0; i < m.head.in; ++i) turned[static_cast<std::size_t>(i * m.head.out + o)] = m.head.at(o, i);
  w.put("visual.proj", {m.head.in, m.head.out}, turned);
  return w.tensors;
}

/// No bias where the layout has none.
VitModel model(bool clip) {
  VitModel m = random_model(clip ? 7 : 3, config(clip));
  if (!clip) return m;
  std::fill(m.embed.bias.begin(), m.embed.bias.end(), 0.0F);
  std::fill(m.head.bias.begin(), m.head.bias.end(), 0.0F);
  return m;
}

/// Writes the tensors with the settings that no name tells, and loads them as a user would.
VitModel loaded(const ScratchFolder& folder, const Tensors& tensors,
                const std::string& settings = R"({"num_attention_heads": 2, "layer_norm_eps": 1e-6})") {
  write_safetensors(folder.path() / "model.safetensors", tensors);
  write_file_atomically(folder.path() / "config.json", settings);
  return load_model(folder.path().string());
}

ImageSet images(std::size_t count) {
  ImageSet set;
  set.side = 4, set.colours = 3;
  for (std::size_t i = 0; i < count; ++i)
    for (std::uint64_t p = 0; p < 48; ++p) set.pixels.push_back(static_cast<std::uint8_t>(random_below(256, 5, p, i)));
  return set;
}

/// Logits of the written network on (pixel / 255 - mean) / deviation, worked out by its own float network.
std::vector<float> expected_logits(const VitModel& m, const std::uint8_t* pixels, const std::vector<double>& mean,
                                   const std::vector<double>& deviation) {
  std::vector<float> input(static_cast<std::size_t>(m.config.in_channels()), 0);
  for (int py = 0; py < 2; ++py)
    for (int px = 0; px < 2; ++px)
      for (std::size_t colour = 0; colour < 3; ++colour)
        for (int y = 0; y < 2; ++y)
          for (int x = 0; x < 2; ++x) {
            const double pixel = pixels[colour * 16 + static_cast<std::size_t>((2 * py + y) * 4 + 2 * px + x)];
            input.push_back(static_cast<float>((pixel / 255 - mean[colour]) / deviation[colour]));
          }
  return FloatNetwork(m).run_input(input).logits;
}

void expect_same(const VitModel& written, const VitModel& read, const std::vector<double>& mean,
                 const std::vector<double>& deviation, double tolerance = 2e-5) {
  const ImageSet set = images(4);
  for (std::size_t i = 0; i < 4; ++i) {
    const auto expected = expected_logits(written, set.image(i), mean, deviation);
    const auto got = FloatNetwork(read).run_input(network_input(read, set, i)).logits;
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t c = 0; c < got.size(); ++c)
      EXPECT_NEAR(static_cast<double>(got[c]), static_cast<double>(expected[c]), tolerance);
  }
}

const std::vector<double> kHalves = {0.5, 0.5, 0.5};
const std::vector<double> kClipMeans = {0.48145466, 0.4578275, 0.40821073};
const std::vector<double> kClipDeviations = {0.26862954, 0.26130258, 0.27577711};

TEST(Checkpoint, Timm) {
  const ScratchFolder folder;
  const VitModel m = model(false);
  expect_same(m, loaded(folder, timm(m)), kHalves, kHalves);
}

TEST(Checkpoint, TransformersVit) {
  const ScratchFolder folder;
  const VitModel m = model(false);
  expect_same(m, loaded(folder, transformers(m, false)), kHalves, kHalves);
}

TEST(Checkpoint, TransformersClip) {
  const ScratchFolder folder;
  const VitModel m = model(true);
  const std::string nested = R"({"vision_config": {"num_attention_heads": 2, "hidden_act": "quick_gelu"}})";
  expect_same(m, loaded(folder, transformers(m, true), nested), kClipMeans, kClipDeviations);
}

TEST(Checkpoint, OpenAiClip) {
  const ScratchFolder folder;
  const VitModel m = model(true);
  expect_same(m, loaded(folder, openai(m), R"({"num_attention_heads": 2})"), kClipMeans, kClipDeviations);
}

TEST(Checkpoint, PreprocessorSaysHowPixelsAreSeen) {
  const ScratchFolder folder;
  const VitModel m = model(false);
  write_file_atomically(folder.path() / "preprocessor_config.json",
                        R"({"image_mean": [0.4, 0.5, 0.6], "image_std": [0.2, 0.3, 0.4]})");
  expect_same(m, loaded(folder, timm(m)), {0.4, 0.5, 0.6}, {0.2, 0.3, 0.4});
  write_file_atomically(folder.path() / "preprocessor_config.json", R"({"image_std": [0.2, 0, 0.4]})");
  EXPECT_THROW(load_model(folder.path().string()), BadConfigValue);
}

/// Half precision loses what it must and no more: the values that it can hold come back as they are.
TEST(Checkpoint, HalfPrecisionIsReadExactly) {
  Tensors tensors = {{"half", "F16", {6}, {}}, {"brain", "BF16", {3}, {}}, {"wide", "F64", {1}, {}}};
  const auto words = [](std::initializer_list<std::uint16_t> all) {
    std::vector<std::uint8_t> bytes;
    for (const std::uint16_t word : all) {
      bytes.push_back(static_cast<std::uint8_t>(word & 255));
      bytes.push_back(static_cast<std::uint8_t>(word >> 8));
    }
    return bytes;
  };
  tensors[0].bytes = words({0x3C00, 0xC000, 0x7BFF, 0x0001, 0x8400, 0x0000});
  tensors[1].bytes = words({0x3F80, 0xC040, 0x0080});
  const auto third = std::bit_cast<std::array<std::uint8_t, 8>>(1.0 / 3);
  tensors[2].bytes.assign(third.begin(), third.end());
  const auto file = SafetensorsFile::parse(safetensors_bytes(tensors), "made");
  EXPECT_EQ(file.real("half", {6}),
            (std::vector<float>{1, -2, 65504, std::ldexp(1.0F, -24), -std::ldexp(1.0F, -14), 0}));
  EXPECT_EQ(file.real("brain", {3}), (std::vector<float>{1, -3, std::ldexp(1.0F, -126)}));
  EXPECT_EQ(file.real("wide", {1}), std::vector<float>{1.0F / 3});
  tensors[0].bytes = words({0x7C00, 0, 0, 0, 0, 0});
  const auto infinite = SafetensorsFile::parse(safetensors_bytes(tensors), "made");
  EXPECT_THROW(infinite.real("half", {6}), NonFiniteValue);
}

TEST(Checkpoint, ConvertsAndSettlesExactly) {
  const ScratchFolder folder;
  const VitModel m = loaded(folder, timm(model(false)));
  ImageSet set = images(8);
  ConvertOptions options;
  options.calibration = (folder.path() / "images.safetensors").string();
  options.recalibrate = true;
  const std::vector<std::uint8_t> labels(8, 0);
  write_safetensors(options.calibration,
                    Tensors{u8_tensor("pixels", {8, 3, 4, 4}, set.pixels), u8_tensor("labels", {8}, labels)});
  EXPECT_EQ(load_images(options.calibration).colours, 3);
  const Program program = convert(m, options);
  ExecutorOptions suppress;
  suppress.suppress_probability = 0.5;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto codes = input_codes(m, set, i);
    EXPECT_EQ(run_spiking(program, codes, Schedule::kAsynchronousUnary, suppress).activations,
              run_reference(program, codes));
  }
  EXPECT_THROW(convert(m), NoImages);
}

TEST(Checkpoint, RefusesWhatHasNoForm) {
  const ScratchFolder folder;
  const VitModel m = model(false);
  const std::vector<std::pair<const char*, std::function<void(Tensors&)>>> damages = {
      {"distillation", [](Tensors& t) { t.push_back(f32_tensor("dist_token", {1}, std::vector<float>{1})); }},
      {"layer scale", [](Tensors& t) { t.push_back(f32_tensor("blocks.0.ls1.gamma", {1}, std::vector<float>{1})); }},
      {"registers", [](Tensors& t) { t.push_back(f32_tensor("reg_token", {1}, std::vector<float>{1})); }},
      {"no class token's position",
       [](Tensors& t) {
         t[3].shape = {1, 4, 8}, t[3].bytes.resize(4 * 8 * 4);
       }},
  };
  for (const auto& [what, damage] : damages) {
    Tensors tensors = timm(m);
    damage(tensors);
    EXPECT_THROW(loaded(folder, tensors), UnsupportedCheckpoint) << what;
  }
  Tensors headless = timm(m);
  headless.erase(headless.end() - 2, headless.end());
  EXPECT_THROW(loaded(folder, headless), TensorMissing);
  EXPECT_THROW(loaded(folder, timm(m), R"({"num_attention_heads": 3})"), BadConfigValue);
  EXPECT_THROW(loaded(folder, timm(m), R"({"hidden_act": "swish"})"), BadConfigValue);
  EXPECT_THROW(loaded(folder, timm(m), "[1]"), ConfigSyntax);
}

}  // namespace
}  // namespace ranvier::workloads
