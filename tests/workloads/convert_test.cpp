// SPDX-License-Identifier: Apache-2.0
// Conversion: a tiny model worked by hand number by number, bounds on rounding for random layers, what does not fit.
#include "workloads/convert.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "made_model.h"
#include "workloads/convert_integers.h"
#include "workloads/float_network.h"
#include "workloads/reference.h"
#include "workloads/safetensors.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

using Ints = std::vector<std::int32_t>;

/// 2 x 2 pixels in patches of one, two channels, one block: every integer of its program is worked out below.
VitModel tiny_model() {
  VitConfig c = small_config();
  c.name = "tiny";
  c.image = 2, c.patch = 1, c.width = 2, c.heads = 1, c.blocks = 1, c.hidden = 2, c.classes = 2;
  c.input_zero = 4, c.input_scale = 0.5, c.activation_bits = 3;
  for (auto& [kind, bounds] : c.bounds) bounds = default_bounds(kind, 3);
  VitModel m = random_model(1, c);
  m.embed = {1, 2, {1, -0.5F}, {0.25F, 0}};
  m.cls = {2, -1};
  m.pos = {0, 0, 0.25F, 0, 0.75F, 1, 0.25F, 0, 0.25F, 0};
  BlockWeights& b = m.blocks[0];
  b.norm1 = b.norm2 = m.norm = {{1, 1}, {0.5F, 0}};
  b.q = {2, 2, {1, 0, 0, -0.5F}, {0.1F, 0}};
  b.k = b.v = b.proj = b.fc1 = b.fc2 = {2, 2, {1, 0, 0, 1}, {0, 0}};
  m.head = {2, 2, {1, -1, 0.25F, 0.125F}, {0.1F, 0}};
  m.site_scale = {{"embed", 1},        {"block0.ln1", 0.5},       {"block0.q", 0.5},     {"block0.k", 0.25},
                  {"block0.v", 0.5},   {"block0.attn", 1.0 / 32}, {"block0.av", 0.1},    {"block0.proj", 1},
                  {"block0.ln2", 0.5}, {"block0.fc1", 0.5},       {"block0.gelu", 0.25}, {"block0.fc2", 2},
                  {"norm", 0.5}};
  return m;
}

const Stage& stage_of(const Program& program, const std::string& name) {
  const auto it =
      std::find_if(program.stages.begin(), program.stages.end(), [&](const Stage& s) { return s.name == name; });
  if (it == program.stages.end()) throw std::logic_error("no stage " + name);
  return *it;
}

class TinyProgram : public testing::Test {
 protected:
  void SetUp() override {
    const ScratchFolder folder;  // through the real files
    save_model(tiny_model(), folder.path());
    model_ = load_model(folder.path().string());
    program_ = convert(model_);
  }
  const Stage& stage(const std::string& name) const { return stage_of(program_, name); }
  VitModel model_;
  Program program_;
};

TEST_F(TinyProgram, StagesInOrder) {
  const std::vector<std::string> names = stage_names(model_.config);
  ASSERT_EQ(program_.stages.size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(program_.stages[i].name, names[i]);
    EXPECT_EQ(program_.stages[i].encoder.present, has_quantiser(names[i])) << names[i];
    for (const StageInput& in : program_.stages[i].inputs) EXPECT_LT(in.stage.value(), i);
    EXPECT_EQ(program_.stages[i].tokens, names[i] == "norm" || names[i] == "head" ? 1 : 5) << names[i];
  }
  EXPECT_EQ(program_.name, "tiny");
  EXPECT_EQ(program_.input_code_max, 31);
}

TEST_F(TinyProgram, EmbeddingFoldsZeroPointPositionAndClassToken) {
  const Stage& s = stage("embed");
  // theta = 2 floor(127 * 1 / (2 * 0.5 * |w|)); weight = w * theta * 0.5 / 1
  EXPECT_EQ(s.encoder.threshold, (Ints{254, 508}));
  EXPECT_EQ(s.linear.weight, (std::vector<std::int8_t>{127, -127}));
  EXPECT_TRUE(s.linear.bias_per_token);
  EXPECT_EQ(s.linear.bias, (Ints{2 * 254, -508,                 // class token: no zero point
                                 127 - 4 * 127, 4 * 127,        // 0.25 + 0.25; 0
                                 254 - 4 * 127, 508 + 4 * 127,  // 0.25 + 0.75; 1
                                 127 - 4 * 127, 4 * 127, 127 - 4 * 127, 4 * 127}));
}

