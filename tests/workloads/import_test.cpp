// SPDX-License-Identifier: Apache-2.0
// Published networks: their folders give the logits that others computed, and their programs run event by event.
#include "workloads/import_model.h"

#include <gtest/gtest.h>

#include <ostream>

#include <cmath>

#include "../shared_data.h"
#include "base/file.h"
#include "made_model.h"
#include "made_npz.h"
#include "workloads/convert.h"
#include "workloads/dataset_files.h"
#include "workloads/executor.h"
#include "workloads/float_network.h"
#include "workloads/reference.h"
#include "workloads/seeded_model.h"

namespace ranvier::workloads {
namespace {

struct Published {
  const char* folder;
  std::int32_t tokens, width, heads, blocks, hidden, classes;
  std::size_t stages;
};

void PrintTo(const Published& published, std::ostream* out) { *out << published.folder; }

const Published kPublished[] = {
    {"kwt1", 99, 64, 1, 12, 256, 12, 2 + 12 * 11 + 1},
    {"vit-cifar10/pre-ln-64x4", 65, 64, 4, 4, 256, 10, 2 + 4 * 13 + 2},
    {"vit-cifar10/post-ln-128x6", 65, 128, 8, 6, 256, 10, 2 + 6 * 10 + 2},
    {"vit-cifar10/vnncomp-ibp_3_3_8", 17, 48, 3, 3, 96, 10, 2 + 3 * 12 + 4},
};

class PublishedNetworks : public testing::TestWithParam<Published> {
 protected:
  void SetUp() override {
    RANVIER_NEEDS_SHARED_DATA(GetParam().folder);
    RANVIER_NEEDS_SHARED_DATA("cifar10");
    model_ = load_model(shared_data(GetParam().folder).string());
  }
  VitModel model_;
};

TEST_P(PublishedNetworks, Sizes) {
  const VitConfig& c = model_.config;
  EXPECT_EQ(c.tokens(), GetParam().tokens);
  EXPECT_EQ(c.width, GetParam().width);
  EXPECT_EQ(c.heads, GetParam().heads);
  EXPECT_EQ(c.blocks, GetParam().blocks);
  EXPECT_EQ(c.hidden, GetParam().hidden);
  EXPECT_EQ(c.classes, GetParam().classes);
  EXPECT_EQ(c.activation_bits, 8);
  EXPECT_EQ(model_.class_names.size(), static_cast<std::size_t>(c.classes));
}

TEST_P(PublishedNetworks, FloatLogitsAreTheRecordedOnes) {
  const ImageSet images = test_images(model_);
  const RecordedLogits recorded = recorded_logits(model_);
  ASSERT_EQ(recorded.count, images.count());
  const FloatNetwork network(model_);
  const auto classes = static_cast<std::size_t>(model_.config.classes);
  float gap = 0;
  for (const std::size_t i : {std::size_t{0}, std::size_t{77}, images.count() - 1}) {
    const auto logits = network.run_input(network_input(model_, images, i)).logits;
    for (std::size_t c = 0; c < classes; ++c)
      gap = std::max(gap, std::abs(logits[c] - recorded.float_trained[i * classes + c]));
  }
  EXPECT_LT(gap, 1e-4F);
}

TEST_P(PublishedNetworks, EventsSettleToTheIntegerNetwork) {
  ConvertOptions options;
  options.calibration_images = 6;
  const Program program = convert(model_, options);
  EXPECT_EQ(program.stages.size(), GetParam().stages);
  const ImageSet images = test_images(model_);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto codes = input_codes(model_, images, i);
    EXPECT_EQ(run_spiking(program, codes, Schedule::kStagedGraded, {}).activations, run_reference(program, codes));
  }
}

TEST_P(PublishedNetworks, UnaryEventsDoToo) {
  if (GetParam().tokens > 65) GTEST_SKIP() << "in the slow tests";
  ConvertOptions options;
  options.calibration_images = 4;
  const Program program = convert(model_, options);
  const auto codes = input_codes(model_, test_images(model_), 2);
  EXPECT_EQ(run_spiking(program, codes, Schedule::kStagedUnary, {}).activations, run_reference(program, codes));
}

INSTANTIATE_TEST_SUITE_P(All, PublishedNetworks, testing::ValuesIn(kPublished), [](const auto& published) {
  std::string name = published.param.folder;
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
});

class Import : public testing::Test {
 protected:
  void write(const std::map<std::string, std::string>& arrays) const {
    write_npz(folder_.path() / "weights.npz", arrays);
  }
  VitModel load() const { return load_model(folder_.path().string()); }
  ScratchFolder folder_;
};

TEST_F(Import, UnknownNames) {
  write({{"encoder.weight", npy_floats("(1,)", {1})}, {"x", npy_floats("(1,)", {1})}});
  try {
    load();
    FAIL();
  } catch (const UnknownLayout& e) {
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
    EXPECT_NE(std::string(e.what()).find("encoder.weight and 1 more"), std::string::npos) << e.what();
  }
}

TEST_F(Import, MissingAndMisshapenTensors) {
  write({{"proj.weight", npy_floats("(2, 1)", {1, 2})}, {"blocks.0.ln1.gamma", npy_floats("(2,)", {1, 1})}});
  EXPECT_THROW(load(), TensorMissing);
  write({{"proj.weight", npy_floats("(2,)", {1, 2})}, {"blocks.0.ln1.gamma", npy_floats("(2,)", {1, 1})}});
  EXPECT_THROW(load(), WrongShape);
}

TEST_F(Import, HeadsComeFromTheConfiguration) {
  write({{"patch_embed.proj.weight", npy_floats("(2, 3, 1, 1)", {1, 2, 3, 4, 5, 6})},
         {"mlp_head.1.bias", npy_floats("(2,)", {0, 0})},
         {"transformer.layers.0.self_attn.in_proj_weight", npy_floats("(1,)", {0})},
         {"transformer.layers.0.norm1.weight", npy_floats("(2,)", {0, 0})},
         {"transformer.layers.0.linear1.bias", npy_floats("(2,)", {0, 0})}});
  EXPECT_THROW(load(), FileMissing);
  const auto config = [&](const char* text) {
    write_file_atomically(folder_.path() / "config.json", std::string_view(text));
  };
  config("no json");
  EXPECT_THROW(load(), ConfigSyntax);
  config("{}");
  EXPECT_THROW(load(), MissingConfigKey);
  config(R"({"heads": 3})");
  EXPECT_THROW(load(), BadConfigValue);
  config(R"({"heads": 2})");
  EXPECT_THROW(load(), TensorMissing);
}

TEST_F(Import, RecordsOfCifar) {
  const auto path = folder_.path() / "some.bin";
  std::string record(3073, '\7');
  record[1024] = '\11';
  write_file_atomically(path, std::string_view(record + record));
  const ImageSet images = load_images(path.string());
  EXPECT_EQ(images.count(), 2U);
  EXPECT_EQ(images.colours, 3);
  EXPECT_EQ(images.labels, (std::vector<std::uint8_t>{7, 7}));
  EXPECT_EQ(images.image(1)[1023], 9);
  write_file_atomically(path, std::string_view(record + "1"));
  try {
    load_images(path.string());
    FAIL();
  } catch (const BadRecordFile& e) {
    EXPECT_EQ(e.bytes, 3074U);
    EXPECT_EQ(e.record_bytes, 3073U);
  }
}

TEST_F(Import, ClipsAreSplit) {
  std::vector<float> values(14);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  const auto path = folder_.path() / "clips.npz";
  write_npz(path, {{"mfcc", npy_floats("(7, 2, 1)", values)},
                   {"label", npy_text("{'descr': '|u1', 'fortran_order': False, 'shape': (7,)}", "\1\1\2\3\4\5\6")}});
  const ImageSet clips = load_images(path.string());
  const ImageSet test = split_images(clips, ClipPart::kTest), calibration = split_images(clips, ClipPart::kCalibration);
  EXPECT_EQ(test.labels, (std::vector<std::uint8_t>{1, 2, 3, 4, 6, 1}));  // the classes in turn
  EXPECT_EQ(calibration.labels, (std::vector<std::uint8_t>{5}));
  EXPECT_EQ(calibration.values, (std::vector<float>{10, 11}));
  EXPECT_EQ(test.clip(4)[1], 13);
  EXPECT_EQ(test.clip(5)[1], 3);
  EXPECT_NE(digest_of(test), digest_of(calibration));
  try {
    check_images(random_model(1), clips);
    FAIL();
  } catch (const InputKindDiffers& e) {
    EXPECT_EQ(e.there, "clips of 2 x 1 values");
    EXPECT_EQ(e.wanted, "images with 1 colour planes");
  }
}

TEST(SeededShape, IsClipVitB32) {
  const VitConfig c = seeded_config("vit-b32-shape");
  EXPECT_EQ(c.tokens(), 50);
  EXPECT_EQ(c.in_channels(), 3072);
  EXPECT_EQ(c.head_width(), 64);
  EXPECT_EQ(c.hidden, 3072);
  EXPECT_EQ(c.classes, 512);
  EXPECT_EQ(stage_names(c).size(), 3U + 12 * 13 + 2);
  EXPECT_THROW(seeded_config("vit-b16-shape"), UnknownWorkload);
}

TEST(SeededShape, ImagesDifferAndRepeat) {
  VitModel m;
  m.config.image = 64;
  m.config.colours = 3;
  const ImageSet two = seeded_images(m, 0, 2), second = seeded_images(m, 1, 1);
  EXPECT_FALSE(two.labelled());
  EXPECT_EQ(two.count(), 2U);
  EXPECT_TRUE(std::equal(second.pixels.begin(), second.pixels.end(), two.image(1)));
  EXPECT_FALSE(std::equal(second.pixels.begin(), second.pixels.end(), two.image(0)));
}

}  // namespace
}  // namespace ranvier::workloads
