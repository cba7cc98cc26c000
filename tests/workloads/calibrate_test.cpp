// SPDX-License-Identifier: Apache-2.0
// Quantiser steps: the search finds what it should, the histogram stands for the values, threads change nothing.
#include "workloads/calibrate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "made_model.h"

namespace ranvier::workloads {
namespace {

double error_of(const std::vector<float>& values, double scale, CodeBounds bounds) {
  double error = 0;
  for (const float v : values) {
    const double x = static_cast<double>(v);
    const double gap = x - scale * std::clamp(std::floor(x / scale + 0.5), static_cast<double>(bounds.lo),
                                              static_cast<double>(bounds.hi));
    error += gap * gap;
  }
  return error;
}

ActivationHistogram histogram_of(const std::vector<float>& values) {
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  ActivationHistogram h(*lowest, *highest);
  h.add(values);
  return h;
}

TEST(Calibrate, ValuesOnAGridGiveTheGrid) {
  std::vector<float> values;
  for (int code = -16; code <= 15; ++code) values.push_back(static_cast<float>(code) * 0.25F);
  EXPECT_DOUBLE_EQ(best_scale(histogram_of(values), {-16, 15}), 0.25);
}

TEST(Calibrate, AnOutlierIsClipped) {
  std::vector<float> values = {40};
  for (int i = 0; i < 100000; ++i)
    values.push_back(static_cast<float>(2 * random_unit(1, static_cast<std::uint64_t>(i), 0) - 1));
  const double scale = best_scale(histogram_of(values), {-16, 15});
  EXPECT_LT(scale * 15, 20) << "not even half of the outlier";
}

/// The histogram's choice is as good as the best that the values themselves would choose, to one percent.
TEST(Calibrate, HistogramChoosesAsWellAsTheValues) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    std::vector<float> values;
    for (std::uint64_t i = 0; i < 4000; ++i) {
      double sum = 0;
      for (std::uint32_t k = 0; k < 6; ++k) sum += random_unit(seed, i, 0, k) - 0.5;
      values.push_back(static_cast<float>(std::pow(sum, 3)));
    }
    const CodeBounds bounds = default_bounds("q", 5);
    const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
    const double whole = std::max(static_cast<double>(*lowest) / bounds.lo, static_cast<double>(*highest) / bounds.hi);
    double least = error_of(values, whole, bounds);
    for (int f = 50; f <= 1000; f += 5) least = std::min(least, error_of(values, whole * f / 1000, bounds));
    EXPECT_LE(error_of(values, best_scale(histogram_of(values), bounds), bounds), least * 1.01) << "seed " << seed;
  }
}

TEST(Calibrate, MergedHistogramsCountAll) {
  const std::vector<float> a = {-1, 0.5F}, b = {1, 1, 0};
  ActivationHistogram split(-1, 1), other(-1, 1), whole(-1, 1);
  split.add(a), other.add(b);
  split.merge(other);
  whole.add(a), whole.add(b);
  EXPECT_EQ(split.squared_error(0.3, {-2, 1}), whole.squared_error(0.3, {-2, 1}));
  EXPECT_NE(split.squared_error(0.3, {-2, 1}), other.squared_error(0.3, {-2, 1}));
}

TEST(Calibrate, ThreadsDoNotChangeTheSteps) {
  const VitModel model = random_model(4);
  std::vector<std::vector<std::int32_t>> inputs;
  for (std::uint64_t i = 0; i < 12; ++i)
    inputs.push_back(input_codes(model, random_pixels(4, i, model.config.image).data()));
  std::vector<std::string> sites;
  for (const std::string& stage : stage_names(model.config))
    if (has_quantiser(stage)) sites.push_back(stage);
  const auto one = calibrate(model, sites, model.config.bounds, inputs, 1);
  EXPECT_EQ(one.size(), sites.size());
  for (const auto& [stage, scale] : one) EXPECT_GT(scale, 0) << stage;
  EXPECT_EQ(calibrate(model, sites, model.config.bounds, inputs, 2), one);
  EXPECT_EQ(calibrate(model, sites, model.config.bounds, inputs, 0), one);
}

TEST(Calibrate, SilentSitesAndMissingImagesAreRefused) {
  VitModel model = random_model(4);
  std::fill(model.blocks[0].q.weight.begin(), model.blocks[0].q.weight.end(), 0.0F);
  std::fill(model.blocks[0].q.bias.begin(), model.blocks[0].q.bias.end(), 0.0F);
  const std::vector<std::string> sites = {"embed", "block0.q"};
  const std::vector<std::vector<std::int32_t>> inputs = {
      input_codes(model, random_pixels(4, 0, model.config.image).data())};
  try {
    calibrate(model, sites, model.config.bounds, inputs, 1);
    FAIL();
  } catch (const CannotCalibrate& e) {
    EXPECT_EQ(e.stage, "block0.q");
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
  }
  EXPECT_THROW(calibrate(model, sites, model.config.bounds, {}, 1), CannotCalibrate);
}

}  // namespace
}  // namespace ranvier::workloads
