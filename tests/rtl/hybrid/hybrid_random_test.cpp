// SPDX-License-Identifier: Apache-2.0
// Constrained random: every kind of tile in lock-step with the behavioural core, on the fast model with 20 fixed seeds
// and one that is new in every run, and on the check model, whose assertions count too.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <random>

#include "rtl/hybrid/hybrid_bench.h"
#include "rtl/hybrid/hybrid_stimulus.h"

namespace ranvier::rtl {
namespace {

class HybridRandom : public testing::TestWithParam<std::string> {};

TEST_P(HybridRandom, FastModelEqualsTheBehaviouralCore) {
  std::int64_t events_in = 0, events_out = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const HybridSeedResult r = run_hybrid_seed(make_fast_hybrid_port(), seed, 24, GetParam());
    EXPECT_EQ(r.mismatch, "") << GetParam() << ", seed " << seed;
    events_in += r.events_in;
    events_out += r.events_out;
  }
  EXPECT_GT(events_in, 5000);
  if (GetParam() != "head" && GetParam() != "dense head") {
    EXPECT_GT(events_out, 500);
  }
}

TEST_P(HybridRandom, CheckModelEqualsTheBehaviouralCore) {
  for (std::uint64_t seed = 101; seed <= 102; ++seed) {
    const HybridSeedResult r =
        run_hybrid_seed(make_check_hybrid_port(static_cast<std::uint32_t>(seed)), seed, 6, GetParam());
    EXPECT_EQ(r.mismatch, "") << GetParam() << ", seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, HybridRandom, testing::ValuesIn(hybrid_kinds()), [](const auto& kind) {
  std::string name = kind.param;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
});

TEST(HybridFresh, ANewSeedEveryRun) {
  const std::uint64_t seed = std::random_device{}();
  std::cout << "hybrid seed " << seed << "\n";
  for (const std::string& kind : hybrid_kinds()) {
    const HybridSeedResult r = run_hybrid_seed(make_fast_hybrid_port(), seed, 24, kind);
    EXPECT_EQ(r.mismatch, "") << kind << ", seed " << seed;
  }
}

TEST(HybridSeed, RunsTheSameTwice) {
  const HybridSeedResult a = run_hybrid_seed(make_fast_hybrid_port(), 7, 20);
  const HybridSeedResult b = run_hybrid_seed(make_fast_hybrid_port(), 7, 20);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.cycles, b.cycles);
  EXPECT_EQ(a.events_out, b.events_out);
}

}  // namespace
}  // namespace ranvier::rtl
