// SPDX-License-Identifier: Apache-2.0
// Means in fixed point, and the rate executor's inner loops against plain ones.
#include "workloads/methods/rate_kernels.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "workloads/methods/rate_mean.h"

namespace ranvier::workloads {
namespace {

TEST(MeanOf, RoundsToTheNearest) {
  EXPECT_EQ(mean_of(7, 2, 0), 4);    // 3.5
  EXPECT_EQ(mean_of(-7, 2, 0), -3);  // -3.5
  EXPECT_EQ(mean_of(10, 3, 0), 3);
  EXPECT_EQ(mean_of(11, 3, 0), 4);
  EXPECT_EQ(mean_of(-11, 3, 0), -4);
  EXPECT_EQ(mean_of(1, 3, 8), 85);  // 85.33
  EXPECT_EQ(mean_of(-1, 3, 8), -85);
  EXPECT_EQ(mean_of(5, 1, 4), 80);
}

TEST(MeanOf, FractionBitsFillTheLimit) {
  EXPECT_EQ(fraction_bits_within(4, 1024), 8);
  EXPECT_EQ(fraction_bits_within(1024, 1024), 0);
  EXPECT_EQ(fraction_bits_within(1025, 1024), 0);
  EXPECT_EQ(norm_fraction_bits(std::int64_t{100}), 8);  // 25 600
}

TEST(RateKernels, MeanRowIsMeanOf) {
  rc::check([] {
    const auto count = *rc::gen::inRange<std::int64_t>(1, 5000);
    const int bits = *rc::gen::inRange(0, 9);
    std::vector<std::int64_t> sum;
    for (int i = 0; i < 20; ++i) sum.push_back(*rc::gen::inRange<std::int64_t>(-4000, 4001) * count / 7 + i);
    std::vector<std::int32_t> mean(sum.size());
    std::vector<std::int64_t> wide(sum.size());
    mean_row(sum, count, bits, std::span(mean));
    mean_row(sum, count, bits, std::span(wide));
    for (std::size_t i = 0; i < sum.size(); ++i) {
      RC_ASSERT(mean[i] == mean_of(sum[i], count, bits));
      RC_ASSERT(wide[i] == mean[i]);
    }
  });
}

// Just below 2^52, where a rounded quotient would be off by one.
TEST(RateKernels, MeanRowAtItsLimit) {
  for (const std::int64_t count : {3, 7, 1000, 4096}) {
    for (std::int64_t below = 0; below < 5; ++below) {
      const std::vector<std::int64_t> sum = {(std::int64_t{1} << 51) / count * count + count / 2 - 1 - below};
      std::vector<std::int64_t> mean(1);
      mean_row(sum, count, 0, std::span(mean));
      EXPECT_EQ(mean[0], mean_of(sum[0], count, 0)) << count << " " << below;
    }
  }
}

TEST(RateKernels, PairsOfRowsAreRowsTimesPayloads) {
  rc::check([] {
    const std::int32_t inputs = *rc::gen::inRange(1, 30), outputs = *rc::gen::inRange(1, 200);
    std::vector<std::int8_t> weight;
    for (std::int32_t i = 0; i < inputs * outputs; ++i)
      weight.push_back(static_cast<std::int8_t>(*rc::gen::inRange(-128, 128)));
    std::vector<std::int32_t> payload;
    for (std::int32_t i = 0; i < inputs; ++i)
      payload.push_back(*rc::gen::arbitrary<bool>() ? *rc::gen::inRange(-32768, 32768) : 0);
    std::vector<std::int32_t> expected(static_cast<std::size_t>(outputs), 3), potential = expected;
    for (std::int32_t i = 0; i < inputs; ++i)
      for (std::int32_t o = 0; o < outputs; ++o)
        expected[static_cast<std::size_t>(o)] +=
            payload[static_cast<std::size_t>(i)] * weight[static_cast<std::size_t>(i * outputs + o)];
    std::vector<RowPair> pairs;
    collect_pairs(payload, pairs);
    for (const RowPair& p : pairs) RC_ASSERT(p.even != 0 || p.odd != 0);
    accumulate_pairs(paired_weights(weight, inputs, outputs), pairs, potential);
    RC_ASSERT(potential == expected);
  });
}

TEST(RateKernels, AddScaled) {
  std::vector<std::int64_t> total = {1, -2, std::int64_t{1} << 40};
  const std::vector<std::int32_t> row = {100, 1 << 30, -1};
  add_scaled(total, row, -8);
  EXPECT_EQ(total, (std::vector<std::int64_t>{-799, -2 - (std::int64_t{1} << 33), (std::int64_t{1} << 40) + 8}));
}

}  // namespace
}  // namespace ranvier::workloads
