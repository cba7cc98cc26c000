// SPDX-License-Identifier: Apache-2.0
// The shipped network in rate semantics on a few of its test images: a handful of steps fail, a dozen do not.
#include "workloads/methods/rate_ladder.h"

#include <gtest/gtest.h>

#include "workloads/dataset.h"
#include "workloads/methods/rate_convert.h"
#include "workloads/model.h"

namespace ranvier::workloads {
namespace {

double percent(const RateOptions& options, std::size_t images, std::size_t step) {
  const VitModel model = load_model("fashion-vit");
  const ImageSet test = test_images(model);
  const auto inputs = input_code_batch(model, test, images);
  return accuracy_ladder(*convert_rate(model, options), inputs, test.labels, static_cast<int>(step), 0).percent(step);
}

RateOptions options_of(const char* method, int steps) {
  RateOptions options;
  options.method = method;
  options.steps = steps;
  options.calibration_images = 50;
  return options;
}

TEST(RateLadder, StaNeedsSeveralSteps) {
  EXPECT_LT(percent(options_of("sta", 1), 100, 1), 40);
  EXPECT_GE(percent(options_of("sta", 8), 100, 8), 86);
}

TEST(RateLadder, EcmtInAFewSteps) {
  RateOptions options = options_of("ecmt", 4);
  options.thresholds = 4;
  EXPECT_GE(percent(options, 100, 4), 80);
}

}  // namespace
}  // namespace ranvier::workloads
