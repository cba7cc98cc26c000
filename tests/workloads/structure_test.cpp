// SPDX-License-Identifier: Apache-2.0
// Every structure that a configuration can name, on random weights: floating point, files, conversion, and the
// event-driven executor against the integer network.
#include <gtest/gtest.h>

#include <cmath>

#include "made_model.h"
#include "workloads/activation.h"
#include "workloads/convert.h"
#include "workloads/executor.h"
#include "workloads/float_network.h"
#include "workloads/reference.h"

namespace ranvier::workloads {
namespace {

struct Structure {
  const char* name;
  void (*change)(VitConfig&);
};

const Structure kStructures[] = {
    {"post_norm", [](VitConfig& c) { c.placement = NormPlacement::kPost; }},
    {"post_norm_relu_no_final_norm",
     [](VitConfig& c) {
       c.placement = NormPlacement::kPost;
       c.activation = Activation::kRelu;
       c.final_norm = false;
     }},
    {"batch_norm_mean",
     [](VitConfig& c) {
       c.norm = NormKind::kBatch;
       c.activation = Activation::kRelu;
       c.pooling = Pooling::kMean;
     }},
    {"clip",
     [](VitConfig& c) {
       c.activation = Activation::kQuickGelu;
       c.pre_norm = true;
       c.colours = 3;
     }},
    {"attention_narrower_than_the_stream", [](VitConfig& c) { c.attention_width = 4; }},
    {"no_class_token_mean",
     [](VitConfig& c) {
       c.class_token = false;
       c.pooling = Pooling::kMean;
     }},
    {"post_norm_pre_norm_tanh",
     [](VitConfig& c) {
       c.placement = NormPlacement::kPost;
       c.pre_norm = true;
       c.activation = Activation::kGeluTanh;
       c.epsilon = 1e-6;
     }},
};

class Structures : public testing::TestWithParam<Structure> {
 protected:
  VitModel model() const {
    VitConfig c = small_config(8);
    GetParam().change(c);
    for (auto& [kind, bounds] : c.bounds) bounds = default_bounds(c, kind, 8);
    return random_model(7, c);
  }
  static std::vector<std::int32_t> codes(const VitModel& m, std::uint64_t image) {
    return input_codes(m, random_pixels(3, image, m.config.image, m.config.colours).data());
  }
};

TEST_P(Structures, StagesAreTheNamedOnes) {
  const VitModel m = model();
  const Program program = convert(m);
  const std::vector<std::string> names = stage_names(m.config);
  const FloatActivations real = FloatNetwork(m).run(codes(m, 0));
  ASSERT_EQ(program.stages.size(), names.size());
  ASSERT_EQ(real.after.size(), names.size());
  for (std::size_t s = 0; s < names.size(); ++s) {
    const Stage& stage = program.stages[s];
    EXPECT_EQ(stage.name, names[s]);
    EXPECT_EQ(stage.encoder.present, has_quantiser(names[s]) || names[s] == "pool_row") << names[s];
    EXPECT_EQ(real.after[s].size(), static_cast<std::size_t>(stage.tokens) * static_cast<std::size_t>(stage.channels))
        << names[s];
  }
}

TEST_P(Structures, IntegersFollowTheQuantisedNetwork) {
  const VitModel m = model();
  const Program program = convert(m);
  const Quantisers quantisers = program_quantisers(program);
  const FloatNetwork network(m);
  double gap = 0, size = 0;
  for (std::uint64_t image = 0; image < 20; ++image) {
    const auto input = codes(m, image);
    const auto real = network.logits(input, &quantisers);
    const auto integer = run_reference(program, input).logits;
    for (std::size_t c = 0; c < real.size(); ++c) {
      gap += std::pow(integer[c] * program.stages.back().code_scale - static_cast<double>(real[c]), 2);
      size += std::pow(static_cast<double>(real[c]), 2);
    }
  }
  EXPECT_LT(std::sqrt(gap / size), 0.05);
}

TEST_P(Structures, EveryScheduleSettlesToTheReference) {
  const VitModel m = model();
  const Program program = convert(m);
  const auto input = codes(m, 1);
  const Activations expected = run_reference(program, input);
  for (const Schedule schedule : {Schedule::kStagedGraded, Schedule::kStagedUnary, Schedule::kAsynchronousUnary})
    EXPECT_EQ(run_spiking(program, input, schedule, {}).activations, expected);
}

TEST_P(Structures, FilesHoldAllOfIt) {
  const ScratchFolder folder;
  const VitModel m = model();
  save_model(m, folder.path());
  const VitModel read = load_model(folder.path().string());
  EXPECT_EQ(FloatNetwork(read).logits(codes(m, 2)), FloatNetwork(m).logits(codes(m, 2)));
  EXPECT_EQ(run_reference(convert(read), codes(m, 2)), run_reference(convert(m), codes(m, 2)));
  EXPECT_EQ(read.config.epsilon, m.config.epsilon);
}

INSTANTIATE_TEST_SUITE_P(All, Structures, testing::ValuesIn(kStructures),
                         [](const auto& structure) { return std::string(structure.param.name); });

TEST(Activations, KnownValues) {
  EXPECT_NEAR(activation_value(Activation::kGelu, 1), 0.8413447460685429, 1e-12);
  EXPECT_NEAR(activation_value(Activation::kGeluTanh, 1), 0.8411919906082768, 1e-12);
  EXPECT_NEAR(activation_value(Activation::kQuickGelu, 1), 0.8457957659328212, 1e-12);
  EXPECT_EQ(activation_value(Activation::kRelu, -2), 0);
  EXPECT_EQ(activation_value(Activation::kRelu, 3), 3);
}

TEST(MeanPooling, IsTheMean) {
  VitConfig c = small_config(8);
  c.norm = NormKind::kBatch;
  c.pooling = Pooling::kMean;
  const VitModel m = random_model(2, c);
  const FloatActivations real = FloatNetwork(m).run(input_codes(m, random_pixels(3, 0, c.image).data()));
  const std::vector<float>& tokens = real.after[real.after.size() - 4];
  for (std::size_t channel = 0; channel < 8; ++channel) {
    double sum = 0;
    for (std::size_t t = 0; t < 5; ++t) sum += static_cast<double>(tokens[t * 8 + channel]);
    EXPECT_NEAR(static_cast<double>(real.after[real.after.size() - 2][channel]), sum / 5, 1e-6);
  }
  const Program program = convert(m);
  const Activations a = run_reference(program, input_codes(m, random_pixels(3, 0, c.image).data()));
  EXPECT_EQ(a.codes[a.codes.size() - 3], (std::vector<std::int32_t>(5, 1))) << "a row of ones";
}

TEST(StructureKeys, AreChecked) {
  const auto refused = [](const std::string& key, const std::string& value) {
    const std::string text =
        R"({"name": "n", "dataset": "d", "patch": 2, "width": 8, "heads": 2, "blocks": 1, "hidden": 4,
      "classes": 3, "image": 4, "pixel_shift": 3, "input_zero": 0, "input_scale": 1, "activation_bits": 8,
      "accuracy_float_10k": 0, "accuracy_quantised_10k": 0, ")" +
        key + "\": " + value + "}";
    try {
      parse_config(text, "config.json");
    } catch (const BadConfigValue& e) {
      return e.key;
    }
    return std::string("taken");
  };
  EXPECT_EQ(refused("placement", "\"post\""), "taken");
  EXPECT_EQ(refused("placement", "\"behind\""), "placement");
  EXPECT_EQ(refused("norm", "1"), "norm");
  EXPECT_EQ(refused("activation", "\"silu\""), "activation");
  EXPECT_EQ(refused("activation", "\"quick_gelu\""), "taken");
  EXPECT_EQ(refused("class_token", "1"), "class_token");
  EXPECT_EQ(refused("epsilon", "-1"), "epsilon");
  EXPECT_EQ(refused("colours", "0"), "colours");
  EXPECT_EQ(refused("attention_width", "6"), "taken");
  EXPECT_EQ(refused("attention_width", "7"), "heads");
  EXPECT_EQ(refused("attention_width", "0"), "attention_width");
  EXPECT_EQ(refused("final_norm", "false, \"pooling\": \"mean\""), "pooling");
}

}  // namespace
}  // namespace ranvier::workloads
