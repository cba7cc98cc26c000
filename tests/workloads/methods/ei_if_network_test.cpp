// SPDX-License-Identifier: Apache-2.0
// Networks of method ei-if: equal to their integer network and to themselves spike by spike, in any order of delivery;
// steps, counts and what is refused.
#include "workloads/methods/ei_if_network.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "tests/workloads/made_model.h"
#include "workloads/dataset.h"
#include "workloads/float_network.h"
#include "workloads/methods/ei_if.h"
#include "workloads/methods/ei_if_errors.h"
#include "workloads/methods/ei_if_sums.h"
#include "workloads/methods/ei_if_units.h"
#include "workloads/reference.h"
#include "workloads/safetensors.h"

namespace ranvier::workloads {
namespace {

enum class Shape { kPreNorm, kPostNorm, kRelu, kMean, kQuickGeluPreNorm };
constexpr Shape kShapes[] = {Shape::kPreNorm, Shape::kPostNorm, Shape::kRelu, Shape::kMean, Shape::kQuickGeluPreNorm};

VitModel made(Shape shape, std::uint64_t seed) {
  VitConfig c = small_config();
  c.dataset = "fashion-mnist";
  if (shape == Shape::kPostNorm) c.placement = NormPlacement::kPost;
  if (shape == Shape::kRelu) c.activation = Activation::kRelu;
  if (shape == Shape::kMean) c.pooling = Pooling::kMean, c.class_token = false;
  if (shape == Shape::kQuickGeluPreNorm) c.activation = Activation::kQuickGelu, c.pre_norm = true;
  return random_model(seed, c);
}

std::vector<std::int32_t> pixels_of(const VitModel& model, std::uint64_t seed, std::uint64_t image) {
  return input_codes(model, random_pixels(seed, image, model.config.image).data());
}

/// Images of the made models' size, to calibrate on.
std::string calibration_file() {
  static const ScratchFolder folder;
  static const std::string path = [] {
    constexpr std::int64_t kImages = 24;
    const std::int64_t side = small_config().image;
    std::vector<std::uint8_t> pixels;
    for (std::uint64_t i = 0; i < kImages; ++i) {
      const auto one = random_pixels(77, i, static_cast<std::int32_t>(side));
      pixels.insert(pixels.end(), one.begin(), one.end());
    }
    const std::vector<NamedTensor> tensors = {u8_tensor("pixels", {kImages, side, side}, pixels),
                                              u8_tensor("labels", {kImages}, std::vector<std::uint8_t>(kImages))};
    const std::string name = (folder.path() / "images.safetensors").string();
    write_safetensors(name, tensors);
    return name;
  }();
  return path;
}

EiIfOptions options_of(EiIfScale scale, EiIfUnits units, int steps) {
  EiIfOptions options;
  options.scale = scale;
  options.units = units;
  options.steps = steps;
  options.calibration = calibration_file();
  return options;
}

struct Converted {
  explicit Converted(const VitModel& model, const EiIfOptions& options)
      : owner(convert_ei_if(model, options)), network(dynamic_cast<const EiIfNetwork&>(*owner)) {}
  std::unique_ptr<ConvertedNetwork> owner;
  const EiIfNetwork& network;
};

void expect_same(const EiIfRest& a, const EiIfRest& b, const std::vector<std::string>& names) {
  for (std::size_t s = 0; s < names.size(); ++s) {
    EXPECT_EQ(a.tensors[s].codes, b.tensors[s].codes) << names[s];
    EXPECT_EQ(a.tensors[s].sums, b.tensors[s].sums) << names[s];
    EXPECT_EQ(a.tensors[s].scale, b.tensors[s].scale) << names[s];
  }
  EXPECT_EQ(a.head.value, b.head.value);
  EXPECT_EQ(a.head.scale, b.head.scale);
}

TEST(EiIfNetwork, StaticTableIsItsIntegerProgramBitForBit) {
  for (const Shape shape : kShapes)
    for (const int steps : {1, 7, 127}) {
      const VitModel model = made(shape, 10 + static_cast<std::uint64_t>(steps));
      const EiIfOptions options = options_of(EiIfScale::kStatic, EiIfUnits::kTable, steps);
      const Program program = ei_if_program(model, options);
      const Converted made_network(model, options);
      for (std::uint64_t image = 0; image < 5; ++image) {
        const auto codes = pixels_of(model, 3, image);
        const Activations wanted = run_reference(program, codes);
        const EiIfRest got = made_network.network.rest(codes);
        for (std::size_t s = 0; s < program.stages.size(); ++s) {
          std::vector<std::int32_t> have = got.tensors[s].codes;
          for (const std::int64_t sum : got.tensors[s].sums) have.push_back(static_cast<std::int32_t>(sum));
          if (s + 1 == program.stages.size()) have.assign(got.head.value.begin(), got.head.value.end());
          EXPECT_EQ(have, wanted.codes[s]) << program.stages[s].name << " T " << steps;
        }
      }
    }
}

TEST(EiIfNetwork, ThermometersRoundNegativeHalvesAwayInTheReference) {
  // theta 4: potentials -2 and 2 are one half.
  Program program;
  program.input_code_max = 3;
  Stage input;
  input.tokens = 1, input.channels = 1;
  Stage neuron;
  neuron.kind = StageKind::kLinear;
  neuron.inputs = {{StageId(0), 1}};
  neuron.tokens = 1, neuron.in_channels = 1, neuron.channels = 2;
  neuron.linear = {{-2, 2}, {0, 0}, false};
  neuron.encoder = {true, {4, 4}, -3, 3, NeuronKind::kThermometer, 0};
  Stage head = neuron;
  head.inputs = {{StageId(1), 1}};
  head.in_channels = 2, head.channels = 1;
  head.linear = {{1, 10}, {0}, false};
  head.encoder = {};
  program.stages = {input, neuron, head};
  EXPECT_EQ(run_reference(program, std::vector<std::int32_t>{1}).codes[1], (std::vector<std::int32_t>{-1, 1}));
  program.stages[1].encoder.neuron = NeuronKind::kStBif;
  EXPECT_EQ(run_reference(program, std::vector<std::int32_t>{1}).codes[1], (std::vector<std::int32_t>{0, 1}));
  program.stages[1].encoder.neuron = NeuronKind::kThermometer;
  const auto network = ei_if_network(program);
  const MethodRun run = network->run(std::vector<std::int32_t>{3});  // potentials -6, 6: codes -2, 2, logit 18
  EXPECT_EQ(network->steps(), 3 + 3);
  EXPECT_EQ(run.logits_by_step, (std::vector<std::vector<double>>{{0}, {0}, {0}, {9}, {18}, {18}}));
  EXPECT_EQ(run.work[0].events, 3);
  EXPECT_EQ(run.work[1].adds, 6);
  EXPECT_EQ(run.work[1].events, 4);
  EXPECT_EQ(run.work[1].state_reads, 6);
  EXPECT_EQ(run.work[1].neurons, 2);
  EXPECT_EQ(run.work[2].adds, 4);
}

TEST(EiIfNetwork, AnyOrderOfSpikesEndsInTheSameIntegers) {
  for (const Shape shape : kShapes)
    for (const EiIfScale scale : {EiIfScale::kStatic, EiIfScale::kDynamic})
      for (const EiIfUnits units : {EiIfUnits::kTable, EiIfUnits::kSpiking}) {
        const VitModel model = made(shape, 5);
        const Converted made_network(model, options_of(scale, units, 15));
        const auto codes = pixels_of(model, 4, 0);
        const EiIfRest rest = made_network.network.rest(codes);
        for (const std::uint64_t seed : {1, 2})
          expect_same(rest, made_network.network.rest_by_spikes(codes, seed), made_network.network.stages());
      }
}

RC_GTEST_PROP(EiIfNetwork, DynamicNetworksOfRandomWeightsSettleInAnyOrder, (std::uint64_t seed)) {
  const VitModel model = made(kShapes[seed % std::size(kShapes)], seed);
  const EiIfUnits units = *rc::gen::element(EiIfUnits::kTable, EiIfUnits::kSpiking);
  const Converted made_network(model, options_of(EiIfScale::kDynamic, units, *rc::gen::inRange(1, 32)));
  const auto codes = pixels_of(model, seed, 1);
  const EiIfRest rest = made_network.network.rest(codes);
  const EiIfRest spikes = made_network.network.rest_by_spikes(codes, seed);
  for (std::size_t s = 0; s < rest.tensors.size(); ++s) RC_ASSERT(rest.tensors[s].codes == spikes.tensors[s].codes);
  RC_ASSERT(rest.head.value == spikes.head.value);
}

// Powers of two move from the queries' weights to the keys': every dynamic scale takes its own up, no code changes.
TEST(EiIfNetwork, DynamicScalesFollowTheWeights) {
  VitModel model = made(Shape::kPreNorm, 8);
  const EiIfOptions options = options_of(EiIfScale::kDynamic, EiIfUnits::kTable, 127);
  const auto codes = pixels_of(model, 9, 0);
  const EiIfRest before = Converted(model, options).network.rest(codes);
  for (BlockWeights& block : model.blocks) {
    for (std::vector<float>* values : {&block.q.weight, &block.q.bias})
      for (float& w : *values) w *= 64;
    for (std::vector<float>* values : {&block.k.weight, &block.k.bias})
      for (float& w : *values) w /= 64;
  }
  const EiIfRest after = Converted(model, options).network.rest(codes);
  for (std::size_t s = 0; s < before.tensors.size(); ++s) EXPECT_EQ(before.tensors[s].codes, after.tensors[s].codes);
  EXPECT_EQ(before.head.value, after.head.value);
}

TEST(EiIfNetwork, LargestCodeOfEveryDynamicTensorIsT) {
  const VitModel model = made(Shape::kPreNorm, 11);
  const Converted made_network(model, options_of(EiIfScale::kDynamic, EiIfUnits::kTable, 63));
  const EiIfRest rest = made_network.network.rest(pixels_of(model, 2, 0));
  const Program& program = made_network.network.program();
  for (std::size_t s = 1; s < program.stages.size(); ++s) {
    if (!program.stages[s].encoder.present) continue;
    std::int32_t largest = 0;
    for (const std::int32_t code : rest.tensors[s].codes) largest = std::max(largest, std::abs(code));
    EXPECT_EQ(largest, 63) << program.stages[s].name;
  }
}

TEST(EiIfNetwork, StopsWithinAWindow) {
  const VitModel model = made(Shape::kPreNorm, 12);
  const Converted made_network(model, options_of(EiIfScale::kStatic, EiIfUnits::kTable, 15));
  const EiIfNetwork& network = made_network.network;
  const auto codes = pixels_of(model, 2, 0);
  EXPECT_EQ(network.levels(), 1 + 2 * 9 + 1);
  EXPECT_EQ(network.steps(), 31 + 20 * 15);
  const MethodRun whole = network.run(codes, {0, true});
  EXPECT_TRUE(whole.at_rest);
  EXPECT_EQ(whole.steps, network.steps());
  ASSERT_EQ(whole.logits_by_step.size(), static_cast<std::size_t>(whole.steps));
  EXPECT_EQ(whole.logits_by_step.back(), whole.values.back());
  EXPECT_EQ(whole.logits_by_step.front(), whole.logits_by_step[whole.logits_by_step.size() - 16]);
  EXPECT_NE(whole.logits_by_step.front(), whole.logits_by_step[whole.logits_by_step.size() - 15]);
  // Two steps of the first window behind the input's: embed has fired at most two spikes a neuron, nothing else any.
  const MethodRun early = network.run(codes, {31 + 2, true});
  EXPECT_FALSE(early.at_rest);
  EXPECT_EQ(early.steps, 33);
  const double unit = network.program().stages[1].code_scale;
  for (std::size_t i = 0; i < early.values[1].size(); ++i)
    EXPECT_EQ(early.values[1][i], std::clamp(whole.values[1][i], -2 * unit, 2 * unit));
  EXPECT_EQ(early.work[2].events, 0);
  EXPECT_EQ(early.logits_by_step.back(), whole.logits_by_step.front());
}

TEST(EiIfNetwork, OperandsOfAProductShareAWindow) {
  const VitModel model = made(Shape::kMean, 12);
  const Converted made_network(model, options_of(EiIfScale::kStatic, EiIfUnits::kTable, 15));
  const EiIfNetwork& network = made_network.network;
  const auto codes = pixels_of(model, 2, 0);
  const std::vector<std::string> names = network.stages();
  const auto events_by = [&](const char* name, int windows) {
    const auto s = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    return network.run(codes, {31 + 15 * windows, false}).work.at(s).events;
  };
  // Windows: embed, ln1, q and k, attn and v, av.
  EXPECT_EQ(events_by("block0.k", 2), 0);
  EXPECT_GT(events_by("block0.k", 3), 0);
  EXPECT_EQ(events_by("block0.v", 3), 0);
  EXPECT_GT(events_by("block0.v", 4), 0);
  EXPECT_EQ(events_by("block0.av", 4), 0);
  EXPECT_GT(events_by("block0.av", 5), 0);
  // The constant row of the mean waits for the norm; both come before the mean itself.
  EXPECT_EQ(network.levels(), 1 + 2 * 9 + 2);
  EXPECT_EQ(events_by("pool_row", 19), 0);
  EXPECT_GT(events_by("pool_row", 20), 0);
}

TEST(EiIfNetwork, CountsAreThoseOfTheSpikes) {
  const VitModel model = made(Shape::kPreNorm, 13);
  const Converted made_network(model, options_of(EiIfScale::kStatic, EiIfUnits::kTable, 15));
  const EiIfNetwork& network = made_network.network;
  const auto codes = pixels_of(model, 2, 0);
  const MethodRun run = network.run(codes);
  const EiIfRest rest = network.rest(codes);
  const std::vector<std::string> names = network.stages();
  const auto at = [&](const char* name) {
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  };
  const auto spikes = [&](const char* name) { return spike_count(rest.tensors[at(name)].codes); };
  EXPECT_EQ(run.work[at("block0.q")].events, spikes("block0.q"));
  EXPECT_EQ(run.work[at("block0.q")].adds, 8 * spikes("block0.ln1"));
  EXPECT_EQ(run.work[at("block0.fc1")].adds, 12 * spikes("block0.ln2"));
  EXPECT_EQ(run.work[at("block0.q")].state_reads, 5 * 8 * 15);
  EXPECT_EQ(run.work[at("block0.attn")].neurons, 2 * 5 * 5);
  EXPECT_EQ(run.work[at("block0.gelu")].adds, spikes("block0.fc1"));
  EXPECT_EQ(run.work[at("block0.add1")].adds, spikes("embed") + spikes("block0.proj"));
  // Scores and mix: what SNNMatmul adds, head by head.
  std::int64_t scores = 0, mixes = 0;
  for (std::size_t h = 0; h < 2; ++h) {
    SnnMatmul score(5, 5, 4), mix(5, 4, 5);
    for (std::int32_t t = 0; t < 15; ++t) {
      std::vector<std::int8_t> q, k, a, v;
      for (std::size_t token = 0; token < 5; ++token)
        for (std::size_t d = 4 * h; d < 4 * h + 4; ++d) {
          const auto spike = [&](const char* name) {
            return static_cast<std::int8_t>(thermometer_spike(rest.tensors[at(name)].codes[token * 8 + d], t));
          };
          q.push_back(spike("block0.q"));
          k.push_back(spike("block0.k"));
        }
      for (std::size_t token = 0; token < 5; ++token)
        for (std::size_t key = 0; key < 5; ++key)
          a.push_back(static_cast<std::int8_t>(
              thermometer_spike(rest.tensors[at("block0.attn")].codes[token * 10 + h * 5 + key], t)));
      for (std::size_t d = 4 * h; d < 4 * h + 4; ++d)
        for (std::size_t key = 0; key < 5; ++key)
          v.push_back(static_cast<std::int8_t>(thermometer_spike(rest.tensors[at("block0.v")].codes[key * 8 + d], t)));
      score.step(q, k);
      mix.step(a, v);
    }
    scores += score.adds();
    mixes += mix.adds();
  }
  EXPECT_EQ(run.work[at("block0.attn")].adds, scores);
  EXPECT_EQ(run.work[at("block0.av")].adds, mixes);
}

TEST(EiIfNetwork, SpikingUnitsBringTheirNeurons) {
  const VitModel model = made(Shape::kPreNorm, 14);
  const auto codes = pixels_of(model, 2, 0);
  for (const EiIfScale scale : {EiIfScale::kStatic, EiIfScale::kDynamic}) {
    const MethodRun table = Converted(model, options_of(scale, EiIfUnits::kTable, 15)).network.run(codes);
    const MethodRun spiking = Converted(model, options_of(scale, EiIfUnits::kSpiking, 15)).network.run(codes);
    constexpr std::size_t kLn1 = 2, kFc1 = 11, kGelu = 12;
    EXPECT_EQ(table.work[kLn1].neurons, 5 * 8);
    EXPECT_EQ(spiking.work[kLn1].neurons, 5 * 8 + 5 * 8 * 181 + 5 * 64);
    EXPECT_EQ(table.work[kGelu].neurons, 5 * 12);
    EXPECT_EQ(spiking.work[kGelu].neurons, 5 * 12 + 5 * 12 * 6);
    EXPECT_EQ(spiking.work[kFc1].neurons, table.work[kFc1].neurons);
    // Four steps for each square and root; a read and a window of 15 for each value.
    EXPECT_EQ(spiking.work[kLn1].state_reads - table.work[kLn1].state_reads, 4 * (5 * 8 + 5));
  }
}

TEST(EiIfNetwork, WhatItRefuses) {
  VitModel model = made(Shape::kPreNorm, 15);
  EiIfOptions options = options_of(EiIfScale::kStatic, EiIfUnits::kTable, 128);
  try {
    convert_ei_if(model, options);
    FAIL();
  } catch (const EiIfStepsOutOfRange& error) {
    EXPECT_EQ(error.steps, 128);
    EXPECT_EQ(error.most, 127);
  }
  options.steps = 0;
  for (const int bits : {1, 9}) {
    options.bits = bits;
    EXPECT_THROW(convert_ei_if(model, options), BadActivationBits) << bits;
  }
  options.bits = 4;
  EXPECT_EQ(Converted(model, options).network.window(), 7);
  model.config.final_norm = false;
  EXPECT_THROW(convert_ei_if(model, options), EiIfUnsupported);
  model.config.final_norm = true;
  model.config.norm = NormKind::kBatch;
  try {
    convert_ei_if(model, options);
    FAIL();
  } catch (const EiIfUnsupported& error) {
    EXPECT_EQ(error.network, "made");
    EXPECT_NE(error.missing.find("batch norm"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("spikezip"), std::string::npos);
  }
}

// The shipped transformer: every form stays close to the float network.
TEST(EiIfNetwork, FashionVitKeepsItsClasses) {
  const VitModel model = load_model("fashion-vit");
  const ImageSet images = test_images(model);
  const FloatNetwork floating(model);
  constexpr std::size_t kImages = 24;
  for (const EiIfScale scale : {EiIfScale::kStatic, EiIfScale::kDynamic})
    for (const EiIfUnits units : {EiIfUnits::kTable, EiIfUnits::kSpiking}) {
      EiIfOptions options;
      options.scale = scale;
      options.units = units;
      options.calibration_images = 32;
      const auto network = convert_ei_if(model, options);
      std::size_t same = 0;
      for (std::size_t i = 0; i < kImages; ++i) {
        const auto codes = input_codes(model, images, i);
        const auto logits = network->run(codes).logits_by_step.back();
        const auto wanted = floating.logits(codes);
        same += argmax(logits.data(), logits.size()) == argmax(wanted.data(), wanted.size()) ? 1 : 0;
      }
      EXPECT_GE(same, kImages - 2) << static_cast<int>(scale) << static_cast<int>(units);
    }
}

}  // namespace
}  // namespace ranvier::workloads