TEST_F(TinyProgram, EmbeddingCodes) {
  const std::vector<std::uint8_t> pixels(4, 75);  // code 9, input 2.5
  const Activations a = run_reference(program_, input_codes(model_, pixels.data()));
  EXPECT_EQ(a.codes[1], (Ints{2, -1, 3, -1, 3, 0, 3, -1, 3, -1}));
}

TEST_F(TinyProgram, LinearStages) {
  const Stage& q = stage("block0.q");
  EXPECT_EQ(q.encoder.threshold, (Ints{126, 254}));
  EXPECT_EQ(q.linear.weight, (std::vector<std::int8_t>{126, 0, 0, -127}));  // [in][out]
  EXPECT_EQ(q.linear.bias, (Ints{25, 0}));                                  // 0.1 * 126 / 0.5 = 25.2
  EXPECT_FALSE(q.linear.bias_per_token);
  EXPECT_EQ(q.encoder.lo, -4);
  EXPECT_EQ(q.encoder.hi, 3);
  // proj is made for the scale that av really has, 0.09375 instead of 0.1
  EXPECT_EQ(stage("block0.proj").encoder.threshold, (Ints{1354, 1354}));
  EXPECT_EQ(stage("block0.proj").linear.weight, (std::vector<std::int8_t>{127, 0, 0, 127}));
  const Stage& head = stage("head");
  EXPECT_EQ(head.linear.weight, (std::vector<std::int8_t>{127, 32, -127, 16}));  // 31.75, 15.875
  EXPECT_EQ(head.linear.bias, (Ints{25, 0}));                                    // 0.1 * 127 / 0.5 = 25.4
  EXPECT_DOUBLE_EQ(head.code_scale, 0.5 / 127);
  EXPECT_FALSE(head.encoder.present);
}

TEST_F(TinyProgram, LayerNormSoftmaxGelu) {
  const LayerNormParams& norm = stage("block0.ln1").layer_norm;
  EXPECT_EQ(norm.gain, (Ints{11585, 11585}));  // sqrt(2) * 512 * 16 = 11585.2
  EXPECT_EQ(norm.bias, (Ints{256, 0}));
  EXPECT_EQ(norm.epsilon, 1);  // 1e-5 * 8 rounds to 0
  EXPECT_EQ(stage("block0.ln1").encoder.threshold, (Ints{256, 256}));
  const Stage& attention = stage("block0.attn");
  EXPECT_EQ(attention.softmax.scale, 8557550);  // 0.125 / sqrt(2) * log2(e) * 2^26
  EXPECT_EQ(attention.encoder.threshold, Ints(5, 2048));
  EXPECT_EQ(attention.encoder.lo, 0);
  EXPECT_EQ(attention.encoder.hi, 7);
  EXPECT_EQ(attention.channels, 5);
  EXPECT_EQ(attention.in_channels, 2);
  const Stage& gelu = stage("block0.gelu");
  EXPECT_EQ(gelu.gelu.first_code, -4);
  EXPECT_EQ(gelu.gelu.table, (Ints{-47, -103, -162, -158, 0, 354, 862, 1433}));
  EXPECT_EQ(gelu.encoder.lo, -1);
  EXPECT_EQ(gelu.encoder.hi, 6);
}

TEST_F(TinyProgram, MixAndResidual) {
  const Stage& mix = stage("block0.av");
  EXPECT_EQ(mix.encoder.threshold, (Ints{6, 6}));  // 0.1 * 32 / 0.5 = 6.4
  EXPECT_DOUBLE_EQ(mix.code_scale, 0.09375);
  EXPECT_EQ(mix.in_channels, 5);
  EXPECT_EQ(mix.inputs[1].stage, StageId(5));  // v
  const auto gains = [&](const std::string& name) {
    Ints all;
    for (const StageInput& in : stage(name).inputs) all.push_back(in.gain);
    return all;
  };
  // unit 1: embed 1, proj 1, fc2 2
  EXPECT_EQ(gains("block0.ln1"), (Ints{1}));
  EXPECT_EQ(gains("block0.add1"), (Ints{1, 1}));
  EXPECT_EQ(gains("block0.ln2"), (Ints{1}));
  EXPECT_EQ(gains("block0.add2"), (Ints{1, 2}));
  EXPECT_EQ(gains("norm"), (Ints{1}));
  EXPECT_EQ(stage("block0.add2").code_scale, 1);
  EXPECT_EQ(stage("block0.fc2").code_scale, 2);
}

