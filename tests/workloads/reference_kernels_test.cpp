// SPDX-License-Identifier: Apache-2.0
// The vectorised products and encoders of the dense reference against plain loops and the scalar encoder, for every
// instruction set that this machine has; and the reference itself on each of them and on any number of threads.
#include "workloads/reference_kernels.h"

#include <gtest/gtest.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <limits>

#include "base/random.h"
#include "tests/workloads/highway_target.h"
#include "workloads/random_program.h"
#include "workloads/reference.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

using Row = std::vector<std::int32_t>;

class ReferenceKernels : public testing::TestWithParam<std::int64_t> {
 protected:
  HighwayTarget target_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Targets, ReferenceKernels, testing::ValuesIn(highway_targets()), highway_target_name);

/// Any 16-bit numbers, the least one often: two of its products together are what 32 bits just hold.
Row random_codes(std::uint64_t seed, std::size_t count) {
  Row codes(count);
  for (std::size_t i = 0; i < count; ++i)
    codes[i] = i % 5 == 0 ? -32'768 : static_cast<std::int16_t>(random_u64(seed, 1, i));
  return codes;
}

/// Modulo 2^32, as the kernels sum.
std::int32_t wrapping(std::int64_t sum) { return static_cast<std::int32_t>(static_cast<std::uint32_t>(sum)); }

TEST_P(ReferenceKernels, ProductsEqualPlainLoops) {
  for (const std::int32_t outputs : {1, 7, 8, 16, 31, 32, 33, 64, 96, 97, 200}) {
    for (const auto& [rows, inputs] : {std::pair{1, 1}, std::pair{1, 5}, std::pair{2, 2}, std::pair{3, 7},
                                       std::pair{7, 64}, std::pair{13, 33}, std::pair{6, 300}}) {
      const auto stride = static_cast<std::size_t>(outputs) + 3;
      const Row codes = random_codes(static_cast<std::uint64_t>(outputs), static_cast<std::size_t>(rows * inputs));
      std::vector<std::int8_t> weight(static_cast<std::size_t>(inputs) * stride);
      for (std::size_t i = 0; i < weight.size(); ++i)
        weight[i] = i % 4 == 0 ? std::int8_t{-128} : static_cast<std::int8_t>(random_u64(3, i, 0));
      Row total(static_cast<std::size_t>(rows) * stride, 11);
      Row expected = total;
      for (std::int32_t r = 0; r < rows; ++r) {
        for (std::int32_t o = 0; o < outputs; ++o) {
          std::int64_t sum = 11;
          for (std::int32_t i = 0; i < inputs; ++i)
            sum += std::int64_t{codes[static_cast<std::size_t>(r * inputs + i)]} *
                   weight[static_cast<std::size_t>(i) * stride + static_cast<std::size_t>(o)];
          expected[static_cast<std::size_t>(r) * stride + static_cast<std::size_t>(o)] = wrapping(sum);
        }
      }
      add_product(ShortCodes(codes, rows, inputs), weight.data(), stride, outputs, total.data());
      ASSERT_EQ(total, expected) << outputs << " outputs, " << rows << " rows of " << inputs;
    }
  }
}

