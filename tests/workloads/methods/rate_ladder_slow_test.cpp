// SPDX-License-Identifier: Apache-2.0
// Accuracy of the shipped network against T, on its 500 bundled test images: the ladder that STA's neurons give on a
// small vision transformer (one step fails, eight are nearly enough, sixteen are), within two points.
#include <gtest/gtest.h>

#include "workloads/dataset.h"
#include "workloads/float_network.h"
#include "workloads/methods/rate_convert.h"
#include "workloads/methods/rate_ladder.h"
#include "workloads/model.h"

namespace ranvier::workloads {
namespace {

struct Rung {
  int steps;
  int burst;
  double least, most;  // percent less than the float network's
};

class StaLadder : public testing::TestWithParam<Rung> {};

TEST_P(StaLadder, LossAgainstFloat) {
  const VitModel model = load_model("fashion-vit");
  const ImageSet test = test_images(model);
  const auto inputs = input_code_batch(model, test);
  const FloatNetwork network(model);
  std::size_t right = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto logits = network.logits(inputs[i]);
    right += argmax(logits.data(), logits.size()) == test.labels[i];
  }
  const double of_float = 100.0 * static_cast<double>(right) / static_cast<double>(inputs.size());
  RateOptions options;
  options.steps = GetParam().steps;
  options.burst = GetParam().burst;
  const auto converted = convert_rate(model, options);
  const AccuracyLadder ladder = accuracy_ladder(*converted, inputs, test.labels, 0, 0);
  const double loss = of_float - ladder.percent(static_cast<std::size_t>(options.steps));
  EXPECT_GE(loss, GetParam().least);
  EXPECT_LE(loss, GetParam().most);
  RecordProperty("percent", std::to_string(ladder.percent(static_cast<std::size_t>(options.steps))));
}

// Losses of the published-form ladder on a smaller network: 74.8, 20.0, 2.8, 0.6, 0, -0.4, -0.2.
INSTANTIATE_TEST_SUITE_P(Burst, StaLadder,
                         testing::Values(Rung{1, 2, 60, 90}, Rung{2, 2, 18, 30}, Rung{4, 2, 0.8, 6.5},
                                         Rung{8, 2, -2, 2.6}, Rung{16, 2, -2, 2}, Rung{32, 2, -2, 1.6},
                                         Rung{64, 2, -2, 1.8}));
// Without burst twice to four times the steps are needed.
INSTANTIATE_TEST_SUITE_P(NoBurst, StaLadder,
                         testing::Values(Rung{4, 0, 50, 90}, Rung{16, 0, 1, 12}, Rung{32, 0, -2, 3}));

}  // namespace
}  // namespace ranvier::workloads
