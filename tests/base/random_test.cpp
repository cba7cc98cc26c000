// SPDX-License-Identifier: Apache-2.0
// Counter-based random numbers: the published vectors of Philox, independence of order, bounds, rough uniformity.
#include "base/random.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <set>

namespace ranvier {
namespace {

TEST(Random, MatchesPhiloxKnownAnswer) {
  // Random123 1.14, tests/kat_vectors: philox4x64-10, counter and key all zero; first output word.
  EXPECT_EQ(random_u64(0, 0, 0, 0), 0x16554d9eca36314cULL);
}

TEST(Random, EveryPartOfTheKeyMatters) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed : {0, 1}) {
    for (std::uint64_t entity : {0ULL, 1ULL, 1ULL << 32}) {
      for (std::uint64_t step : {0ULL, 1ULL, 1ULL << 40}) {
        for (std::uint32_t draw : {0u, 1u}) seen.insert(random_u64(seed, entity, step, draw));
      }
    }
  }
  EXPECT_EQ(seen.size(), 2u * 3u * 3u * 2u);
}

TEST(Random, DrawsStayInBounds) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed, std::uint64_t entity, std::uint64_t step) {
    const auto n = *rc::gen::inRange<std::uint32_t>(1, 1000);
    RC_ASSERT(random_below(n, seed, entity, step) < n);
    const double u = random_unit(seed, entity, step);
    RC_ASSERT(u >= 0.0);
    RC_ASSERT(u < 1.0);
  }));
}

TEST(Random, IsUniformEnough) {
  // 80 000 draws in 8 bins: expected 10 000 each, standard deviation 94; 5 of them allowed.
  std::array<int, 8> bins{};
  for (std::uint64_t i = 0; i < 80'000; ++i) ++bins[random_below(8, 42, i, 0)];
  for (const int count : bins) EXPECT_NEAR(count, 10'000, 470);
}

}  // namespace
}  // namespace ranvier
