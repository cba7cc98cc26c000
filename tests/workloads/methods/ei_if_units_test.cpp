// SPDX-License-Identifier: Apache-2.0
// Synapsis, SNNMatmul and SNNSoftmax: by hand, against what the report prints, and in any order of spikes.
#include "workloads/methods/ei_if_units.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

using Codes = std::vector<std::int32_t>;

SynapsisParams two_to_one(std::int32_t bias) {
  SynapsisParams params;
  params.before = {1, 10};
  params.linear.weight = {3, -2};
  params.linear.bias = {bias};
  params.threshold = {4};
  params.steps = 7;
  return params;
}

TEST(Synapsis, ByHand) {
  // n = (4, 2): y = 3 * 4 - 2 * 2 + 2 = 10, z = round(10 / 4) = 3 (2.5, away from zero).
  const SynapsisTotals totals = synapsis(two_to_one(2), std::vector<std::int64_t>{35, 20});
  EXPECT_EQ(totals.before, (Codes{4, 2}));
  EXPECT_EQ(totals.sum, (std::vector<std::int64_t>{10}));
  EXPECT_EQ(totals.after, (Codes{3}));
  EXPECT_EQ(synapsis(two_to_one(2), std::vector<std::int64_t>{-35, -20}).sum, (std::vector<std::int64_t>{-6}));
  EXPECT_EQ(synapsis(two_to_one(2), std::vector<std::int64_t>{-35, -20}).after, (Codes{-2}));  // -1.5
}

TEST(Synapsis, ThePrintedFormCountsTheBiasOncePerStep) {
  const std::vector<std::int64_t> x{35, 20};
  EXPECT_EQ(synapsis(two_to_one(2), x, SynapsisForm::kPaper).sum, (std::vector<std::int64_t>{8 + 7 * 2}));
  EXPECT_EQ(synapsis(two_to_one(2), x, SynapsisForm::kPaper).after, (Codes{6}));  // 5.5
  EXPECT_EQ(synapsis(two_to_one(0), x, SynapsisForm::kPaper).sum, synapsis(two_to_one(0), x).sum);
}

RC_GTEST_PROP(Synapsis, FormsDifferByTheBiasInAllStepsButOne, (std::int8_t w0, std::int8_t w1)) {
  SynapsisParams params = two_to_one(*rc::gen::inRange(-50, 50));
  params.linear.weight = {w0, w1};
  params.steps = *rc::gen::inRange(1, 128);
  const std::vector<std::int64_t> x{*rc::gen::inRange<std::int64_t>(-2000, 2000),
                                    *rc::gen::inRange<std::int64_t>(-2000, 2000)};
  const SynapsisTotals code = synapsis(params, x), paper = synapsis(params, x, SynapsisForm::kPaper);
  RC_ASSERT(paper.sum[0] - code.sum[0] == std::int64_t{params.steps - 1} * params.linear.bias[0]);
  // At rest the spiking Synapsis is the quantised integer layer.
  const std::int64_t n0 = ei_if_total(x[0], params.before, params.steps);
  const std::int64_t n1 = ei_if_total(x[1], params.before, params.steps);
  RC_ASSERT(code.sum[0] == w0 * n0 + w1 * n1 + params.linear.bias[0]);
  RC_ASSERT(code.after[0] == ei_if_total(code.sum[0], {1, 4}, params.steps));
}

std::int32_t draw(int lo, int hi, std::uint64_t seed, std::uint64_t entity) {
  return lo + static_cast<std::int32_t>(random_below(static_cast<std::uint32_t>(hi - lo + 1), seed, entity, 0));
}

struct Operands {
  static constexpr std::size_t kRows = 3, kColumns = 4, kDepth = 5;
  static constexpr std::int32_t kSteps = 15;
  explicit Operands(std::uint64_t seed) {
    for (std::size_t i = 0; i < kRows * kDepth; ++i) q.push_back(draw(-kSteps, kSteps, seed, i));
    for (std::size_t i = 0; i < kColumns * kDepth; ++i) k.push_back(draw(-kSteps, kSteps, seed, 100 + i));
  }
  std::vector<std::int64_t> dense() const {
    std::vector<std::int64_t> result;
    for (std::size_t r = 0; r < kRows; ++r)
      for (std::size_t c = 0; c < kColumns; ++c) {
        result.push_back(0);
        for (std::size_t d = 0; d < kDepth; ++d) result.back() += q[r * kDepth + d] * k[c * kDepth + d];
      }
    return result;
  }
  Codes q, k;
};

std::vector<std::int8_t> step_of(const Codes& codes, std::int32_t step) {
  std::vector<std::int8_t> spikes;
  for (const std::int32_t code : codes) spikes.push_back(static_cast<std::int8_t>(thermometer_spike(code, step)));
  return spikes;
}

