// SPDX-License-Identifier: Apache-2.0
// GELU, softmax and LayerNorm by spiking groups against the tables they replace, on the shipped network's own stages.
#include "workloads/methods/ugo_units.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/random.h"
#include "workloads/activation.h"
#include "workloads/dataset.h"
#include "workloads/methods/rate_convert.h"
#include "workloads/methods/rate_mean.h"
#include "workloads/methods/ugo_errors.h"
#include "workloads/methods/ugo_exponent.h"
#include "workloads/seeded_model.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

constexpr int kSteps = 64;

const VitModel& model() {
  static const VitModel small = load_model("fashion-vit-small");
  return small;
}

const Program& program() {
  static const Program made = [] {
    RateOptions options;
    options.steps = kSteps;
    options.calibration_images = 20;
    return rate_program(model(), options);
  }();
  return made;
}

StageId stage_named(const std::string& name) {
  for (std::size_t s = 0; s < program().stages.size(); ++s)
    if (program().stages[s].name == name) return StageId(s);
  throw std::logic_error(name);
}

/// Largest difference of goal / t from the table's, in real units, after kSteps steps of the inputs `mean` * t.
double difference(RateUnit& spiking, StageId id, std::span<const std::int64_t> mean, bool product, StageWork& work) {
  const Stage& stage = program().stage(id);
  const auto table = make_table_unit(program(), id);
  std::vector<std::int64_t> total(mean.size()), goal(mean.size()), wanted(mean.size());
  for (std::int64_t t = 1; t <= kSteps; ++t) {
    for (std::size_t i = 0; i < mean.size(); ++i) total[i] = mean[i] * t * (product ? t : 1);
    spiking.map(t, total, goal, work);
    StageWork unused;
    table->map(t, total, wanted, unused);
  }
  double greatest = 0;
  for (std::size_t i = 0; i < mean.size(); ++i)
    greatest = std::max(greatest, std::abs(static_cast<double>(goal[i] - wanted[i])));
  return greatest * goal_scale(stage) / kSteps;
}

std::vector<std::int64_t> random_means(const Stage& stage, std::int64_t largest, std::uint64_t seed) {
  std::vector<std::int64_t> mean(static_cast<std::size_t>(stage.tokens) * static_cast<std::size_t>(stage.channels));
  for (std::size_t i = 0; i < mean.size(); ++i)
    mean[i] = random_below(static_cast<std::uint32_t>(2 * largest + 1), seed, i, 0) - largest;
  return mean;
}

TEST(UgoUnits, GeluFollowsItsTable) {
  const StageId id = stage_named("block0.gelu");
  const Stage& stage = program().stage(id);
  UgoOptions options;
  const auto unit = make_gelu_ugo(program(), id, options);
  StageWork work;
  // Means are 4 payload units at most: each a whole one here.
  EXPECT_LT(difference(*unit, id, random_means(stage, 4, 1), false, work), 0.05);
  const std::int64_t sites = std::int64_t{stage.tokens} * stage.channels;
  EXPECT_LE(unit->neurons(), sites * options.gelu);
  EXPECT_EQ(unit->neurons() % sites, 0);
  EXPECT_EQ(work.state_reads, 2 * kSteps * unit->neurons());
  EXPECT_GT(work.events, 0);
  EXPECT_LT(work.events, kSteps * unit->neurons());
  // Biases in every step, inputs that are not 0, and the hidden neurons' own events.
  EXPECT_GE(work.adds + work.multiply_adds, kSteps * unit->neurons() + work.events);
}

TEST(UgoUnits, SilentInputsCostBiasesOnly) {
  const StageId id = stage_named("block0.gelu");
  const Stage& stage = program().stage(id);
  const auto unit = make_gelu_ugo(program(), id, {});
  StageWork work;
  const double off = difference(*unit, id, random_means(stage, 0, 1), false, work);
  EXPECT_LT(off, 0.01);
  EXPECT_EQ(work.adds + work.multiply_adds - work.events, kSteps * unit->neurons());
}