TEST_P(ReferenceKernels, RowProductsAndMixEqualPlainLoops) {
  for (const std::int32_t depth : {1, 3, 8, 16, 31, 32, 33, 64, 80}) {
    constexpr std::int32_t kKeys = 9;
    constexpr std::int32_t kFirst = 4;
    const std::int32_t width = depth + 2 * kFirst + 1;
    const auto at = [&](std::int32_t j, std::int32_t d) { return static_cast<std::size_t>(j * width + kFirst + d); };
    const Row keys = random_codes(static_cast<std::uint64_t>(depth), static_cast<std::size_t>(kKeys * width));
    const ShortCodes short_keys(keys, kKeys, width);
    Row product(kKeys), mixed(static_cast<std::size_t>(depth), 5);
    row_products(short_keys.row(2) + kFirst, short_keys, kFirst, depth, product.data());
    mix_values(product.data(), kKeys, keys.data() + kFirst, static_cast<std::size_t>(width), depth, mixed.data());
    for (std::int32_t j = 0; j < kKeys; ++j) {
      std::int64_t sum = 0;
      for (std::int32_t d = 0; d < depth; ++d) sum += std::int64_t{keys[at(2, d)]} * keys[at(j, d)];
      ASSERT_EQ(product[static_cast<std::size_t>(j)], wrapping(sum)) << depth;
    }
    for (std::int32_t d = 0; d < depth; ++d) {
      std::uint32_t sum = 0;
      for (std::int32_t j = 0; j < kKeys; ++j)
        sum += static_cast<std::uint32_t>(product[static_cast<std::size_t>(j)]) *
               static_cast<std::uint32_t>(keys[at(j, d)]);
      ASSERT_EQ(mixed[static_cast<std::size_t>(d)], static_cast<std::int32_t>(sum)) << depth;
    }
  }
}

// Totals on both sides of every border between codes, and the ends of 32 bits.
TEST_P(ReferenceKernels, EncodersEqualTheScalarOne) {
  Encoder encoder{true, {}, -128, 127};
  Row total;
  const auto probe = [&](std::int32_t threshold, std::int64_t value) {
    encoder.threshold.push_back(threshold);
    total.push_back(static_cast<std::int32_t>(std::clamp<std::int64_t>(value, std::numeric_limits<std::int32_t>::min(),
                                                                       std::numeric_limits<std::int32_t>::max())));
  };
  for (const std::int32_t threshold : {2, 4, 6, 256, 1000, 65'534, 1 << 20}) {
    for (std::int64_t code = -130; code <= 130; ++code)
      for (std::int64_t around = -1; around <= 1; ++around) probe(threshold, code * threshold - threshold / 2 + around);
    probe(threshold, std::numeric_limits<std::int32_t>::min());
    probe(threshold, std::numeric_limits<std::int32_t>::max());
  }
  for (const auto& [lo, hi] : {std::pair{-128, 127}, std::pair{0, 255}, std::pair{-1, 1 << 20}}) {
    encoder.lo = lo;
    encoder.hi = hi;
    Row codes = total;
    encode_row(encoder, 0, static_cast<std::int32_t>(codes.size()), codes.data());
    for (std::size_t i = 0; i < codes.size(); ++i)
      ASSERT_EQ(codes[i], code_at_rest(total[i], encoder.threshold[i], lo, hi)) << total[i] << encoder.threshold[i];
  }
}

TEST_P(ReferenceKernels, GiveTheSameNetwork) {
  const auto run = [] {
    std::vector<Activations> all;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      const Program program = random_program(seed);
      all.push_back(run_reference(program, random_input_codes(program, seed)));
    }
    const Program transformer = random_vit_program(3, 11, 72, 3, 2, 130);
    all.push_back(run_reference(transformer, random_input_codes(transformer, 1)));
    return all;
  };
  const auto here = run();
  HighwayTarget plain(highway_targets().back());
  EXPECT_EQ(here, run());
}

TEST(ReferenceThreads, GiveTheSameNetworkWithinAnImage) {
  const Program program = random_vit_program(5, 50, 192, 3, 2, 700);
  const Row codes = random_input_codes(program, 4);
  ASSERT_GT(dense_multiply_adds(program.stages[4]), 1'000'000) << "too little for threads";
  Activations one;
  tbb::task_arena(1).execute([&] { one = run_reference(program, codes); });
  for (const int threads : {2, 3, 7}) {
    const tbb::global_control allow(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
    tbb::task_arena(threads).execute([&] { EXPECT_EQ(run_reference(program, codes), one) << threads; });
    EXPECT_EQ(run_reference_batch(program, std::vector<Row>(5, codes), threads), std::vector(5, one)) << threads;
  }
}

}  // namespace
}  // namespace ranvier::workloads
