// SPDX-License-Identifier: Apache-2.0
// The integer units against values worked by hand from the written definition, against real arithmetic, and at the ends
// of their ranges.
#include "workloads/units.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"

namespace ranvier::workloads {
namespace {

using Row = std::vector<std::int32_t>;

Row normalised(const Row& x, const LayerNormParams& params) {
  Row y(x.size());
  layer_norm_row(x.data(), static_cast<std::int32_t>(x.size()), params, y.data());
  return y;
}

Row softmax(const Row& scores, std::int32_t scale) {
  Row y(scores.size());
  softmax_row(scores.data(), static_cast<std::int32_t>(scores.size()), {scale}, y.data());
  return y;
}

TEST(Code, RoundsHalfUpAndClips) {
  EXPECT_EQ(code_at_rest(8, 4, -4, 3), 2);
  EXPECT_EQ(code_at_rest(9, 4, -4, 3), 2);
  EXPECT_EQ(code_at_rest(10, 4, -4, 3), 3) << "2.5 is a tie and rounds up";
  EXPECT_EQ(code_at_rest(-2, 4, -4, 3), 0) << "-0.5 is a tie and rounds up";
  EXPECT_EQ(code_at_rest(-3, 4, -4, 3), -1);
  EXPECT_EQ(code_at_rest(-6, 4, -4, 3), -1);
  EXPECT_EQ(code_at_rest(-7, 4, -4, 3), -2);
  EXPECT_EQ(code_at_rest(1000, 4, -4, 3), 3);
  EXPECT_EQ(code_at_rest(-1000, 4, 0, 3), 0);
  EXPECT_EQ(code_at_rest(1'000'000'000'000, 1 << 20, -128, 127), 127);
}

// Any order and grouping of the same inputs, with the neuron looked at in between as often as one likes, ends in the
// code.
RC_GTEST_PROP(StBif, RestsAtTheCodeWhateverTheOrder, ()) {
  const auto threshold = 2 * *rc::gen::inRange(1, 300);
  const auto lo = *rc::gen::element(0, -1, -8, -128);
  const auto hi = *rc::gen::element(1, 7, 127, 255);
  const auto inputs = *rc::gen::container<Row>(rc::gen::inRange(-5000, 5000));
  const std::int64_t total = std::accumulate(inputs.begin(), inputs.end(), std::int64_t{0});
  std::int32_t v = threshold / 2;
  std::int32_t s = 0;
  for (const std::int32_t x : inputs) {
    v += x;
    for (int looks = *rc::gen::inRange(0, 4); looks > 0; --looks) st_bif_fire(v, s, threshold, lo, hi);
  }
  std::int32_t graded_v = v;
  std::int32_t graded_s = s;
  const std::int32_t sent = st_bif_to_rest(graded_v, graded_s, threshold, lo, hi);
  std::int32_t fired = 0;
  while (const std::int32_t fire = st_bif_fire(v, s, threshold, lo, hi)) fired += fire;
  RC_ASSERT(s == code_at_rest(total, threshold, lo, hi));
  RC_ASSERT(v == threshold / 2 + total - std::int64_t{threshold} * s);
  RC_ASSERT(graded_s == s && graded_v == v && sent == fired);
}

TEST(StBif, StopsAtItsBounds) {
  std::int32_t v = 2 + 100;
  std::int32_t s = 0;
  EXPECT_EQ(st_bif_to_rest(v, s, 4, -2, 3), 3);
  EXPECT_EQ(v, 90);
  v -= 200;
  EXPECT_EQ(st_bif_to_rest(v, s, 4, -2, 3), -5);
  EXPECT_EQ(s, -2);
  EXPECT_EQ(v, 2 - 100 + 8);
}

// Sums and ends of the tables, worked with 60 decimal digits.
TEST(Tables, HoldTheRoundedReals) {
  const auto& root = reciprocal_root_table();
  const auto& power = exponential_table();
  EXPECT_EQ(std::accumulate(root.begin(), root.end(), 0), 8388593);
  EXPECT_EQ(root[0], 65281);
  EXPECT_EQ(root[1], 64781);
  EXPECT_EQ(root[100], 40878);
  EXPECT_EQ(root[191], 32800);
  EXPECT_EQ(std::accumulate(power.begin(), power.end(), 0), 6059301);
  EXPECT_EQ(power[0], 32768);
  EXPECT_EQ(power[1], 32679);
  EXPECT_EQ(power[128], 23170);
  EXPECT_EQ(power[255], 16428);
}

TEST(ReciprocalRoot, IsNeverAboveAndAtMostSixEMinusFiveBelow) {
  EXPECT_EQ(reciprocal_root(1u << 30), 65534u);
  EXPECT_EQ(reciprocal_root(1u << 31), 46340u);
  EXPECT_EQ(reciprocal_root(3u << 30), 37837u);
  EXPECT_EQ(reciprocal_root(0xffffffffu), 32767u);
  double worst = 0;
  for (std::uint64_t m = std::uint64_t{1} << 30; m < std::uint64_t{1} << 32; m += 8191) {
    for (const std::uint64_t at : {m, m | 0xffffff, m & ~std::uint64_t{0xffffff}}) {
      const double real = std::ldexp(1.0, 31) / std::sqrt(static_cast<double>(at));
      const double given = reciprocal_root(static_cast<std::uint32_t>(at));
      ASSERT_LE(given, real) << at;
      ASSERT_LT(given, 65536) << at;
      worst = std::max(worst, 1 - given / real);
    }
  }
  EXPECT_LT(worst, 6e-5);
  EXPECT_GT(worst, 2e-5) << "the bound would be idle";
}

TEST(NormaliseSquare, KeepsTheMantissaInRange) {
  for (int bit = 0; bit < 62; ++bit) {
    for (const std::uint64_t square : {std::uint64_t{1} << bit, (std::uint64_t{2} << bit) - 1}) {
      const RootOperand operand = normalise_square(square);
      EXPECT_GE(operand.mantissa, 1u << 30);
      const double real = std::ldexp(static_cast<double>(operand.mantissa), 2 * operand.exponent);
      EXPECT_NEAR(real / static_cast<double>(square), 1, std::ldexp(1.0, -30)) << square;
      EXPECT_GE(operand.exponent, -15);
      EXPECT_LE(operand.exponent, 15);
    }
  }
  EXPECT_EQ(normalise_square(1).exponent, -15);
  EXPECT_EQ(normalise_square((std::uint64_t{1} << 32) - 1).exponent, 0);
  EXPECT_EQ(normalise_square(std::uint64_t{1} << 32).exponent, 1);
}

TEST(LayerNorm, MatchesRowsWorkedByHand) {
  // d = 2: c = {-2, 2}, Q = 8 + 8 = 16, k = -13, m = 2^30.
  EXPECT_EQ(normalised({1, 3}, {{4096, 4096}, {0, 10}, 8}), (Row{-128, 138}));
  // d = 3: c = {15, -21, 6}, Q = 703.
  EXPECT_EQ(normalised({5, -7, 2}, {{7094, -7094, 9000}, {100, 0, -3}, 1}), (Row{351, 351, 124}));
  // Equal inputs leave the bias, and a single channel too.
  EXPECT_EQ(normalised({9, 9, 9}, {{7094, 7094, 7094}, {1, 2, 3}, 1}), (Row{1, 2, 3}));
  EXPECT_EQ(normalised({-32767}, {{1000}, {77}, 5}), (Row{77}));
}

TEST(LayerNorm, IsCloseToTheReal) {
  double worst = 0;
  for (std::uint64_t trial = 0; trial < 2000; ++trial) {
    const auto draw = [&](std::uint32_t n, std::uint64_t entity) {
      return static_cast<std::int32_t>(random_below(n, 11, entity, trial));
    };
    const std::int32_t d = 2 + draw(200, 0);
    const std::int32_t reach = 1 << (1 + draw(15, 1));
    Row x;
    LayerNormParams params;
    for (std::int32_t i = 0; i < d; ++i) {
      const auto cell = static_cast<std::uint64_t>(10 + i);
      x.push_back(draw(static_cast<std::uint32_t>(2 * reach - 1), cell) - reach + 1);
      params.gain.push_back(draw(1 << 22, 1000 + cell) - (1 << 21) + 1);
      params.bias.push_back(draw(1000, 2000 + cell) - 500);
    }
    params.epsilon = 1 + draw(1000, 3);
    const Row y = normalised(x, params);
    const double mean = std::accumulate(x.begin(), x.end(), 0.0) / d;
    double square = 0;
    for (const std::int32_t v : x) square += (v - mean) * (v - mean);
    const double size = d;
    const double deviation = std::sqrt(size * size * square + static_cast<double>(params.epsilon));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double real = size * (x[i] - mean) / deviation * params.gain[i] / 16;
      const double error = std::abs(y[i] - params.bias[i] - real);
      ASSERT_LE(error, 0.5 + 6.1e-5 * std::abs(real)) << trial;
      worst = std::max(worst, error);
    }
  }
  EXPECT_GT(worst, 0.5) << "the relative part of the bound would be idle";
}

TEST(LayerNorm, WithoutNormalisingIsAffine) {
  LayerNormParams params{{4096, -2048, 1, 3 << 12}, {0, 7, 0, -1}, 5};
  params.normalise = false;
  // (x g + 2^11) >> 12: halves go up
  EXPECT_EQ(normalised({5, 3, 2048, 32767}, params), (Row{5, 7 - 1, 1, 98300}));
  EXPECT_EQ(normalised({-5, -3, 2047, -32767}, params), (Row{-5, 7 + 2, 0, -98302}));
  params.gain = {(std::int32_t{1} << 30), 0, 0, 0};
  EXPECT_EQ(normalised({127, 0, 0, 0}, params).front(), 127 << 18) << "the product needs more than 32 bits";
}

TEST(LayerNorm, HoldsAtTheEndsOfItsRange) {
  constexpr std::int32_t kGain = (1 << 21) - 1;
  const std::size_t d = kLayerNormMaxChannels;
  LayerNormParams params{Row(d, kGain), Row(d, 0), 1};
  Row halves(d, -32767);
  std::fill(halves.begin(), halves.begin() + static_cast<std::ptrdiff_t>(d / 2), 32767);
  EXPECT_EQ(normalised(halves, params).front(), 4096);
  EXPECT_EQ(normalised(halves, params).back(), -4096);
  Row lone(d, -32767);
  lone.front() = 32767;
  EXPECT_EQ(normalised(lone, params).front(), 131008);
  EXPECT_EQ(normalised(lone, params).back(), -128);
  params.epsilon = (std::int64_t{1} << 61) - 1;
  EXPECT_GT(normalised(lone, params).front(), 0);
  EXPECT_EQ(normalised(Row(d, 32767), params), Row(d, 0));
}

/// The row in ranges that end at the cuts, each from its own channels and the statistics of all.
Row in_ranges(const Row& x, const LayerNormParams& params, const std::vector<std::int32_t>& cuts) {
  const auto n = static_cast<std::int32_t>(x.size());
  RowStatistics sums;  // of the ranges, added up: that is what a core of a cut row gets
  Row y(x.size());
  std::int32_t first = 0;
  for (const std::int32_t end : cuts) {
    const RowStatistics part = row_statistics(x.data() + first, end - first);
    sums = {sums.sum + part.sum, sums.squares + part.squares};
    first = end;
  }
  first = 0;
  for (const std::int32_t end : cuts) {
    layer_norm_range(x.data() + first, first, end, n, sums, params, y.data() + first);
    first = end;
  }
  return y;
}

TEST(LayerNorm, RangesOfARowWorkedByHand) {
  // {5, -7, 2}: S = 0, Q = 78, 3 * (3 * 78 - 0) = 702 = 15^2 + 21^2 + 6^2.
  const LayerNormParams params{{7094, -7094, 9000}, {100, 0, -3}, 1};
  const Row x{5, -7, 2};
  EXPECT_EQ(row_statistics(x.data(), 3).sum, 0);
  EXPECT_EQ(row_statistics(x.data(), 3).squares, 78);
  EXPECT_EQ(in_ranges(x, params, {1, 3}), (Row{351, 351, 124}));
  EXPECT_EQ(in_ranges(x, params, {1, 2, 3}), (Row{351, 351, 124}));
}

RC_GTEST_PROP(LayerNormRanges, EqualTheRow, ()) {
  const auto d = static_cast<std::size_t>(*rc::gen::inRange(1, kLayerNormMaxChannels + 1));
  const auto reach = std::int32_t{1} << *rc::gen::inRange(0, 16);
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const auto draw = [&](std::int32_t most, std::uint64_t what, std::size_t i) {
    return static_cast<std::int32_t>(random_below(static_cast<std::uint32_t>(2 * most - 1), seed, i, what)) - most + 1;
  };
  LayerNormParams params;
  params.normalise = *rc::gen::weightedElement<bool>({{7, true}, {1, false}});
  params.epsilon = *rc::gen::element<std::int64_t>(1, 1000, std::int64_t{1} << 61);
  Row x;
  const bool ends_only = *rc::gen::arbitrary<bool>();
  for (std::size_t i = 0; i < d; ++i) {
    const std::int32_t value = draw(reach, 0, i);
    x.push_back(ends_only ? (value < 0 ? 1 - reach : reach - 1) : value);
    params.gain.push_back(draw(1 << 21, 1, i));
    params.bias.push_back(draw(1000, 2, i));
  }
  std::vector<std::int32_t> cuts;
  for (std::size_t i = 1; i < d; ++i)
    if (random_below(5, seed, i, 3) == 0) cuts.push_back(static_cast<std::int32_t>(i));
  cuts.push_back(static_cast<std::int32_t>(d));
  RC_ASSERT(in_ranges(x, params, cuts) == normalised(x, params));
}

TEST(LayerNorm, StatisticsThatLagBehindDoNotOverflow) {
  const std::int32_t d = kLayerNormMaxChannels;
  const LayerNormParams params{Row(static_cast<std::size_t>(d), (1 << 21) - 1), Row(static_cast<std::size_t>(d), 0), 1};
  const Row x{32767, -32767};
  Row y(2);
  constexpr std::int64_t kFar = std::int64_t{1} << 60;
  for (const RowStatistics& row : {RowStatistics{0, 0}, RowStatistics{0, -5}, RowStatistics{kFar, 0},
                                   RowStatistics{-kFar, kFar}, RowStatistics{1 << 25, 0}}) {
    layer_norm_range(x.data(), 0, 2, d, row, params, y.data());
    // Nothing is further from the mean than the spread of its own range.
    EXPECT_LE(std::abs(y[0]), 131072);
    EXPECT_LE(std::abs(y[1]), 131072);
  }
}

TEST(Softmax, MatchesRowsWorkedByHand) {
  constexpr std::int32_t kHalvingPerUnit = 1 << 26;  // z = 1024 (M - P)
  EXPECT_EQ(softmax({5, 5}, kHalvingPerUnit), (Row{32768, 32768}));
  EXPECT_EQ(softmax({5, 5, 5}, kHalvingPerUnit), (Row{21845, 21845, 21845}));
  EXPECT_EQ(softmax({0, -1}, kHalvingPerUnit), (Row{43690, 21845})) << "32768 and 16384 of 49152";
  EXPECT_EQ(softmax({-15, 0}, kHalvingPerUnit), (Row{1, 65534})) << "1 and 32768 of 32769";
  EXPECT_EQ(softmax({-16, 0}, kHalvingPerUnit), (Row{0, 65536}));
  EXPECT_EQ(softmax({7}, 1), (Row{65536}));
  // z = 512: E[128] = 23170 of 55938.
  EXPECT_EQ(softmax({0, -1}, kHalvingPerUnit / 2), (Row{38390, 27145}));
  // z = 3 falls into the first of 256 entries, z = 4 into the second.
  EXPECT_EQ(softmax({0, -3}, 1 << 16), (Row{32768, 32768}));
  EXPECT_EQ(softmax({0, -4}, 1 << 16), (Row{32812, 32723})) << "32768 and 32679 of 65447";
}

TEST(Softmax, HoldsAtTheEndsOfItsRange) {
  EXPECT_EQ(softmax({INT32_MIN, INT32_MAX}, INT32_MAX), (Row{0, 65536}));
  EXPECT_EQ(softmax({INT32_MIN, INT32_MIN}, INT32_MAX), (Row{32768, 32768}));
  EXPECT_EQ(softmax(Row(65536, 0), 1), Row(65536, 1));
}

TEST(Softmax, IsCloseToTheReal) {
  double worst = 0;
  for (std::uint64_t trial = 0; trial < 2000; ++trial) {
    const std::size_t n = 1 + random_below(64, 12, 0, trial);
    const double scale = 1e5 * (1 + random_below(1000, 12, 1, trial));
    Row scores(n);
    for (std::size_t j = 0; j < n; ++j)
      scores[j] = static_cast<std::int32_t>(random_below(4001, 12, 10 + j, trial)) - 2000;
    const Row y = softmax(scores, static_cast<std::int32_t>(scale));
    const std::int32_t greatest = *std::max_element(scores.begin(), scores.end());
    std::vector<double> real(n);
    for (std::size_t j = 0; j < n; ++j) real[j] = std::exp2((scores[j] - greatest) * scale / std::ldexp(1.0, 26));
    const double sum = std::accumulate(real.begin(), real.end(), 0.0);
    std::int64_t total = 0;
    for (std::size_t j = 0; j < n; ++j) {
      worst = std::max(worst, std::abs(real[j] / sum - y[j] / 65536.0));
      total += y[j];
    }
    ASSERT_LE(total, kSoftmaxOne);
    ASSERT_GT(total, kSoftmaxOne - static_cast<std::int64_t>(n));
  }
  EXPECT_LT(worst, 0.002);
}

TEST(Gelu, ReadsTheTableFromItsFirstCode) {
  const GeluParams params{-2, {-11, -40, 0, 215, 500}};
  EXPECT_EQ(gelu_value(-2, params), -11);
  EXPECT_EQ(gelu_value(0, params), 0);
  EXPECT_EQ(gelu_value(2, params), 500);
}

}  // namespace
}  // namespace ranvier::workloads
