// SPDX-License-Identifier: Apache-2.0
// The vectorised loops of the spiking engine against one-by-one sums, for every instruction set of this machine.
#include "workloads/lif_kernels.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/random.h"
#include "tests/workloads/highway_target.h"

namespace ranvier::workloads {
namespace {

class LifKernels : public testing::TestWithParam<std::int64_t> {
 protected:
  HighwayTarget target_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Targets, LifKernels, testing::ValuesIn(highway_targets()), highway_target_name);

constexpr std::size_t kSizes[] = {1, 7, 8, 15, 16, 33, 64, 127, 128, 129, 256, 300, 1024};

std::int32_t draw(std::int32_t low, std::int32_t high, std::uint64_t a, std::uint64_t b) {
  return low + static_cast<std::int32_t>(random_below(static_cast<std::uint32_t>(high - low + 1), 9, a, b));
}

TEST_P(LifKernels, CompartmentsFireStrictlyAboveTheThresholdAndKeepTheRest) {
  for (const std::size_t n : kSizes) {
    std::vector<std::int32_t> v(n), sum(n), fired(n + kFiredSlack, -1);
    for (std::size_t i = 0; i < n; ++i) {
      v[i] = draw(-40, 100, n, i);
      sum[i] = draw(-30, 130, n + 5000, i);
    }
    if (n > 1) v[1] = 60, sum[1] = 30;  // exactly at the threshold
    const auto v_before = v, sum_before = sum;
    const std::size_t count = integrate_step(v, sum.data(), 10, 100, 1000, fired.data());
    std::size_t at = 0;
    for (std::size_t i = 0; i < n; ++i) {
      std::int32_t wanted = v_before[i] + sum_before[i] + 10;
      if (wanted > 100) {
        wanted -= 100;
        ASSERT_EQ(fired[at++], 1000 + static_cast<std::int32_t>(i));
      }
      ASSERT_EQ(v[i], wanted) << n << ' ' << i;
      ASSERT_EQ(sum[i], 0);
    }
    EXPECT_EQ(count, at);
  }
}

TEST_P(LifKernels, DenseRowsAddUpBeyondOne16BitSum) {
  for (const std::size_t width : kSizes) {
    for (const std::size_t rows : {std::size_t{0}, std::size_t{1}, std::size_t{256}, std::size_t{700}}) {
      std::vector<std::int8_t> weight(width * 700);
      for (std::size_t i = 0; i < weight.size(); ++i)
        weight[i] = i % width == 0 ? std::int8_t{-128} : static_cast<std::int8_t>(draw(-128, 127, width, i));
      std::vector<std::int32_t> picked(rows), sum(width, 5), wanted(width, 5);
      std::iota(picked.begin(), picked.end(), 0);
      for (const std::int32_t r : picked)
        for (std::size_t c = 0; c < width; ++c) wanted[c] += weight[static_cast<std::size_t>(r) * width + c];
      add_dense_rows(weight.data(), width, picked, sum.data());
      ASSERT_EQ(sum, wanted) << width << ' ' << rows;
    }
  }
}

TEST_P(LifKernels, WideRowsOneByOneAndTogether) {
  for (const std::size_t n : kSizes) {
    std::vector<std::vector<std::int16_t>> rows(5, std::vector<std::int16_t>(n));
    std::vector<const std::int16_t*> pointers;
    std::vector<std::int32_t> one(n, -3), together(n, -3), wanted(n, -3);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      for (std::size_t i = 0; i < n; ++i) {
        rows[r][i] = static_cast<std::int16_t>(draw(-32768, 32767, r, i));
        wanted[i] += rows[r][i];
      }
      add_wide_row(rows[r].data(), n, one.data());
      pointers.push_back(rows[r].data());
    }
    add_wide_rows(pointers, n, together.data());
    EXPECT_EQ(one, wanted);
    EXPECT_EQ(together, wanted);
  }
}

TEST(LifKernelsSparse, EachTargetGetsItsWeight) {
  const std::vector<std::uint16_t> target{0, 2, 3, 7, 8, 11};
  const std::vector<std::int8_t> weight{1, -128, 127, 4, -5, 6};
  std::vector<std::int32_t> sum(12, 100);
  add_sparse_row(target.data(), weight.data(), target.size(), sum.data());
  EXPECT_EQ(sum, (std::vector<std::int32_t>{101, 100, -28, 227, 100, 100, 100, 104, 95, 100, 100, 106}));
}

}  // namespace
}  // namespace ranvier::workloads
