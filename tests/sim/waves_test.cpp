// SPDX-License-Identifier: Apache-2.0
// Waves of a level: which step sends what, and that no number but times and steps depends on them.
#include "mapper/waves.h"

#include <gtest/gtest.h>

#include "mapper/cost.h"
#include "sim/firing_rule.h"
#include "sim/wave_emissions.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::sim {
namespace {

using mapper::Schedule;

TEST(Waves, DealChannelsInTurnTokensAGoldenSectionApart) {
  mapper::Tile tile;
  tile.tokens = {4, 9};
  tile.outputs = {2, 5};
  EXPECT_EQ(mapper::most_waves(tile), 15);
  std::vector<std::int32_t> waves;
  for (std::int32_t t = 4; t < 9; ++t)
    for (std::int32_t c = 2; c < 5; ++c) {
      EXPECT_EQ(mapper::WaveRule(tile, 1)(t, c), 0);
      waves.push_back(mapper::WaveRule(tile, 4)(t, c));
    }
  EXPECT_EQ(waves,
            (std::vector<std::int32_t>{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2}));  // 2 of 4 shares a factor: 3
}

// Flows are rectangles of tokens and channels: each has its share in every wave.
TEST(Waves, ShareEveryFlowOutEvenly) {
  mapper::Tile tile;
  tile.tokens = {0, 50};
  tile.outputs = {0, 256};
  for (const std::int32_t waves : {3, 8, 48, 64, 128})
    for (const mapper::Range tokens : {mapper::Range{0, 50}, mapper::Range{10, 35}})
      for (const mapper::Range channels : {mapper::Range{0, 256}, mapper::Range{64, 128}, mapper::Range{16, 32}}) {
        std::vector<std::int32_t> sent(static_cast<std::size_t>(waves));
        for (std::int32_t t = tokens.begin; t < tokens.end; ++t)
          for (std::int32_t c = channels.begin; c < channels.end; ++c)
            ++sent[static_cast<std::size_t>(mapper::WaveRule(tile, waves)(t, c))];
        const double share = static_cast<double>(tokens.size()) * channels.size() / waves;
        EXPECT_LE(*std::max_element(sent.begin(), sent.end()), share + 4) << waves;
        EXPECT_GE(*std::min_element(sent.begin(), sent.end()), share - 4) << waves;
      }
}

TEST(Waves, AreStepsOfTheirLevel) {
  FiringRule rule(Schedule::kStagedGraded, {0, 1, 1, 2}, 0, false, {1, 3});
  rule.begin_image();
  std::vector<std::pair<std::size_t, std::int32_t>> steps;
  for (; !rule.done(); rule.end_step(true, false)) {
    steps.emplace_back(rule.level(), rule.wave());
    EXPECT_FALSE(rule.asks_for_rest());
    EXPECT_EQ(rule.firing().size(), rule.level() == 1 ? 2u : 1u);
  }
  EXPECT_EQ(steps, (std::vector<std::pair<std::size_t, std::int32_t>>{{0, 0}, {1, 0}, {1, 1}, {1, 2}, {2, 0}}));
}

TEST(Waves, AreNestedInAPassOfTheUnarySchedule) {
  FiringRule rule(Schedule::kStagedUnary, {0, 1}, 0, false, {2, 3});
  rule.begin_image();
  std::string asked;
  int passes = 0;
  for (; !rule.done();) {
    const bool last = rule.asks_for_rest();
    asked += last ? 'y' : 'n';
    EXPECT_EQ(last, rule.wave() + 1 == rule.waves());
    rule.end_step(true, last && passes++ == 0);  // level 0 asks for a second pass, level 1 for none
  }
  EXPECT_EQ(asked, "nynynny");
}

TEST(Waves, DealOutEventsAndCycles) {
  mapper::Tile tile;
  tile.tokens = {10, 14};
  tile.outputs = {0, 2};
  WaveEmissions waves(2);
  std::vector<Emission> fired{{10, 0, 1, Cycles(5)}, {11, 0, 1, Cycles(7)},  {12, 1, 2, Cycles(8)},
                              {10, 1, 3, Cycles(9)}, {13, 0, 4, Cycles(15)}, {13, 1, 5, Cycles(16)}};
  EXPECT_EQ(waves.deal(TileId(1), tile, 3, Cycles(20), fired), Cycles(5 + 1 + 6));  // (t + c) mod 3
  EXPECT_EQ(fired, (std::vector<Emission>{{10, 0, 1, Cycles(5)}, {12, 1, 2, Cycles(6)}, {13, 0, 4, Cycles(12)}}));
  std::vector<Emission> out;
  EXPECT_EQ(waves.take(TileId(1), 1, out), Cycles(2 + 1 + 1));
  EXPECT_EQ(out, (std::vector<Emission>{{11, 0, 1, Cycles(2)}, {10, 1, 3, Cycles(3)}, {13, 1, 5, Cycles(4)}}));
  EXPECT_EQ(waves.take(TileId(1), 2, out), Cycles(4));  // behind the last event
  EXPECT_TRUE(out.empty());
}

struct Kind {
  Fidelity fidelity;
  Schedule schedule;
};

class EveryWave : public ::testing::TestWithParam<Kind> {};

/// The same network and placement, all in one wave and in several.
TEST_P(EveryWave, ChangesTimesAndStepsAlone) {
  const auto [fidelity, schedule] = GetParam();
  SimOptions options;
  options.fidelity = fidelity;
  int more = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const auto c = testing::random_case(workloads::random_program(seed), testing::small_board(8, 8), schedule, seed);
    const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, seed)};
    const RunResult one = simulate(c->problem, c->mapping, images, options);
    testing::give_waves(*c, seed);
    const RunResult several = simulate(c->problem, c->mapping, images, options);
    EXPECT_TRUE(several.images[0].exact) << seed;
    EXPECT_EQ(several.images[0].logits, one.images[0].logits);
    for (std::size_t s = 0; s < one.layers.size(); ++s) {
      const LayerResult &a = one.layers[s], &b = several.layers[s];
      EXPECT_EQ(b.events, a.events) << a.name;
      EXPECT_EQ(b.adds, a.adds);
      EXPECT_EQ(b.multiply_adds, a.multiply_adds);
      EXPECT_EQ(b.packets, a.packets);
      EXPECT_EQ(b.flit_hops, a.flit_hops);
      EXPECT_EQ(b.busy, a.busy);
      for (const Component part : {Component::kEventEmit, Component::kSpike, Component::kRouterHop})
        EXPECT_EQ(b.energy[static_cast<std::size_t>(part)], a.energy[static_cast<std::size_t>(part)]);
    }
    more += several.images[0].steps > one.images[0].steps ? 1 : 0;
    if (schedule != Schedule::kStagedGraded) continue;
    std::int32_t steps = 0;
    for (std::int32_t l = 0; l < one.images[0].steps; ++l) steps += c->mapping.waves_of(static_cast<std::size_t>(l));
    EXPECT_EQ(several.images[0].steps, steps) << seed;
    EXPECT_EQ(mapper::estimate(c->problem, c->mapping).steps, steps);
  }
  EXPECT_GT(more, 2);
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryWave,
                         ::testing::Values(Kind{Fidelity::kCycle, Schedule::kStagedGraded},
                                           Kind{Fidelity::kFast, Schedule::kStagedGraded},
                                           Kind{Fidelity::kAnalytic, Schedule::kStagedGraded},
                                           Kind{Fidelity::kCycle, Schedule::kStagedUnary},
                                           Kind{Fidelity::kFast, Schedule::kStagedUnary},
                                           Kind{Fidelity::kAnalytic, Schedule::kStagedUnary}));

/// fc of two tokens on core 1, in one wave and in two.
TEST(Waves, CostASynchronisation) {
  const auto c = testing::tiny_case();
  const std::vector<std::vector<std::int32_t>> images{{3, 1, 2, 3}};
  SimOptions options;
  const RunResult one = simulate(c->problem, c->mapping, images, options);
  c->mapping.waves = {1, 2};
  const RunResult two = simulate(c->problem, c->mapping, images, options);
  ASSERT_EQ(one.steps.size(), 4u);  // levels 0 to 2 and the reading of the potentials
  ASSERT_EQ(two.steps.size(), 5u);
  EXPECT_EQ(two.steps[0].duration, one.steps[0].duration);
  EXPECT_EQ(two.steps[1].events + two.steps[2].events, one.steps[1].events);
  EXPECT_GT(two.steps[1].events, 0);
  EXPECT_GT(two.steps[2].events, 0);
  const Duration barrier = chips::clock_period(c->problem.board.chip) * 10;
  EXPECT_GE(two.steps[1].duration + two.steps[2].duration, one.steps[1].duration + barrier);
  EXPECT_EQ(two.images[0].logits, one.images[0].logits);
}

}  // namespace
}  // namespace ranvier::sim
