// SPDX-License-Identifier: Apache-2.0
// The float network's product gives the bits of the plain loop on every instruction set and number of threads.
#include "workloads/float_kernels.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "tests/workloads/highway_target.h"
#include "workloads/parallel_parts.h"

namespace ranvier::workloads {
namespace {

class FloatKernels : public testing::TestWithParam<std::int64_t> {
 protected:
  HighwayTarget target_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Targets, FloatKernels, testing::ValuesIn(highway_targets()), highway_target_name);

/// Over many binades, so that the order of a sum shows.
std::vector<float> random_floats(std::uint64_t seed, std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = static_cast<float>((random_unit(seed, 1, i) - 0.5) / (0.001 + random_unit(seed, 2, i)));
  return values;
}

LinearWeights random_weights(std::int32_t in, std::int32_t out) {
  LinearWeights w{in, out, random_floats(3, static_cast<std::size_t>(in) * static_cast<std::size_t>(out)), {}};
  w.bias = random_floats(4, static_cast<std::size_t>(out));
  return w;
}

std::vector<float> plain_product(const LinearWeights& w, const std::vector<float>& x) {
  const auto in = static_cast<std::size_t>(w.in);
  std::vector<float> y;
  for (std::size_t row = 0; row < x.size(); row += in) {
    for (std::int32_t o = 0; o < w.out; ++o) {
      volatile float sum = w.bias[static_cast<std::size_t>(o)];  // rounds every step
      for (std::int32_t i = 0; i < w.in; ++i) {
        volatile float product = x[row + static_cast<std::size_t>(i)] * w.at(o, i);
        sum = float{sum} + float{product};
      }
      y.push_back(float{sum});
    }
  }
  return y;
}

TEST_P(FloatKernels, ProductsHaveThePlainLoopsBits) {
  for (const std::int32_t out : {1, 16, 63, 64, 65, 130}) {
    for (const std::int32_t in : {1, 2, 31, 200}) {
      const LinearWeights w = random_weights(in, out);
      for (const std::size_t rows : {1U, 2U, 5U, 6U, 15U}) {
        const std::vector<float> x = random_floats(rows, rows * static_cast<std::size_t>(in));
        ASSERT_EQ(FloatProduct(w)(x), plain_product(w, x)) << in << " to " << out << ", " << rows << " rows";
      }
    }
  }
}

TEST(FloatThreads, DoNotChangeABit) {
  const LinearWeights w = random_weights(700, 500);
  const std::vector<float> x = random_floats(1, 9 * 700);
  std::vector<float> one, more;
  with_threads(1, [&] { one = FloatProduct(w)(x); });
  EXPECT_EQ(one, plain_product(w, x));
  for (const int threads : {2, 3, 7}) {
    with_threads(threads, [&] { more = FloatProduct(w)(x); });
    EXPECT_EQ(more, one) << threads;
  }
}

}  // namespace
}  // namespace ranvier::workloads