/// Rounded weights and bias are each off by at most half a unit of potential.
RC_GTEST_PROP(ConvertLinear, PotentialIsNearTheRealSum, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const auto in = *rc::gen::inRange<std::int32_t>(1, 70), out = *rc::gen::inRange<std::int32_t>(1, 9);
  const auto draw = [&](std::uint64_t what, std::uint64_t i) { return 2 * random_unit(seed, what, i) - 1; };
  LinearWeights w{in, out, std::vector<float>(static_cast<std::size_t>(in * out)),
                  std::vector<float>(static_cast<std::size_t>(out))};
  for (std::size_t i = 0; i < w.weight.size(); ++i) w.weight[i] = static_cast<float>(draw(1, i));
  for (std::size_t i = 0; i < w.bias.size(); ++i) w.bias[i] = static_cast<float>(draw(2, i));
  const CodeSource source{std::exp2(-3 + 2 * draw(3, 0)), 16};
  const double out_scale = std::exp2(-2 + 2 * draw(3, 1));
  const IntegerLinear made = integer_linear("s", w, w.bias, source, out_scale);
  for (std::int32_t o = 0; o < out; ++o) {
    const auto channel = static_cast<std::size_t>(o);
    RC_ASSERT(made.threshold[channel] % 2 == 0 && made.threshold[channel] >= 2);
    double real = static_cast<double>(w.bias[channel]), largest_gap = 0.5;
    std::int64_t potential = made.params.bias[channel];
    for (std::int32_t i = 0; i < in; ++i) {
      const auto code = static_cast<std::int32_t>(random_below(33, seed, 4, static_cast<std::uint64_t>(i))) - 16;
      real += static_cast<double>(w.at(o, i)) * code * source.scale;
      potential += made.params.weight[static_cast<std::size_t>(i * out + o)] * code;
      largest_gap += 0.5 * std::abs(code);
    }
    const double unit = out_scale / made.threshold[channel];
    RC_ASSERT(std::abs(static_cast<double>(potential) * unit - real) <= (largest_gap + 1e-3) * unit);
  }
}

TEST(ConvertLinear, SilentOutputsTakeTheLargestThreshold) {
  const LinearWeights w{2, 2, {0, 0, 1, 1}, {0.25F, 0}};
  const IntegerLinear made = integer_linear("s", w, w.bias, {0.1, 16}, 0.5);
  EXPECT_EQ(made.threshold[0], 1 << 20);
  EXPECT_EQ(made.params.bias[0], 1 << 19);
  EXPECT_EQ(made.params.weight, (std::vector<std::int8_t>{0, static_cast<std::int8_t>(made.params.weight[1]), 0,
                                                          static_cast<std::int8_t>(made.params.weight[3])}));
}

TEST(ConvertResidual, SnappedScalesKeepTheirRatios) {
  const std::vector<CodeSource> writers = {{0.8, 16}, {0.4, 16}, {0.5, 16}};
  const ResidualUnit chosen = residual_unit("add", writers);
  EXPECT_EQ(chosen.gain, (Ints{8, 4, 5}));
  EXPECT_NEAR(chosen.unit, 0.1, 1e-12);
}

RC_GTEST_PROP(ConvertResidual, GainsStayNearAndFit, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  std::vector<CodeSource> writers;
  for (std::uint64_t i = 0; i < 9; ++i) writers.push_back({std::exp2(2 * random_unit(seed, i, 0)), 16});
  const ResidualUnit chosen = residual_unit("add", writers);
  std::int64_t worst = 0;
  for (std::size_t i = 0; i < writers.size(); ++i) {
    worst += chosen.gain[i] * writers[i].largest;
    RC_ASSERT(chosen.gain[i] >= 1);
    RC_ASSERT(std::abs(chosen.gain[i] * chosen.unit / writers[i].scale - 1) <= 0.5 / 15.9);
  }
  RC_ASSERT(worst <= kResidualLimit);
}