TEST(UgoUnits, SoftmaxFollowsItsTableInEveryRange) {
  const StageId id = stage_named("block0.attn");
  const Stage& stage = program().stage(id);
  // Scores of about +-3 in natural units.
  const double octave = stage.softmax.scale * std::ldexp(1.0, -kExpFraction - kSoftmaxScaleShift);
  const auto fraction = static_cast<double>(1 << score_fraction_bits(program(), stage));
  const auto largest = static_cast<std::int64_t>(3 / std::numbers::ln2 / octave / fraction);
  ASSERT_GT(largest, 3);
  const auto mean = random_means(stage, largest, 2);
  StageWork work;
  UgoOptions options;
  EXPECT_LT(difference(*make_softmax_ugo(program(), id, options), id, mean, true, work), 0.02);
  options.range = UgoRange::kOctave;
  EXPECT_LT(difference(*make_softmax_ugo(program(), id, options), id, mean, true, work), 0.02);
  // Logits more than 2 above the first one's are clamped: that is the paper's form, and it is not softmax.
  options.range = UgoRange::kPaper;
  const double paper = difference(*make_softmax_ugo(program(), id, options), id, mean, true, work);
  EXPECT_LT(paper, 0.6);
  EXPECT_GT(paper, 0.05);
  const auto near = random_means(stage, largest / 4, 2);
  EXPECT_LT(difference(*make_softmax_ugo(program(), id, options), id, near, true, work), 0.03);
}

TEST(UgoUnits, NormFollowsItsTable) {
  const StageId id = stage_named("block1.ln1");
  const Stage& stage = program().stage(id);
  const auto mean = random_means(stage, 40, 3);
  for (const UgoRange range : {UgoRange::kWide, UgoRange::kOctave}) {
    UgoOptions options;
    options.range = range;
    options.root = 32;
    StageWork work;
    const auto unit = make_norm_ugo(program(), id, options);
    EXPECT_EQ(unit->neurons(), 32 * stage.tokens);
    EXPECT_LT(difference(*unit, id, mean, false, work), 0.05);
  }
}

TEST(UgoUnits, PapersRootWorksOnVariancesOfItsDomain) {
  const StageId id = stage_named("block1.ln1");
  const Stage& stage = program().stage(id);
  UgoOptions options;
  options.range = UgoRange::kPaper;
  options.root = 32;
  StageWork work;
  const double unit = payload_scale(program().stage(stage.inputs[0].stage), 0);
  const auto one = static_cast<std::int64_t>(1 / unit);
  ASSERT_GT(one, 1);
  EXPECT_LT(difference(*make_norm_ugo(program(), id, options), id, random_means(stage, one, 3), false, work), 0.1);
  EXPECT_GT(difference(*make_norm_ugo(program(), id, options), id, random_means(stage, 20 * one, 3), false, work), 0.3);
}

TEST(UgoUnits, RunOfTheNetworkCountsItsNeurons) {
  RateNetwork tables(program());
  UgoOptions options;
  RateNetwork spiking(program(), ugo_units(options));
  const auto codes = input_codes(model(), test_images(model()), 0);
  MethodRunOptions few;
  few.steps = 4;
  const MethodRun with = spiking.run(codes, few), without = tables.run(codes, few);
  const auto sum = [](const MethodRun& run) {
    StageWork all;
    for (const StageWork& work : run.work) {
      all += work;
      all.neurons += work.neurons;
    }
    return all;
  };
  std::int64_t neurons = 0;
  for (std::size_t s = 0; s < with.work.size(); ++s) neurons += with.work[s].neurons - without.work[s].neurons;
  // Some hidden neurons of GELU bend outside what fc1 can put out.
  EXPECT_LE(neurons, ugo_neurons(model().config, options).total());
  EXPECT_GT(neurons, ugo_neurons(model().config, options).total() / 2);
  EXPECT_GT(sum(with).events, sum(without).events);
  EXPECT_EQ(with.logits_by_step.size(), 4u);
  EXPECT_EQ(spiking.run(codes, few).logits_by_step, with.logits_by_step);
}

