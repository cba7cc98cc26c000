// SPDX-License-Identifier: Apache-2.0
// Thresholds of least squared error, their momentum, and which sites get one for each channel.
#include "workloads/methods/sta_thresholds.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/workloads/made_model.h"
#include "workloads/methods/rate_calibrate.h"

namespace ranvier::workloads {
namespace {

TEST(MmseThreshold, TakesWhatLosesNothing) {
  EXPECT_FLOAT_EQ(static_cast<float>(mmse_threshold(std::vector<float>{2, 0, -3}, 1)), 2.0F);
  EXPECT_FLOAT_EQ(static_cast<float>(mmse_threshold(std::vector<float>{1, 0.5F, 0.25F, 0.75F}, 4)), 1.0F);
  EXPECT_EQ(mmse_threshold(std::vector<float>{0, -1}, 8), 0);
}

// One value of 1 and ninety of 0.6 in one step: theta = 0.6 keeps the many and loses 0.4 of the one.
TEST(MmseThreshold, GivesUpTheOutlier) {
  std::vector<float> values(90, 0.6F);
  values.push_back(1.0F);
  EXPECT_NEAR(mmse_threshold(values, 1), 0.6, 0.0001);
  // In 64 steps both are nearly exact and there is no reason to clip.
  EXPECT_GT(mmse_threshold(values, 64), 0.95);
}

TEST(MmseThreshold, LowestCandidate) {
  std::vector<float> values(1000, 0.1F);
  values.push_back(1.0F);
  // Even 0.53 is far above the many; in 5 steps 0.1 is one spike of theta / 5 at theta = 0.5 and below it at 0.53.
  const double theta = mmse_threshold(values, 5);
  EXPECT_GE(theta, 0.53 - 1e-6);
}

TEST(RunningThresholds, FirstBatchThenMomentum) {
  RunningThresholds running(0.9);
  running.add_batch(std::vector<double>{1.0, 4.0});
  EXPECT_EQ(running.value(), (std::vector<double>{1.0, 4.0}));
  running.add_batch(std::vector<double>{2.0, 4.0});
  EXPECT_NEAR(running.value()[0], 1.1, 1e-12);
  EXPECT_NEAR(running.value()[1], 4.0, 1e-12);
}

TEST(RateSites, ScalesOfTheirOwnWhereOnlyLinearStagesFollow) {
  VitConfig config = small_config();
  EXPECT_TRUE(takes_channel_shares(config, "block0.ln1"));
  EXPECT_TRUE(takes_channel_shares(config, "block1.gelu"));
  EXPECT_TRUE(takes_channel_shares(config, "block1.av"));
  EXPECT_TRUE(takes_channel_shares(config, "norm"));
  for (const char* site :
       {"embed", "block0.q", "block0.k", "block0.v", "block0.attn", "block0.proj", "block0.fc1", "block0.fc2"})
    EXPECT_FALSE(takes_channel_shares(config, site)) << site;
  config.placement = NormPlacement::kPost;  // a norm's codes are summed with what follows
  EXPECT_FALSE(takes_channel_shares(config, "block0.ln1"));
  config.pooling = Pooling::kMean;  // and multiplied with the row of ones
  EXPECT_FALSE(takes_channel_shares(config, "norm"));
}

TEST(RateSites, Signs) {
  VitConfig config = small_config();
  EXPECT_FALSE(is_signed_site(config, "block0.attn"));
  EXPECT_TRUE(is_signed_site(config, "block0.fc1"));
  config.activation = Activation::kRelu;
  EXPECT_FALSE(is_signed_site(config, "block0.fc1"));
}

TEST(RateCalibration, ThreadsAndOrderOfSitesChangeNothing) {
  const VitModel model = random_model(2);
  std::vector<std::vector<std::int32_t>> inputs;
  for (std::uint64_t i = 0; i < 9; ++i) inputs.push_back(input_codes(model, random_pixels(2, i, 4).data()));
  StaCalibration sta;
  sta.steps = 4;
  sta.batch = 4;
  const RateScales one = calibrate_sta(model, sta, inputs, 1), four = calibrate_sta(model, sta, inputs, 4);
  EXPECT_EQ(one.scale, four.scale);
  EXPECT_EQ(one.channel_shares, four.channel_shares);
  for (const auto& [stage, shares] : one.channel_shares)
    EXPECT_EQ(*std::max_element(shares.begin(), shares.end()), 1.0) << stage;

  PercentileCalibration percentile;
  percentile.percentile = 1;
  const RateScales largest = calibrate_percentile(model, percentile, inputs, 2);
  percentile.percentile = 0.5;
  percentile.divisor = 4;
  percentile.fixed = {{"attn", 0.0125}};
  const RateScales median = calibrate_percentile(model, percentile, inputs, 2);
  for (const auto& [stage, scale] : largest.scale)
    EXPECT_LT(median.scale.at(stage), scale / 4 + (stage.ends_with("attn") ? 1 : 0)) << stage;
  EXPECT_EQ(median.scale.at("block0.attn"), 0.0125);
}

}  // namespace
}  // namespace ranvier::workloads
