// SPDX-License-Identifier: Apache-2.0
// Runs with all tiles on Verilated cores that can be: from any checkpoint in mid-run they end with the same bytes, and
// many instances side by side do not disturb each other.
#include <gtest/gtest.h>

#include "tests/rtl/cosim/cosim_fixture.h"

namespace ranvier::rtl {
namespace {

using mapper::Schedule;
using sim::Fidelity;
using sim::testing::result_bytes;

TEST(CosimCheckpoint, ARunThatGoesOnEndsWithTheSameBytes) {
  for (const Schedule schedule : {Schedule::kStagedGraded, Schedule::kStagedUnary, Schedule::kAsynchronousUnary}) {
    for (const Fidelity fidelity : {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle}) {
      SCOPED_TRACE(::testing::Message() << "schedule " << static_cast<int>(schedule) << ", fidelity "
                                        << static_cast<int>(fidelity));
      const auto c = transformer_case(7, schedule);
      const auto images = sim::testing::checkpoint_images(*c, 7, 2);
      const sim::SimOptions options = all_on_rtl(*c, fidelity);
      const sim::RunResult whole = sim::simulate(c->problem, c->mapping, images, options);
      EXPECT_GT(whole.verilated_cycles, 0);
      EXPECT_GT(whole.lockstep_events_compared, 0);
      std::vector<sim::testing::Taken> taken;
      const auto every = std::max<std::int64_t>(1, static_cast<std::int64_t>(whole.steps.size()) / 4);
      EXPECT_EQ(result_bytes(sim::testing::run_taking(*c, images, options, taken, every)), result_bytes(whole));
      ASSERT_GE(taken.size(), 3U);
      for (const auto& t : taken) {
        SCOPED_TRACE(::testing::Message() << "image " << t.place.image << " step " << t.place.step);
        EXPECT_EQ(result_bytes(sim::testing::run_from(*c, images, options, t)), result_bytes(whole));
      }
    }
  }
}

// A core of its own context, told the same, does the same, whatever its neighbours are told between.
TEST(CosimInstances, DoNotDisturbEachOther) {
  const auto c = transformer_case(9, Schedule::kStagedGraded);
  const sim::SimOptions options = all_on_rtl(*c, Fidelity::kFast);
  std::size_t tile = 1;
  while (options.core_of_tile[tile] == nullptr) ++tile;
  const sim::TileSpec spec = sim::tile_spec(c->problem, TileId(tile));
  std::vector<std::unique_ptr<sim::CoreModel>> cores;
  for (int i = 0; i < 64; ++i) {
    cores.push_back(make_rtl_core(spec));
    cores.back()->begin_image();
  }
  const auto alone = make_rtl_core(spec);
  alone->begin_image();
  const mapper::Tile& shape = spec.tile;
  for (std::int32_t round = 0; round < 4; ++round) {
    const sim::Event event{shape.tokens.begin, shape.inputs.begin + round % shape.inputs.size(), 1 + round, 0};
    for (std::size_t i = 0; i < cores.size(); ++i) {
      if (i % 3 == 0) cores[i]->receive(event, Cycles(0));
      if (i % 3 == 1) cores[i]->receive({event.token, event.channel, -event.value, 0}, Cycles(0));
    }
    alone->receive(event, Cycles(0));
    std::vector<sim::Emission> expected;
    const Cycles cost = alone->fire(expected);
    for (std::size_t i = 0; i < cores.size(); ++i) {
      std::vector<sim::Emission> got;
      const Cycles took = cores[i]->fire(got);
      if (i % 3 != 0) continue;
      EXPECT_EQ(got, expected) << "instance " << i;
      EXPECT_EQ(took, cost);
    }
  }
  EXPECT_EQ(cores[63]->codes(), alone->codes());
}

}  // namespace
}  // namespace ranvier::rtl