/// The integer network of a random model follows the float network with the same quantisers: same numbers, rounded
/// weights.
TEST(Convert, RandomModelsFollowTheirQuantisedFloatNetwork) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const VitModel model = random_model(seed, small_config(7));
    const Program program = convert(model);
    const Quantisers quantisers = program_quantisers(program);
    const FloatNetwork network(model);
    for (std::uint64_t image = 0; image < 4; ++image) {
      const auto codes = input_codes(model, random_pixels(seed, image, model.config.image).data());
      const Activations integer = run_reference(program, codes);
      const FloatActivations real = network.run(codes, &quantisers);
      double gap = 0, power = 0;
      for (std::size_t s = 0; s < program.stages.size(); ++s)
        for (std::size_t i = 0; i < real.after[s].size(); ++i) {
          const double expected = static_cast<double>(real.after[s][i]);
          gap += std::pow(integer.codes[s][i] * program.stages[s].code_scale - expected, 2);
          power += expected * expected;
          if (s == 1) {
            EXPECT_LE(std::abs(integer.codes[s][i] * program.stages[s].code_scale - expected),
                      program.stages[s].code_scale * 1.001);
          }
        }
      EXPECT_LT(std::sqrt(gap / power), 0.1) << "seed " << seed << " image " << image;
    }
  }
}

TEST(Convert, MissingStepsAreSearchedAndBitsWiden) {
  const ScratchFolder folder;
  VitModel model = random_model(2);
  std::vector<std::uint8_t> pixels;
  for (std::uint64_t i = 0; i < 6; ++i)
    for (const std::uint8_t p : random_pixels(9, i, model.config.image)) pixels.push_back(p);
  const std::vector<std::uint8_t> labels(6, 0);
  const std::vector<NamedTensor> tensors = {u8_tensor("pixels", {6, 4, 4}, pixels), u8_tensor("labels", {6}, labels)};
  write_safetensors(folder.path() / "images.safetensors", tensors);

  ConvertOptions options;
  options.calibration = (folder.path() / "images.safetensors").string();
  const double trained_q = model.site_scale.at("block0.q");
  model.site_scale.erase("block0.q");
  const Program one_searched = convert(model, options);
  EXPECT_NE(stage_of(one_searched, "block0.q").code_scale, trained_q);
  EXPECT_EQ(stage_of(one_searched, "block0.k").code_scale, model.site_scale.at("block0.k"));
  EXPECT_EQ(stage_of(one_searched, "block0.q").code_scale, stage_of(convert(model, options), "block0.q").code_scale);

  options.bits = 8;
  const Program wide = convert(model, options);
  EXPECT_EQ(stage_of(wide, "block0.q").encoder.hi, 127);
  EXPECT_EQ(stage_of(wide, "block0.attn").encoder.hi, 255);
  EXPECT_EQ(stage_of(wide, "block0.gelu").encoder.lo, -32);
  EXPECT_LT(stage_of(wide, "block0.k").code_scale, model.site_scale.at("block0.k") / 4);
  options.bits = 5;
  EXPECT_EQ(stage_of(convert(model, options), "block0.k").code_scale, model.site_scale.at("block0.k"));
  options.recalibrate = true;
  EXPECT_NE(stage_of(convert(model, options), "block0.k").code_scale, model.site_scale.at("block0.k"));
}

TEST(Convert, UsageErrors) {
  ConvertOptions options;
  for (const int bits : {2, 9, -1}) {
    options.bits = bits;
    EXPECT_THROW(convert(tiny_model(), options), BadActivationBits);
  }
}

TEST(Convert, WideLayersTakeSmallerWeights) {
  // This bias takes the potential out of its 24 bits by a hair; the weights give way by a few percent.
  VitModel model = tiny_model();
  const std::int32_t before = stage_of(convert(model), "block0.k").encoder.threshold[1];
  model.blocks[0].k.bias[1] = 33824;
  const Stage k = stage_of(convert(model), "block0.k");
  EXPECT_LT(k.encoder.threshold[1], before);
  EXPECT_GE(k.encoder.threshold[1], before * 95 / 100);
  EXPECT_EQ(k.encoder.threshold[1] % 2, 0);
  EXPECT_EQ(k.encoder.threshold[0], stage_of(convert(tiny_model()), "block0.k").encoder.threshold[0]);
  EXPECT_LT(k.linear.bias[1], kPotentialLimit);
  EXPECT_NEAR(k.linear.bias[1] * k.code_scale / k.encoder.threshold[1], 33824, 0.01);
}

