// SPDX-License-Identifier: Apache-2.0
// From NIR to integers: the fixed-point recordings of the NIR paper, chains whose numbers need no rounding against the
// float simulation, and what has no integer form.
#include "workloads/nir/lower_nir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"
#include "base/random.h"
#include "tests/shared_data.h"
#include "tests/workloads/nir/made_nir.h"
#include "workloads/nir/nir_errors.h"
#include "workloads/temporal_reference.h"

namespace ranvier::workloads {
namespace {

using ::testing::HasSubstr;

/// Rows (input, voltage, spike) of lif/lif_<tool>.csv.
std::vector<std::array<double, 3>> recording(const std::string& tool) {
  std::vector<std::array<double, 3>> rows;
  const std::string text = read_file(shared_data("nir/lif/lif_" + tool + ".csv"));
  const char* at = text.c_str();
  while (*at != '\0') {
    auto& row = rows.emplace_back();
    for (double& value : row) {
      char* end = nullptr;
      value = std::strtod(at, &end);
      at = end + 1;
    }
  }
  return rows;
}

class FixedPointLif : public ::testing::TestWithParam<const char*> {};

/// Weight 0.4 of a threshold: 10 where the threshold is 25. Lava and the chip deliver a step later.
TEST_P(FixedPointLif, IsTheIntegerProgramBitForBit) {
  RANVIER_NEEDS_SHARED_DATA("nir");
  const auto rows = recording(GetParam());
  ASSERT_EQ(rows.size(), 1000U);
  NirLowering how;
  how.timesteps = 1000;
  how.threshold_mantissa = 25;
  how.decays_round_down = true;
  const LoweredNir lowered = lower_nir(read_nir(shared_data("nir/lif_norse.nir")), how);
  const Stage& lif = lowered.program.stages.at(1);
  EXPECT_EQ(lif.conv.weight, std::vector<std::int16_t>{10});
  EXPECT_EQ(lif.cuba.voltage_decay, 163);
  EXPECT_EQ(lif.cuba.current_decay, 4096);
  std::vector<std::int32_t> spikes;
  for (int t = 0; t < 1000; ++t) {
    if (rows[static_cast<std::size_t>(t)][0] > 0) spikes.insert(spikes.end(), {t, 0});
  }
  const TemporalRun run = run_temporal_reference(lowered.program, spikes);
  const auto voltages = trace_voltages(lowered.program, spikes, StageId(1));
  std::vector<Spike> recorded;
  const bool chip = std::string(GetParam()) == "lava_loihi_fixed";
  for (std::size_t t = 1; t < rows.size(); ++t) {
    if (rows[t][2] > 0) recorded.push_back({static_cast<std::int32_t>(t) - 1, 0});
    // In the step of a spike the chip's probe shows 128; Lava on a CPU shows 0.
    EXPECT_EQ(rows[t][1], rows[t][2] > 0 && chip ? 128 : voltages[t - 1][0]) << "row " << t;
  }
  EXPECT_EQ(recorded.size(), 4U);
  EXPECT_EQ(run.spikes[1], recorded);
}

INSTANTIATE_TEST_SUITE_P(LowerNir, FixedPointLif, ::testing::Values("lava_cpu_fixed", "lava_loihi_fixed"),
                         [](const auto& one) { return std::string(one.param); });

/// Weights of whole sixteenths of a threshold of 1, so that nothing is rounded where the largest is 127/16 or less.
std::vector<double> random_weights(std::size_t count, std::uint64_t seed) {
  std::vector<double> all;
  for (std::uint32_t i = 0; i < count; ++i)
    all.push_back((static_cast<double>(random_below(25, seed, 1, 2, i)) - 11) / 16);
  all.front() = 127.0 / 16;  // decides the scale: 16 whole weights a threshold, 2^2 finer thresholds
  return all;
}

struct Run {
  std::vector<double> spikes;        // by stage behind the input
  std::vector<double> float_spikes;  // the same of the simulation
  std::vector<std::int32_t> counts;
  std::vector<std::int32_t> float_counts;
};

/// Both on the same random input spikes; the simulation delivers spikes a step later, as stages do.
Run run_both(const NirFile& file, int steps, std::uint64_t seed, std::uint32_t one_in) {
  NirLowering how;
  how.timesteps = steps;
  const LoweredNir lowered = lower_nir(file, how);
  NirRules rules;
  rules.spike_delay_steps = 1;
  NirSimulator simulator(file, rules);
  const auto& network = simulator.network();
  const Stage& in = lowered.program.stages.front();
  const auto inputs = static_cast<std::size_t>(in.tokens * in.channels);
  Run run;
  run.float_counts.resize(static_cast<std::size_t>(lowered.program.stages.back().channels));
  run.float_spikes.resize(lowered.program.stages.size() - 1);
  std::vector<Spike> spikes;
  for (int t = 0; t < steps; ++t) {
    std::vector<double> values(inputs, 0);
    for (std::size_t i = 0; i < inputs; ++i) {
      if (random_below(one_in, seed, 7, static_cast<std::uint64_t>(t), static_cast<std::uint32_t>(i)) != 0) continue;
      values[i] = 1;  // i = channel * tokens + token
      const auto token = static_cast<std::int32_t>(i) % in.tokens;
      spikes.push_back({t, token * in.channels + static_cast<std::int32_t>(i) / in.tokens});
    }
    simulator.step(values);
    std::size_t stage = 0;
    for (std::size_t u = 0; u < network.units.size(); ++u) {
      if (!simulator.spikes(u)) continue;
      for (const double v : simulator.output(u)) run.float_spikes[stage] += v;
      ++stage;
    }
    const auto last = network.units.size() - 2;
    for (std::size_t i = 0; i < run.float_counts.size(); ++i)
      run.float_counts[i] += static_cast<std::int32_t>(simulator.output(last)[i]);
  }
  std::sort(spikes.begin(), spikes.end());
  const TemporalRun integer = run_temporal_reference(lowered.program, pack_spikes(spikes));
  for (std::size_t s = 1; s < integer.spike_count.size(); ++s)
    run.spikes.push_back(static_cast<double>(integer.spike_count[s]));
  run.counts = integer.output_counts;
  return run;
}

void expect_same(const Run& run) {
  EXPECT_EQ(run.spikes, run.float_spikes);
  EXPECT_EQ(run.counts, run.float_counts);
  for (const double spikes : run.spikes) EXPECT_GT(spikes, 0);
}

TEST(LowerNir, ConvolutionPoolingAndDenseLayersCountTheSameSpikes) {
  // Other extents on the two axes, and a first convolution that does not divide them.
  expect_same(run_both(
      made_chain({2, 8, 12},
                 {made_conv("conv1", {4, 2, 3, 3}, random_weights(72, 1), 2, 1), made_if("if1", 1),
                  made_pool("pool", "SumPool2d", 2, 2), made_conv("conv2", {3, 4, 3, 3}, random_weights(108, 2), 1, 1),
                  made_if("if2", 1), made_node("flat", "Flatten", {whole("start_dim", {0}), whole("end_dim", {-1})}),
                  made_node("dense", "Linear", {reals("weight", {5, 18}, random_weights(90, 3))}), made_if("if3", 1)},
                 {5}),
      60, 11, 9));
}

TEST(LowerNir, GroupsDilationAndPoolingBeforeADenseLayer) {
  expect_same(
      run_both(made_chain({4, 8, 8},
                          {made_conv("conv", {4, 2, 3, 3}, random_weights(72, 4), 1, 2, 2, 2), made_if("if1", 1),
                           made_conv("depth", {4, 1, 2, 2}, random_weights(16, 5), 2, 0, 4), made_if("if2", 1),
                           made_pool("pool", "SumPool2d", 2, 2),
                           made_node("flat", "Flatten", {whole("start_dim", {0}), whole("end_dim", {2})}),
                           made_node("dense", "Affine",
                                     {reals("weight", {3, 16}, random_weights(48, 6)), reals("bias", {3}, {0, 0, 0})}),
                           made_if("if3", 1)},
                          {3}),
               40, 12, 12));
}

TEST(LowerNir, OneDimensionalConvolutionsGetARowOfZerosAroundThem) {
  NirNode conv =
      made_node("conv", "Conv1d",
                {reals("weight", {3, 2, 3}, random_weights(18, 8)), whole("stride", {2}), whole("padding", {1}),
                 whole("dilation", {1}), whole("groups", {1}), reals("bias", {3}, {0, 0, 0})});
  const NirFile file = made_chain(
      {2, 12},
      {conv, made_if("if1", 1), made_node("flat", "Flatten", {whole("start_dim", {0}), whole("end_dim", {1})}),
       made_node("dense", "Linear", {reals("weight", {4, 18}, random_weights(72, 9))}), made_if("if2", 1)},
      {4});
  NirLowering how;
  how.timesteps = 1;
  const ConvParams shape = lower_nir(file, how).program.stages.at(1).conv;
  EXPECT_EQ(shape.kernel_height, 2);
  EXPECT_EQ(shape.out_height, 1);
  EXPECT_EQ(shape.out_width, 6);
  expect_same(run_both(file, 50, 13, 8));
}

TEST(LowerNir, ScalesThresholdsAndLeaksFoldIntoWholeNumbers) {
  // v_leak 0.5 pulls by dt / tau of it in each step; thresholds differ by channel.
  const NirFile file = made_chain(
      {2},
      {made_node("scale", "Scale", {reals("scale", {2}, {2, 4})}),
       made_node("lif", "LIF",
                 {real("tau", 0.0016), real("r", 2), real("v_leak", 0.5), reals("v_threshold", {2}, {1, 1})})},
      {2});
  NirLowering how;
  how.timesteps = 1;
  const LoweredNir lowered = lower_nir(file, how);
  const Stage& lif = lowered.program.stages.at(1);
  EXPECT_EQ(lif.cuba.voltage_decay, 256);                            // 4096 / 16
  EXPECT_EQ(lif.conv.weight, (std::vector<std::int16_t>{64, 127}));  // 2 * 2 / 16 and 4 * 2 / 16 of a threshold of 254
  EXPECT_EQ(lif.cuba.threshold_mantissa, 254);
  EXPECT_EQ(std::ldexp(lif.cuba.bias_mantissa, lif.cuba.bias_exponent), 508);  // 0.5 / 16 * 254 * 64
  EXPECT_EQ(lowered.stages.at(0).stage, "lif");
  EXPECT_DOUBLE_EQ(lowered.stages.at(0).weight_unit, 1.0 / 254);
  EXPECT_NEAR(lowered.stages.at(0).largest_error, 0.5 / 254, 1e-12);
}

TEST(LowerNir, CurrentsDecayToo) {
  const NirFile file = made_chain({1},
                                  {made_node("cuba", "CubaLIF",
                                             {real("tau_syn", 0.0004), real("tau_mem", 0.0008), real("r", 1),
                                              real("v_leak", 0), real("v_threshold", 0.25), real("w_in", 8)})},
                                  {1});
  NirLowering how;
  how.timesteps = 50;
  const LoweredNir lowered = lower_nir(file, how);
  const CubaParams& cuba = lowered.program.stages.at(1).cuba;
  EXPECT_EQ(cuba.current_decay, 1024);
  EXPECT_EQ(cuba.voltage_decay, 512);
  expect_same(run_both(file, 200, 14, 3));
}

std::string refusal(const NirFile& file, NirLowering how = {}) {
  if (how.timesteps == 0) how.timesteps = 1;
  try {
    lower_nir(file, how);
  } catch (const NirCannotLower& error) {
    return error.what();
  }
  return "lowered";
}

TEST(LowerNir, SaysWhatHasNoIntegerForm) {
  const auto one = [](const NirNode& node) { return made_chain({1}, {node}, {1}); };
  const auto lif = [&](std::vector<MadeParameter> other) {
    other.insert(other.end(), {real("r", 1), real("v_threshold", 1)});
    return one(made_node("n", "IF", other));
  };
  EXPECT_THAT(refusal(lif({real("v_reset", 0.5)})),
              HasSubstr("n: has no form in integer compartments: v_reset is not 0"));
  EXPECT_THAT(refusal(one(made_node("n", "LI", {real("tau", 1), real("r", 1), real("v_leak", 0)}))),
              HasSubstr("a LI is none of IF, LIF and CubaLIF"));
  EXPECT_THAT(refusal(one(made_node("n", "Linear", {reals("weight", {1, 1}, {1})}))), HasSubstr("no neurons before"));
  EXPECT_THAT(refusal(made_chain({1, 2, 2}, {made_if("n", 1)}, {1, 2, 2})), HasSubstr("several positions"));
  EXPECT_THAT(refusal(made_chain(
                  {2},
                  {made_node("w", "Affine", {reals("weight", {2, 2}, {1, 1, 1, 1}), reals("bias", {2}, {0.5, 0.25})}),
                   made_if("n", 1)},
                  {2})),
              HasSubstr("biases or leaks that differ"));
  EXPECT_THAT(refusal(made_chain({1, 4, 4},
                                 {made_pool("p", "SumPool2d", 3, 1),
                                  made_conv("c", {1, 1, 3, 3}, random_weights(9, 1), 1, 1), made_if("n", 1)},
                                 {1, 2, 2})),
              HasSubstr("c: has no form in integer compartments: its padding lies where"));
  EXPECT_THAT(
      refusal(made_chain(
          {1}, {made_node("lif", "LIF", {real("tau", 5e-5), real("r", 1), real("v_leak", 0), real("v_threshold", 1)})},
          {1})),
      HasSubstr("a step of 2 times tau; take a shorter one"));
  NirLowering narrow;
  narrow.threshold_mantissa = 200;
  EXPECT_THAT(refusal(made_chain({1}, {made_if("n", 1)}, {1}), narrow), HasSubstr("does not fit 8 bits"));
  narrow = {};
  narrow.weight_bits = 17;
  EXPECT_THAT(refusal(made_chain({1}, {made_if("n", 1)}, {1}), narrow), HasSubstr("weights of 17 bits"));
  EXPECT_THAT(refusal(read_nir(std::filesystem::path(RANVIER_SOURCE_DIR) / "tests/data/nir/recurrent.nir")),
              HasSubstr("several edges lead to it, or a cycle"));
}

}  // namespace
}  // namespace ranvier::workloads
