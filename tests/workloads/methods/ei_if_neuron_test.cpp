// SPDX-License-Identifier: Apache-2.0
// The EI-IF neuron and the scale arithmetic of method ei-if: exact numbers, and laws on random integers.
#include "workloads/methods/ei_if_neuron.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numeric>

#include "workloads/methods/ei_if_scale.h"

namespace ranvier::workloads {
namespace {

std::vector<std::int32_t> spikes(std::int64_t x, SpikeUnit unit, int steps, const EiIfParams& params = {}) {
  EiIfNeuron neuron(unit, params);
  std::vector<std::int32_t> all;
  for (int t = 0; t < steps; ++t) all.push_back(neuron.step(x));
  return all;
}

TEST(EiIfNeuron, FiresAThermometer) {
  // x / s = 3.5 rounds away from zero to 4; 3.25 to 3.
  EXPECT_EQ(spikes(35, {1, 10}, 6), (std::vector<std::int32_t>{1, 1, 1, 1, 0, 0}));
  EXPECT_EQ(spikes(-35, {1, 10}, 6), (std::vector<std::int32_t>{-1, -1, -1, -1, 0, 0}));
  EXPECT_EQ(spikes(13, {1, 4}, 6), (std::vector<std::int32_t>{1, 1, 1, 0, 0, 0}));
  EXPECT_EQ(spikes(4, {1, 10}, 3), (std::vector<std::int32_t>{0, 0, 0}));
  EXPECT_EQ(spikes(900, {1, 10}, 3), (std::vector<std::int32_t>{1, 1, 1}));
  EXPECT_EQ(spikes(0, {1, 10}, 2, {0, 0}), (std::vector<std::int32_t>{0, 0}));
}

TEST(EiIfNeuron, RoundsHalvesAwayFromZeroWhereStBifRoundsUp) {
  EXPECT_EQ(ei_if_total(-5, {1, 10}, 127), -1);
  EXPECT_EQ(ei_if_total(-4, {1, 10}, 127), 0);
  EXPECT_EQ(ei_if_total(5, {1, 10}, 127), 1);
  EXPECT_EQ(ei_if_total(15, {1, 10}, 127), 2);
  EXPECT_EQ(ei_if_total(100000, {1, 10}, 127), 127);
  EXPECT_EQ(ei_if_total(-100000, {1, 10}, 127), -127);
  EXPECT_EQ(ei_if_steps(8), 127);
  EXPECT_EQ(ei_if_steps(2), 1);
}

TEST(EiIfNeuron, WideNumbersRoundAsNarrowOnes) {
  constexpr std::int64_t kWide = std::int64_t{1} << 50;
  for (const std::int64_t x : {-35, -25, -5, -4, 5, 15, 25, 1269, 5000})
    EXPECT_EQ(ei_if_total(x * kWide, {1, 10 * kWide}, 127), ei_if_total(x, {1, 10}, 127)) << x;
  EXPECT_EQ(ei_if_total(kWide, {kWide, kWide}, 127), 127);
}

TEST(EiIfNeuron, KeepsPartOfItsPotentialWhereRhoIsBelowOne) {
  // rho = 1/2, s = 2: V is 3, 3 + 2, 3 + 3 (the half that goes is floored); thresholds 1, 3, 5.
  EiIfNeuron neuron({1, 2}, {1, 2, 1 << 15});
  EXPECT_EQ(neuron.step(3), 1);
  EXPECT_EQ(neuron.potential(), 2);
  EXPECT_EQ(neuron.step(3), 1);
  EXPECT_EQ(neuron.potential(), 3);
  EXPECT_EQ(neuron.step(3), 1);
  // Threshold theta0 = 1, alpha = 0: a plain bipolar comparator.
  EXPECT_EQ(spikes(-7, {1, 10}, 2, {1, 0}), (std::vector<std::int32_t>{-1, -1}));
  EXPECT_EQ(spikes(4, {1, 10}, 2, {1, 0}), (std::vector<std::int32_t>{0, 0}));
}

RC_GTEST_PROP(EiIfNeuron, TotalIsTheSumOfTheSpikes, ()) {
  const auto x = *rc::gen::inRange<std::int64_t>(-2'000'000, 2'000'000);
  const SpikeUnit unit{*rc::gen::inRange<std::int64_t>(1, 128), *rc::gen::inRange<std::int64_t>(1, 1'000'000)};
  const int steps = *rc::gen::inRange(1, 128);
  const auto all = spikes(x, unit, steps);
  RC_ASSERT(std::accumulate(all.begin(), all.end(), 0) == ei_if_total(x, unit, steps));
  for (std::size_t t = 1; t < all.size(); ++t) RC_ASSERT(std::abs(all[t]) <= std::abs(all[t - 1]));
  RC_ASSERT(ei_if_total(-x, unit, steps) == -ei_if_total(x, unit, steps));
}

TEST(EiIfDynamic, TheLargestGetsTheLastCode) {
  std::vector<std::int32_t> codes;
  EXPECT_EQ(ei_if_dynamic_codes(std::vector<std::int64_t>{254, -127, 1, 3, -254, 0}, 127, codes), 254);
  EXPECT_EQ(codes, (std::vector<std::int32_t>{127, -64, 1, 2, -127, 0}));
  EXPECT_EQ(ei_if_dynamic_codes(std::vector<std::int64_t>{0, 0}, 127, codes), 0);
  EXPECT_EQ(codes, (std::vector<std::int32_t>{0, 0}));
}

// Behind a Synapsis stands its own EI-IF, before the next one another: under dynamic scales the second changes nothing.
RC_GTEST_PROP(EiIfDynamic, QuantisingTwiceIsQuantisingOnce, ()) {
  const auto x = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(-5'000'000'000, 5'000'000'000)));
  const std::int32_t steps = ei_if_steps(*rc::gen::inRange(2, 9));
  std::vector<std::int32_t> once, twice;
  ei_if_dynamic_codes(x, steps, once);
  ei_if_dynamic_codes(std::vector<std::int64_t>(once.begin(), once.end()), steps, twice);
  RC_ASSERT(once == twice);
}