TEST(SnnMatmul, ByHand) {
  // q = 2, k = -3: steps give 1 * -1, then 2 * -1 + 1 * -2 - 1 * -1, then 2 * -1.
  SnnMatmul product(1, 1, 1);
  product.step(step_of({2}, 0), step_of({-3}, 0));
  EXPECT_EQ(product.result()[0], -1);
  product.step(step_of({2}, 1), step_of({-3}, 1));
  EXPECT_EQ(product.result()[0], -4);
  product.step(step_of({2}, 2), step_of({-3}, 2));
  EXPECT_EQ(product.result()[0], -6);
  EXPECT_EQ(product.adds(), 2 + 3 + 2);
}

RC_GTEST_PROP(SnnMatmul, ThermometersGiveTheProductOfTheTotals, (std::uint64_t seed)) {
  const Operands o(seed);
  SnnMatmul product(o.kRows, o.kColumns, o.kDepth);
  for (std::int32_t t = 0; t < o.kSteps; ++t) product.step(step_of(o.q, t), step_of(o.k, t));
  RC_ASSERT(product.result() == o.dense());
}

// The report prints A = sum over t of q_t k_t^T. Spikes that come in the same steps meet only min(|q|, |k|) times.
RC_GTEST_PROP(SnnMatmul, ThePrintedFormGivesSumsOfMinima, (std::uint64_t seed)) {
  const Operands o(seed);
  std::vector<std::int64_t> printed(o.kRows * o.kColumns), minima(o.kRows * o.kColumns);
  for (std::size_t r = 0; r < o.kRows; ++r)
    for (std::size_t c = 0; c < o.kColumns; ++c)
      for (std::size_t d = 0; d < o.kDepth; ++d) {
        const std::int32_t q = o.q[r * o.kDepth + d], k = o.k[c * o.kDepth + d];
        for (std::int32_t t = 0; t < o.kSteps; ++t)
          printed[r * o.kColumns + c] += thermometer_spike(q, t) * thermometer_spike(k, t);
        const std::int32_t sign = q == 0 || k == 0 ? 0 : ((q < 0) == (k < 0) ? 1 : -1);
        minima[r * o.kColumns + c] += sign * std::min(std::abs(q), std::abs(k));
      }
  RC_ASSERT(printed == minima);
  RC_ASSERT(printed != o.dense());  // 12 sums of 5 products of codes up to 15: all equal would be a wonder
}

// Any spikes in any steps, each at most once: only the totals count.
RC_GTEST_PROP(SnnMatmul, OrderOfSpikesDoesNotMatter, (std::uint64_t seed)) {
  const Operands o(seed);
  const std::int32_t steps = 3 * o.kSteps;
  Codes left_q = o.q, left_k = o.k;
  SnnMatmul product(o.kRows, o.kColumns, o.kDepth);
  const auto some = [&](Codes& left, std::int32_t t, std::uint64_t salt) {
    std::vector<std::int8_t> spikes;
    for (std::size_t i = 0; i < left.size(); ++i) {
      const std::int32_t waiting = steps - 1 - t;
      const bool fires = left[i] != 0 && (std::abs(left[i]) > waiting ||
                                          random_unit(seed, salt + i, static_cast<std::uint64_t>(t)) < 0.4);
      spikes.push_back(static_cast<std::int8_t>(fires ? (left[i] < 0 ? -1 : 1) : 0));
      left[i] -= spikes.back();
    }
    return spikes;
  };
  for (std::int32_t t = 0; t < steps; ++t) {
    const auto q = some(left_q, t, 1000), k = some(left_k, t, 2000);
    product.step(q, k);
  }
  RC_ASSERT(product.result() == o.dense());
}

TEST(SnnSoftmax, TelescopesByHand) {
  // scale 2^26 / 2^6: a difference of 64 is one power of two.
  SnnSoftmax row(2, {1 << 20});
  EXPECT_EQ(row.step(Codes{0, 0}), (Codes{32768, 32768}));
  EXPECT_EQ(row.step(Codes{64, 0}), (Codes{43690 - 32768, 21845 - 32768}));
  EXPECT_EQ(row.step(Codes{0, 64}), (Codes{32768 - 43690, 32768 - 21845}));
}

RC_GTEST_PROP(SnnSoftmax, AnyIncrementsAddUpToTheSoftmaxOfTheTotals, (std::uint64_t seed)) {
  constexpr std::size_t kKeys = 6;
  const SoftmaxParams params{draw(1, 1 << 20, seed, 1)};
  SnnSoftmax row(kKeys, params);
  Codes total(kKeys), emitted(kKeys), mapped(kKeys);
  for (std::uint64_t t = 0; t < 20; ++t) {
    Codes increments;
    for (std::size_t j = 0; j < kKeys; ++j) increments.push_back(draw(-40, 40, seed, 100 + t * kKeys + j));
    const Codes difference = row.step(increments);
    for (std::size_t j = 0; j < kKeys; ++j) total[j] += increments[j], emitted[j] += difference[j];
  }
  softmax_row(total.data(), static_cast<std::int32_t>(kKeys), params, mapped.data());
  RC_ASSERT(emitted == mapped);
}

}  // namespace
}  // namespace ranvier::workloads
