// SPDX-License-Identifier: Apache-2.0
// The dense reference, stage kind by stage kind, against numbers worked by hand, and its batch over threads.
#include "workloads/reference.h"

#include <gtest/gtest.h>

#include "workloads/random_program.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

using Row = std::vector<std::int32_t>;

Stage stage_of(StageKind kind, std::vector<StageInput> inputs, std::int32_t tokens, std::int32_t channels,
               std::int32_t in_channels) {
  Stage stage;
  stage.kind = kind;
  stage.inputs = std::move(inputs);
  stage.tokens = tokens;
  stage.channels = channels;
  stage.in_channels = in_channels;
  return stage;
}

void encode(Stage& stage, std::int32_t threshold, std::int32_t lo, std::int32_t hi) {
  stage.encoder = {true, Row(static_cast<std::size_t>(stage.channels), threshold), lo, hi};
}

/// An identity of theta 2 gives every code to the stage under test; a second input stream comes through a swap.
Program with_stage(std::int32_t tokens, const Stage& stage) {
  Program program;
  program.input_code_max = 15;
  program.stages.push_back(stage_of(StageKind::kInput, {}, tokens, 2, 2));
  Stage same = stage_of(StageKind::kLinear, {{StageId(0), 1}}, tokens, 2, 2);
  same.linear = {{2, 0, 0, 2}, {0, 0}, false};
  encode(same, 2, -16, 15);
  program.stages.push_back(same);
  Stage swapped = same;
  swapped.linear.weight = {0, 2, 2, 0};
  program.stages.push_back(swapped);
  program.stages.push_back(stage);
  return program;
}

TEST(ReferenceByHand, LinearWithABiasPerTokenAndFewerTokens) {
  Stage linear = stage_of(StageKind::kLinear, {{StageId(1), 1}}, 2, 3, 2);
  linear.linear = {{1, 2, -3, 4, -5, 6}, {10, 20, 30, -10, -20, -30}, true};
  const Activations result = run_reference(with_stage(3, linear), Row{1, 2, 3, 4, 5, 6});
  EXPECT_EQ(result.codes[1], (Row{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(result.codes[2], (Row{2, 1, 4, 3, 6, 5}));
  // {1 + 8, 2 - 10, -3 + 12} + bias; {3 + 16, 6 - 20, -9 + 24} + bias.
  EXPECT_EQ(result.codes[3], (Row{19, 12, 39, 9, -34, -15}));
  EXPECT_EQ(result.logits, (Row{19, 12, 39}));
  encode(linear, 8, -4, 4);
  // (19 + 4) / 8 = 2.875, 2, 5.375 clipped, 1.625, -3.75, -1.375.
  EXPECT_EQ(run_reference(with_stage(3, linear), Row{1, 2, 3, 4, 5, 6}).codes[3], (Row{2, 2, 4, 1, -4, -2}));
}

TEST(ReferenceByHand, ResidualSumWithGains) {
  const Stage sum = stage_of(StageKind::kAdd, {{StageId(1), 3}, {StageId(2), 2}}, 2, 2, 2);
  EXPECT_EQ(run_reference(with_stage(2, sum), Row{1, 2, 3, 4}).codes[3], (Row{3 + 4, 6 + 2, 9 + 8, 12 + 6}));
}

TEST(ReferenceByHand, LayerNormOfASum) {
  Stage norm = stage_of(StageKind::kLayerNorm, {{StageId(1), 2}, {StageId(2), 1}}, 1, 2, 2);
  norm.layer_norm = {{4096, 4096}, {0, 10}, 8};
  // X = {5, 4}: c = {1, -1}, Q = 10: 4096 / 16 / sqrt(10) = 80.95.
  EXPECT_EQ(run_reference(with_stage(1, norm), Row{2, 1}).codes[3], (Row{81, -71}));
}

TEST(ReferenceByHand, ScoresPerHeadOverAllKeys) {
  Stage scores = stage_of(StageKind::kScores, {{StageId(1), 1}, {StageId(2), 1}}, 1, 4, 2);
  scores.heads = 2;
  scores.softmax.scale = 1 << 26;
  encode(scores, 2, 0, 1 << 16);
  // q = {1, 2}; keys {2, 1} and {0, 3}. Head 0: 1 * 2, 1 * 0; head 1: 2 * 1, 2 * 3. Powers of two: {4 : 1}, {1 : 16}.
  EXPECT_EQ(run_reference(with_stage(2, scores), Row{1, 2, 3, 0}).codes[3],
            (Row{(65536 * 4 / 5 + 1) / 2, (65536 / 5 + 1) / 2, (65536 / 17 + 1) / 2, (65536 * 16 / 17 + 1) / 2}));
}

TEST(ReferenceByHand, MixPerHead) {
  // Attention codes [1 query][2 heads x 1 key] = {3, 4} on values {4, 3}: each head scales its own channel.
  Stage mix = stage_of(StageKind::kMix, {{StageId(1), 1}, {StageId(2), 1}}, 1, 2, 2);
  mix.heads = 2;
  EXPECT_EQ(run_reference(with_stage(1, mix), Row{3, 4}).codes[3], (Row{12, 12}));
  // One head, two keys: 1 * {2, 1} + 2 * {4, 3}; 3 * {2, 1} + 4 * {4, 3}.
  mix.heads = 1;
  mix.tokens = 2;
  EXPECT_EQ(run_reference(with_stage(2, mix), Row{1, 2, 3, 4}).codes[3], (Row{10, 7, 22, 15}));
}

TEST(ReferenceByHand, GeluIsATable) {
  Stage gelu = stage_of(StageKind::kGelu, {{StageId(1), 1}}, 1, 2, 2);
  gelu.gelu = {0, {0, 215, 500, 767}};
  encode(gelu, kAmdThreshold, -8, 7);
  EXPECT_EQ(run_reference(with_stage(1, gelu), Row{1, 3}).codes[3], (Row{1, 3}));
}

TEST(ReferenceBatch, IsTheSameForAnyNumberOfThreads) {
  const Program program = random_vit_program(5, 9, 20, 2, 2, 30);
  std::vector<Row> inputs;
  for (std::uint64_t image = 0; image < 23; ++image) inputs.push_back(random_input_codes(program, image));
  const auto one = run_reference_batch(program, inputs, 1);
  EXPECT_EQ(run_reference_batch(program, inputs, 2), one);
  EXPECT_EQ(run_reference_batch(program, inputs, 5), one);
  const auto logits = run_reference_logits(program, inputs, 2);
  ASSERT_EQ(one.size(), inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_EQ(one[i], run_reference(program, inputs[i]));
    EXPECT_EQ(logits[i], one[i].logits);
  }
}

TEST(DenseMultiplyAdds, CountsMatricesAndProducts) {
  // 4 tokens, width 8, 2 heads, hidden 12, one block of which only token 0 goes past the keys:
  // embed 4*16*8, q 8*8, k and v 2*4*8*8, scores and mix 2*4*8, proj 8*8, fc 2*8*12, head 8*10.
  EXPECT_EQ(dense_multiply_adds(random_vit_program(1, 4, 8, 2, 1, 12)),
            4 * 16 * 8 + 64 + 2 * 4 * 64 + 2 * 4 * 8 + 64 + 2 * 96 + 80);
}

}  // namespace
}  // namespace ranvier::workloads