TEST(TensorScale, ExactNumbers) {
  EXPECT_EQ(tensor_scale(1), (TensorScale{std::int64_t{1} << 30, -30}));
  EXPECT_EQ(tensor_scale(0.375), (TensorScale{std::int64_t{3} << 29, -32}));
  EXPECT_EQ(tensor_scale(0), TensorScale{});
  EXPECT_EQ(power_of_two(-5), tensor_scale(1.0 / 32));
  EXPECT_EQ(product(tensor_scale(3), tensor_scale(5)), tensor_scale(15));
  EXPECT_EQ(scaled(tensor_scale(3), 254, 127), tensor_scale(6));
  EXPECT_EQ(scaled(tensor_scale(1), 1, 3), (TensorScale{1431655765, -32}));  // 2^32 / 3, floored
  EXPECT_EQ(scaled(tensor_scale(2), 0, 3), TensorScale{});
  // A mantissa of 32 ones rounds up into the next power of two.
  EXPECT_EQ(scaled(tensor_scale(1), (std::int64_t{1} << 32) - 1, 1), power_of_two(32));
}

TEST(TensorScale, RescaleRoundsHalvesAwayAndSaturates) {
  EXPECT_EQ(rescale(5, tensor_scale(1), tensor_scale(2)), 3);
  EXPECT_EQ(rescale(-5, tensor_scale(1), tensor_scale(2)), -3);
  EXPECT_EQ(rescale(4, tensor_scale(1), tensor_scale(3)), 1);
  EXPECT_EQ(rescale(-127, tensor_scale(0.5), tensor_scale(1.0 / 65536)), -127 * 32768);
  EXPECT_EQ(rescale(1, tensor_scale(1e30), tensor_scale(1e-30)), kRescaleLimit);
  EXPECT_EQ(rescale(-1, tensor_scale(1e30), tensor_scale(1e-30)), -kRescaleLimit);
  EXPECT_EQ(rescale(kRescaleLimit, tensor_scale(1e-30), tensor_scale(1e30)), 0);
  EXPECT_EQ(rescale(7, TensorScale{}, tensor_scale(1)), 0);
  EXPECT_EQ(rescale(kRescaleLimit, tensor_scale(3), tensor_scale(1)), kRescaleLimit);
}

RC_GTEST_PROP(TensorScale, AgreesWithRealNumbers, ()) {
  const double a = *rc::gen::inRange(1, 1'000'000) * std::exp2(*rc::gen::inRange(-60, 60));
  const double b = *rc::gen::inRange(1, 1'000'000) * std::exp2(*rc::gen::inRange(-60, 60));
  const auto n = *rc::gen::inRange<std::int64_t>(1, std::int64_t{1} << 47);
  const auto d = *rc::gen::inRange<std::int64_t>(1, std::int64_t{1} << 47);
  constexpr double kClose = 1e-9;  // 31 bits hold 5e-10
  RC_ASSERT(std::abs(real_value(product(tensor_scale(a), tensor_scale(b))) / (a * b) - 1) < 2 * kClose);
  const double wanted = a * static_cast<double>(n) / static_cast<double>(d);
  RC_ASSERT(std::abs(real_value(scaled(tensor_scale(a), n, d)) / wanted - 1) < 2 * kClose);
  const auto value = *rc::gen::inRange<std::int64_t>(-1'000'000, 1'000'000);
  const double ratio = real_value(tensor_scale(a)) / real_value(tensor_scale(b));
  const double exact = static_cast<double>(value) * ratio;
  if (std::abs(exact) < 1e12)
    RC_ASSERT(std::abs(static_cast<double>(rescale(value, tensor_scale(a), tensor_scale(b))) - exact) <= 0.5 + 1e-3);
}

}  // namespace
}  // namespace ranvier::workloads
