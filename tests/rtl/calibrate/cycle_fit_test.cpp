// SPDX-License-Identifier: Apache-2.0
// The cost model that is fitted to cycle counts is the contract of docs/reference/rv-spike-core.md, to the cycle.
#include "rtl/calibrate/cycle_fit.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rtl/calibrate/least_squares.h"

namespace ranvier::rtl {
namespace {

TEST(LeastSquares, FindsWhatMadeTheNumbers) {
  const std::vector<double> truth{3, 0.5, -200};
  std::vector<std::vector<double>> features;
  std::vector<double> targets;
  for (int i = 0; i < 20; ++i) {
    features.push_back({static_cast<double>(i), 1000.0 * (i % 7), static_cast<double>((i * i) % 5)});
    targets.push_back(dot(truth, features.back()));
  }
  const std::vector<double> x = least_squares(features, targets);
  for (std::size_t i = 0; i < truth.size(); ++i) EXPECT_NEAR(x[i], truth[i], 1e-9);
}

TEST(LeastSquares, GivesNothingToAFeatureThatIsNeverThere) {
  EXPECT_EQ(least_squares({{1, 0}, {2, 0}}, {2, 4}), (std::vector<double>{2, 0}));
}

TEST(LeastSquares, RelativeFitsHaveNoNegativeCoefficients) {
  std::vector<std::vector<double>> features;
  std::vector<double> targets;
  for (int i = 1; i < 30; ++i) {
    features.push_back({10.0 * i, 1.0 * (i % 4)});
    targets.push_back(20.0 * i - 0.5 * (i % 4));
  }
  const std::vector<double> x = relative_least_squares(features, targets);
  EXPECT_NEAR(x[0], 2, 0.02);
  EXPECT_EQ(x[1], 0);
}

TEST(CycleFit, IsTheContractToTheCycle) {
  const auto port = make_fast_port();
  const CycleCosts raw = fit_cycles(sample_cycles(*port, 1, 40));
  const CycleCosts c = raw.rounded();
  EXPECT_EQ(c.lanes, kCoreLimits.lanes);
  EXPECT_EQ(c.event_decode, 1);
  EXPECT_EQ(c.group, 1);
  EXPECT_EQ(c.direct_event, 2);
  EXPECT_EQ(c.list_event, 2);
  EXPECT_EQ(c.list_entry, 1);
  EXPECT_EQ(c.drain, 1);
  EXPECT_EQ(c.tick, 1);
  EXPECT_EQ(c.word, 1);
  EXPECT_EQ(c.fire, 1);
  EXPECT_EQ(c.emit, 1);
  EXPECT_NEAR(raw.word, 1, 1e-6) << "before rounding, too";
  const auto other = sample_cycles(*port, 2, 40);
  const CycleJudgement judged = judge_cycles(c, other);
  EXPECT_EQ(judged.samples, other.size());
  EXPECT_GT(judged.samples, 200U);
  EXPECT_EQ(judged.worst_error, 0);
  EXPECT_EQ(judged.worst_cycles, 0);
}

TEST(CycleFit, AWrongCostIsSeen) {
  const auto port = make_fast_port();
  const auto samples = sample_cycles(*port, 3, 10);
  CycleCosts c = fit_cycles(samples).rounded();
  c.fire = 0;
  EXPECT_GT(judge_cycles(c, samples).worst_error, 0);
}

}  // namespace
}  // namespace ranvier::rtl
