// SPDX-License-Identifier: Apache-2.0
// The generator of random programs must stay worth testing with: every kind of stage, codes that vary, logits that
// depend on the input.
#include "workloads/random_program.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "workloads/reference.h"

namespace ranvier::workloads {
namespace {

TEST(RandomProgram, IsTheSameForTheSameSeed) {
  const Program a = random_program(7);
  const Program b = random_program(7);
  ASSERT_EQ(a.stages.size(), b.stages.size());
  for (std::size_t s = 0; s < a.stages.size(); ++s) {
    EXPECT_EQ(a.stages[s].name, b.stages[s].name);
    EXPECT_EQ(a.stages[s].linear.weight, b.stages[s].linear.weight);
    EXPECT_EQ(a.stages[s].encoder.threshold, b.stages[s].encoder.threshold);
  }
  EXPECT_EQ(random_input_codes(a, 1), random_input_codes(b, 1));
  EXPECT_NE(random_input_codes(a, 1), random_input_codes(a, 2));
}

TEST(RandomProgram, HasEveryKindAndShapesThatFit) {
  std::map<StageKind, int> kinds;
  std::set<std::int32_t> heads;
  int fewer_tokens = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Program program = random_program(seed);
    for (std::size_t s = 0; s < program.stages.size(); ++s) {
      const Stage& stage = program.stages[s];
      ++kinds[stage.kind];
      if (stage.kind == StageKind::kScores) heads.insert(stage.heads);
      ASSERT_EQ(stage.channels % stage.heads, 0);
      std::set<StageId> distinct;
      for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
        const StageInput& in = stage.inputs[port];
        ASSERT_LT(in.stage.value(), s);
        ASSERT_TRUE(distinct.insert(in.stage).second);
        const Stage& from = program.stage(in.stage);
        if (port == 0 || stage.kind == StageKind::kAdd || stage.kind == StageKind::kLayerNorm) {
          ASSERT_GE(from.tokens, stage.tokens);
          ASSERT_EQ(from.channels, stage.in_channels);
          if (from.tokens > stage.tokens) ++fewer_tokens;
        }
      }
      if (stage.encoder.present) {
        ASSERT_EQ(stage.encoder.threshold.size(), static_cast<std::size_t>(stage.channels));
        for (const std::int32_t theta : stage.encoder.threshold) {
          ASSERT_TRUE(theta > 0 && theta % 2 == 0);
        }
      }
    }
    ASSERT_EQ(program.stages.back().kind, StageKind::kLinear);
    ASSERT_FALSE(program.stages.back().encoder.present);
  }
  EXPECT_EQ(kinds.size(), 7u);
  for (const auto& [kind, count] : kinds) EXPECT_GE(count, 50) << static_cast<int>(kind);
  EXPECT_EQ(heads, (std::set<std::int32_t>{1, 2, 3}));
  EXPECT_GT(fewer_tokens, 50);
}

TEST(RandomProgram, HasCodesThatVaryAndLogitsThatSeeTheInput) {
  std::map<StageKind, std::int64_t> codes;
  std::map<StageKind, std::int64_t> zero;
  std::map<StageKind, std::int64_t> clipped;
  int blind = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Program program = random_program(seed);
    const Activations result = run_reference(program, random_input_codes(program, 1));
    if (result.logits == run_reference(program, random_input_codes(program, 2)).logits) ++blind;
    for (std::size_t s = 0; s < program.stages.size(); ++s) {
      const Stage& stage = program.stages[s];
      if (!stage.encoder.present) continue;
      for (const std::int32_t code : result.codes[s]) {
        ++codes[stage.kind];
        zero[stage.kind] += code == 0;
        clipped[stage.kind] += code == stage.encoder.lo || code == stage.encoder.hi;
      }
    }
  }
  for (const auto& [kind, count] : codes) {
    EXPECT_LT(zero[kind], count * 6 / 10) << static_cast<int>(kind);
    EXPECT_LT(clipped[kind], count * 6 / 10) << static_cast<int>(kind);
    EXPECT_GT(clipped[kind], 0) << static_cast<int>(kind);
  }
  EXPECT_LT(blind, 30) << "of 100: small codes lose small differences";
}

}  // namespace
}  // namespace ranvier::workloads
