// SPDX-License-Identifier: Apache-2.0
// The float network against torch's recorded logits, and its parts against numbers worked out by hand.
#include "workloads/float_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "made_model.h"
#include "workloads/bundled.h"
#include "workloads/dataset.h"

namespace ranvier::workloads {
namespace {

TEST(FloatNetwork, QuantiserRoundsHalvesUpAndClips) {
  const Quantiser q{0.5, -4, 3};
  EXPECT_EQ(q(0.25F), 0.5F);
  EXPECT_EQ(q(-0.25F), 0.0F);
  EXPECT_EQ(q(0.24F), 0.0F);
  EXPECT_EQ(q(9.0F), 1.5F);
  EXPECT_EQ(q(-9.0F), -2.0F);
}

/// All weights zero but a few: every stage can be followed by hand.
TEST(FloatNetwork, StagesByHand) {
  VitConfig config = small_config();
  config.blocks = 1;
  VitModel m = random_model(1, config);
  BlockWeights& b = m.blocks[0];
  for (LinearWeights* w : {&m.embed, &b.q, &b.k, &b.v, &b.proj, &b.fc1, &b.fc2, &m.head}) {
    std::fill(w->weight.begin(), w->weight.end(), 0.0F);
    std::fill(w->bias.begin(), w->bias.end(), 0.0F);
  }
  for (NormWeights* n : {&b.norm1, &b.norm2, &m.norm}) {
    std::fill(n->gamma.begin(), n->gamma.end(), 2.0F);
    std::fill(n->beta.begin(), n->beta.end(), 0.5F);
  }
  std::fill(m.pos.begin(), m.pos.end(), 0.0F);
  for (std::size_t i = 0; i < 8; ++i) m.cls[i] = i < 4 ? 3.0F : 1.0F;  // mean 2, variance 1
  m.embed.weight[0] = 11;  // channel 0 = code 0 of the patch, less the zero point
  b.v.bias[5] = 4;
  b.proj.weight[2 * 8 + 5] = 0.25F;  // channel 2 from v's channel 5
  b.fc1.bias[0] = 1;
  b.fc2.weight[1 * 12 + 0] = 2;  // channel 1 from hidden 0
  m.head.weight[2 * 8 + 2] = 1;  // class 2 reads channel 2
  m.head.bias[0] = -1;

  std::vector<std::int32_t> codes(20, 9);  // the zero point
  std::fill_n(codes.begin(), 4, 0);
  codes[4] = 12;
  const FloatActivations a = FloatNetwork(m).run(codes);
  const auto names = stage_names(config);
  const auto stage = [&](const std::string& name) {
    return a.after[static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin())];
  };
  EXPECT_EQ(a.after.size(), names.size());
  EXPECT_FLOAT_EQ(stage("embed")[0], 3);
  EXPECT_NEAR(stage("embed")[8], 3, 1e-6);  // (12 - 9) / 11 * 11
  EXPECT_NEAR(stage("embed")[16], 0, 1e-6);
  EXPECT_NEAR(stage("block0.ln1")[0], 2 / std::sqrt(1 + 1e-5) + 0.5, 1e-6);
  EXPECT_NEAR(stage("block0.ln1")[7], -2 / std::sqrt(1 + 1e-5) + 0.5, 1e-6);
  EXPECT_NEAR(stage("block0.attn")[0], 0.2, 1e-6);  // 5 equal keys
  EXPECT_EQ(stage("block0.attn").size(), 5U * 2U * 5U);
  EXPECT_NEAR(stage("block0.av")[5], 4, 1e-5);
  EXPECT_NEAR(stage("block0.add1")[2], 3 + 1, 1e-5);
  EXPECT_NEAR(stage("block0.gelu")[0], 0.8413447, 1e-6);  // Φ(1)
  EXPECT_NEAR(stage("block0.add2")[1], 3 + 2 * 0.8413447, 1e-5);
  EXPECT_EQ(stage("norm").size(), 8U);
  EXPECT_EQ(a.logits.size(), 3U);
  EXPECT_FLOAT_EQ(a.logits[0], -1);
  EXPECT_FLOAT_EQ(a.logits[2], stage("norm")[2]);
}

TEST(FloatNetwork, QuantisersActAtTheirSites) {
  const VitModel m = random_model(3);
  const auto pixels = random_pixels(3, 0, m.config.image);
  const auto codes = input_codes(m, pixels.data());
  const Quantisers quantisers = trained_quantisers(m);
  const FloatActivations a = FloatNetwork(m).run(codes, &quantisers);
  for (std::size_t s = 0; s < a.after.size(); ++s)
    for (std::size_t i = 0; i < a.after[s].size(); ++i)
      EXPECT_EQ(a.after[s][i], quantisers[s] ? (*quantisers[s])(a.before[s][i]) : a.before[s][i]);
  EXPECT_EQ(FloatNetwork(m).logits(codes, &quantisers), a.logits);
  VitModel without = m;
  without.site_scale.erase("block1.v");
  try {
    trained_quantisers(without);
    FAIL();
  } catch (const CannotCalibrate& e) {
    EXPECT_EQ(e.stage, "block1.v");
  }
}

/// The shipped logits come from torch; only the order of float sums differs.
TEST(FloatNetwork, AgreesWithTorchOnShippedModels) {
  for (const BundledWorkload& workload : bundled_workloads()) {
    const VitModel model = load_model(workload.name);
    const RecordedLogits recorded = recorded_logits(model);
    const auto inputs = input_code_batch(model, test_images(model));
    ASSERT_EQ(inputs.size(), recorded.count);
    const FloatNetwork network(model);
    const Quantisers quantisers = trained_quantisers(model);
    const auto classes = static_cast<std::size_t>(model.config.classes);
    float largest = 0;
    std::size_t same = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::vector<float> real = network.logits(inputs[i]);
      for (std::size_t c = 0; c < classes; ++c)
        largest = std::max(largest, std::abs(real[c] - recorded.without_quantisers[i * classes + c]));
      const std::vector<float> quantised = network.logits(inputs[i], &quantisers);
      same += argmax(quantised.data(), classes) == argmax(&recorded.with_quantisers[i * classes], classes);
    }
    EXPECT_LT(largest, 1e-4F) << workload.name;
    // A last-digit difference in a sum can push a value over a rounding edge, so logits may differ; classes hardly.
    EXPECT_GE(same, recorded.count - 2) << workload.name;
  }
}

}  // namespace
}  // namespace ranvier::workloads
