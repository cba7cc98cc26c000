// SPDX-License-Identifier: Apache-2.0
// Constrained random: 20 fixed seeds and a fresh one, 2 000 steps each, on the fast and the check build of
// rv_plastic_core.
#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "base/random.h"
#include "rtl/plastic/plastic_bench.h"

namespace ranvier::rtl {
namespace {

TEST(PlasticRegressionSlow, TwentySeedsAndAFreshOne) {
  const std::unique_ptr<RegressionCore> core = make_plastic_regression(1);
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t i = 0; i < 20; ++i) seeds.push_back(random_u64(1, i, 0) >> 11);
  seeds.push_back(std::random_device{}());
  std::cout << "fresh seed " << seeds.back() << "\n";
  for (const std::uint64_t seed : seeds) {
    const SeedOutcome outcome = core->run(seed, 2000);
    ASSERT_FALSE(outcome.mismatch) << outcome.mismatch->message();
    EXPECT_TRUE(outcome.result.passed);
  }
  for (const auto& [name, hits] : core->bins()) EXPECT_GT(hits, 0) << name;
}

}  // namespace
}  // namespace ranvier::rtl