TEST(UgoUnits, ZeroHiddenUnitsMeansTables) {
  UgoOptions none;
  none.gelu = none.exp = none.root = 0;
  const RateUnitMaker maker = ugo_units(none);
  for (const char* name : {"block0.gelu", "block0.attn", "block0.ln1"})
    EXPECT_EQ(maker(program(), stage_named(name)), nullptr) << name;
}

TEST(UgoUnits, TablesTellTheirFunction) {
  EXPECT_EQ(gelu_function_of(program(), stage_named("block0.gelu")), UgoFunction::kGelu);
  Program changed = program();
  const StageId id = stage_named("block0.gelu");
  Stage& stage = changed.stages[id.value()];
  for (const auto& [activation, function] : {std::pair{Activation::kGeluTanh, UgoFunction::kGeluTanh},
                                             std::pair{Activation::kQuickGelu, UgoFunction::kQuickGelu}}) {
    for (std::size_t i = 0; i < stage.gelu.table.size(); ++i) {
      const double x = std::ldexp(stage.gelu.first_code + static_cast<double>(i), -stage.gelu.fraction_bits) *
                       payload_scale(changed.stage(stage.inputs[0].stage), 0);
      stage.gelu.table[i] = static_cast<std::int32_t>(std::lround(activation_value(activation, x) / goal_scale(stage)));
    }
    EXPECT_EQ(gelu_function_of(changed, id), function);
  }
}

TEST(UgoNeurons, OfVitB32) {
  UgoOptions released;
  released.gelu = 64, released.exp = 32, released.reciprocal = 64, released.root = 8;
  const UgoNeurons neurons = ugo_neurons(seeded_config("vit-b32-shape"), released);
  EXPECT_EQ(neurons.gelu, 117'964'800);    // 12 blocks, 50 tokens, 3072 channels
  EXPECT_EQ(neurons.softmax, 11'980'800);  // 12 blocks, 12 heads, 50 rows of 50 and a sum
  EXPECT_EQ(neurons.norm, 10'400);         // 26 norms of 50 tokens
  EXPECT_EQ(ugo_neurons(seeded_config("vit-b32-shape"), {}).gelu, 117'964'800 / 4);
}

TEST(UgoOptions, SayWhatIsWrong) {
  UgoOptions options;
  options.share = 3;
  try {
    ugo_units(options);
    FAIL();
  } catch (const BadUgoOption& e) {
    EXPECT_EQ(e.option, "share");
    EXPECT_STREQ(e.what(), "option 'share' is '3': expected 0.125 to 2");
  }
  options.share = 0.5;
  options.exp = 5;
  EXPECT_THROW(ugo_units(options), UgoNotTrained);
}

RC_GTEST_PROP(UgoExponent, KeepsTheMantissaInItsDomain, ()) {
  const UgoExponentRange range = {1, *rc::gen::element(4.0, 16.0, 64.0), *rc::gen::element(1, 2), false};
  const double value = std::ldexp(1 + *rc::gen::inRange(0, 1000) / 1000.0, *rc::gen::inRange(-40, 80));
  const int now = *rc::gen::inRange(-30, 30);
  const int settled = settled_exponent(value, now, range);
  const double mantissa = std::ldexp(value, -range.octaves * settled);
  RC_ASSERT(mantissa >= range.low);
  RC_ASSERT(mantissa < range.high);
  // Stays where it may stay.
  RC_ASSERT(settled_exponent(value, settled, range) == settled);
  const double kept = std::ldexp(value, -range.octaves * now);
  RC_ASSERT((settled == now) || !(kept >= range.low && kept < range.high));
}

TEST(UgoExponent, FixedOnesStay) { EXPECT_EQ(settled_exponent(1e9, 3, {1, 4, 1, true}), 3); }

}  // namespace
}  // namespace ranvier::workloads