TEST(Convert, NormsTakeSmallerThresholds) {
  const NormWeights weights{{1, 1}, {0.5F, 0}};
  EXPECT_EQ(fitting_layer_norm("n", weights, 1, 0.5, 1e-5).threshold, kAmdThreshold);
  // sqrt(2) 256 16 / 0.002 is 2.9 million; half of it is below 2^21
  const IntegerNorm half = fitting_layer_norm("n", weights, 1, 0.002, 1e-5);
  EXPECT_EQ(half.threshold, 128);
  EXPECT_EQ(half.params.gain, (Ints{1448155, 1448155}));
  EXPECT_EQ(half.params.bias, (Ints{32000, 0}));
}

TEST(Convert, AffineNorms) {
  const NormWeights weights{{2, -0.5F}, {1, 0.25F}};
  const IntegerNorm made = integer_affine("n", weights, 0.125, 1000, 0.5);
  EXPECT_EQ(made.threshold, kAmdThreshold);
  EXPECT_FALSE(made.params.normalise);
  EXPECT_EQ(made.params.gain, (Ints{128 << 12, -(32 << 12)}));  // 2 * 0.125 * 256 / 0.5
  EXPECT_EQ(made.params.bias, (Ints{512, 128}));
  // (32767 * 0.25 + 1) / 0.5 codes, twice, in 1/256ths: beyond 2^23 - 1; half of it is not
  EXPECT_EQ(integer_affine("n", weights, 0.125, 32767, 0.5).threshold, 128);
  EXPECT_THROW(integer_affine("n", weights, 0.125, 32767, 1e-4), DoesNotFitIntegers);
}

TEST(Convert, WhatDoesNotFitIsNamed) {
  const auto refused = [](const auto& change) {
    VitModel model = tiny_model();
    change(model);
    try {
      convert(model);
    } catch (const DoesNotFitIntegers& e) {
      EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
      EXPECT_GT(e.value, e.limit);
      return e.stage + ": " + e.quantity;
    }
    return std::string("fits");
  };
  EXPECT_EQ(refused([](VitModel&) {}), "fits");
  EXPECT_EQ(refused([](VitModel& m) { m.blocks[0].k.bias[1] = 1e9F; }), "block0.k: a bias");
  EXPECT_EQ(refused([](VitModel& m) { m.blocks[0].k.bias[1] = 1e6F; }), "block0.k: the largest potential");
  EXPECT_EQ(refused([](VitModel& m) { m.site_scale["block0.k"] = 1e-4; }), "block0.k: a weight");
  EXPECT_EQ(refused([](VitModel& m) { m.head.bias[0] = 1e9F; }), "head: a bias");
  EXPECT_EQ(refused([](VitModel& m) { m.site_scale["block0.ln2"] = 1e-5; }), "block0.ln2: a LayerNorm gain");
  EXPECT_EQ(refused([](VitModel& m) { m.norm.beta[0] = 1e5F; }), "norm: a LayerNorm bias");
  EXPECT_EQ(refused([](VitModel& m) { m.site_scale["block0.q"] = m.site_scale["block0.k"] = 9; }),
            "block0.attn: the softmax scale");
  EXPECT_EQ(refused([](VitModel& m) { m.site_scale["block0.attn"] = 40; }), "block0.attn: half a threshold");
  EXPECT_EQ(refused([](VitModel& m) { m.site_scale["block0.av"] = 1e5; }), "block0.av: half a threshold");
  EXPECT_EQ(refused([](VitModel& m) { m.site_scale["block0.gelu"] = 1e-5; }), "block0.gelu: a GELU value");
  EXPECT_EQ(refused([](VitModel& m) { m.site_scale["block0.fc2"] = 1e5; }), "block0.add2: the largest residual sum");
  EXPECT_EQ(refused([](VitModel& m) {
              for (const char* stage : {"embed", "block0.proj", "block0.fc2"}) m.site_scale[stage] *= 1e-13;
            }).rfind("embed", 0),
            0U);
  const NormWeights wide{std::vector<float>(1025, 1), std::vector<float>(1025, 0)};
  EXPECT_THROW(integer_layer_norm("n", wide, 1, 1), DoesNotFitIntegers);
  EXPECT_THROW(integer_layer_norm("n", {{1, 1}, {0, 0}}, 1e-12, 1), DoesNotFitIntegers);
}

}  // namespace
}  // namespace ranvier::workloads
