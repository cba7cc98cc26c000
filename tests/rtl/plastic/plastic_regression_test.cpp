// SPDX-License-Identifier: Apache-2.0
// A short run of the random bench, on both builds; seeds repeat themselves.
#include <gtest/gtest.h>

#include "base/random.h"
#include "rtl/plastic/plastic_bench.h"

namespace ranvier::rtl {
namespace {

TEST(PlasticRegression, ShortSeeds) {
  const std::unique_ptr<RegressionCore> core = make_plastic_regression(1);
  for (std::uint64_t i = 0; i < 12; ++i) {
    const SeedOutcome outcome = core->run(random_u64(1, i, 0) >> 11, 100);
    ASSERT_FALSE(outcome.mismatch) << outcome.mismatch->message();
    EXPECT_GT(outcome.result.events_in, 0);
  }
  EXPECT_GT(core->bins().at("potentiated"), 0);
  EXPECT_GT(core->bins().at("depressed"), 0);
}

TEST(PlasticRegression, ASeedIsTheSameRunAfterOthers) {
  const std::unique_ptr<PlasticCorePort> first = make_check_plastic_port(1), second = make_check_plastic_port(2);
  Bins a, b, ignored;
  run_plastic_seed(*second, 99, 20, ignored);
  const SeedOutcome x = run_plastic_seed(*first, 5, 40, a), y = run_plastic_seed(*second, 5, 40, b);
  EXPECT_FALSE(x.mismatch || y.mismatch);
  EXPECT_EQ(x.result.cycles, y.result.cycles);
  EXPECT_EQ(x.result.events_out, y.result.events_out);
  EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace ranvier::rtl
