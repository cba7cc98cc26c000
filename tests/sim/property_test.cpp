// SPDX-License-Identifier: Apache-2.0
// The rule of the house: any legal mapping, any delay in the network, any schedule, any fidelity gives the same
// integers as the reference, and the same arguments the same numbers.
#include <gtest/gtest.h>

#include <tuple>

#include "sim/simulate.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/executor.h"
#include "workloads/random_program.h"
#include "workloads/reference.h"

namespace ranvier::sim {
namespace {

using mapper::Schedule;
using testing::Case;

constexpr Schedule kSchedules[] = {Schedule::kStagedGraded, Schedule::kStagedUnary, Schedule::kAsynchronousUnary};
constexpr Fidelity kFidelities[] = {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle};

/// Board whose core limits, FIFO and step protocol are drawn too: small limits cut stages into many tiles, input slices
/// included; small FIFOs push back into the network.
chips::Board random_board(std::uint64_t seed) {
  const auto draw = [&](std::uint32_t n, std::uint64_t what) { return random_below(n, seed, what, 7); };
  chips::Board board = draw(2, 0) == 0 ? testing::small_board(8, 8) : testing::small_board(4, 5, 3, 2);
  chips::CoreKind& core = board.chip.core;
  const std::int64_t limits[] = {12, 24, 64};
  core.neurons.value = limits[draw(3, 1)];
  core.fan_in_axons.value = limits[draw(3, 2)];
  core.receive_fifo_events.value = 1 + draw(8, 3);
  core.bulk_memory.value = Bytes(draw(2, 4) == 0 ? 0 : 1 << 16);
  core.bulk_bytes_per_cycle.value = core.bulk_memory.value.count() > 0 ? 4 : 0;
  board.chip.max_delay_steps.value = draw(2, 5) == 0 ? 0 : 64;
  if (draw(2, 6) == 0) board.chip.sync.policy = chips::SyncPolicy::kFixedPhase;
  return board;
}

/// Of growing boards the first on which the program fits.
std::unique_ptr<Case> fitting_case(std::uint64_t seed, Schedule schedule) {
  for (chips::Board board = random_board(seed);;) {
    try {
      return testing::random_case(workloads::random_program(seed), board, schedule, seed);
    } catch (const mapper::DoesNotFit&) {
      board.chip.core.neurons.value *= 2;
      board.chip.core.fan_in_axons.value *= 2;
    }
  }
}

void expect_same(const RunResult& a, const RunResult& b) {
  EXPECT_EQ(a.total_energy, b.total_energy);
  EXPECT_EQ(a.total_time, b.total_time);
  EXPECT_EQ(std::tie(a.events, a.synops, a.packets, a.flit_hops, a.hops, a.max_link_load),
            std::tie(b.events, b.synops, b.packets, b.flit_hops, b.hops, b.max_link_load));
  EXPECT_EQ(a.profile.flow_events, b.profile.flow_events);
  EXPECT_EQ(a.profile.tile_cycles, b.profile.tile_cycles);
  EXPECT_EQ(a.profile.link_flits, b.profile.link_flits);
  ASSERT_EQ(a.ledger.size(), b.ledger.size());
  for (std::size_t i = 0; i < a.ledger.size(); ++i) {
    EXPECT_EQ(a.ledger[i].count, b.ledger[i].count);
    EXPECT_EQ(a.ledger[i].energy, b.ledger[i].energy);
  }
  ASSERT_EQ(a.steps.size(), b.steps.size());
  for (std::size_t i = 0; i < a.steps.size(); ++i) EXPECT_EQ(a.steps[i].duration, b.steps[i].duration);
}

TEST(AnyMapping, GivesTheIntegersOfTheReference) {
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    const Schedule schedule = kSchedules[seed % 3];
    const auto c = fitting_case(seed, schedule);
    SCOPED_TRACE(::testing::Message() << "seed " << seed << ", " << c->problem.tiles.size() << " tiles");
    ASSERT_TRUE(mapper::verify(c->problem, c->mapping).empty()) << mapper::verify(c->problem, c->mapping)[0].text;
    const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, 2 * seed),
                                                        workloads::random_input_codes(c->program, 2 * seed + 1)};
    for (const Fidelity fidelity : kFidelities) {
      SimOptions options;
      options.fidelity = fidelity;
      options.network.seed = seed;
      options.network.random_delay_cycles = static_cast<std::int32_t>(random_below(60, seed, 3, 0));
      const RunResult result = simulate(c->problem, c->mapping, images, options);
      ASSERT_EQ(result.images.size(), images.size());
      for (std::size_t i = 0; i < images.size(); ++i) {
        EXPECT_TRUE(result.images[i].exact) << "fidelity " << static_cast<int>(fidelity) << " image " << i;
        EXPECT_EQ(result.images[i].logits, workloads::run_reference(c->program, images[i]).logits);
      }
      expect_same(result, simulate(c->problem, c->mapping, images, options));
    }
  }
}

TEST(AnyMapping, CountsTheSameWorkAtEveryFidelity) {
  for (std::uint64_t seed = 31; seed <= 36; ++seed) {
    SCOPED_TRACE(seed);
    const auto c = fitting_case(seed, kSchedules[seed % 3]);
    const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, seed)};
    std::vector<RunResult> results;
    for (const Fidelity fidelity : kFidelities) {
      SimOptions options;
      options.fidelity = fidelity;
      results.push_back(simulate(c->problem, c->mapping, images, options));
    }
    for (const RunResult& r : results) {
      EXPECT_EQ(r.events, results[0].events);
      EXPECT_EQ(r.synops, results[0].synops);
      EXPECT_EQ(r.packets, results[0].packets);
      EXPECT_EQ(r.flit_hops, results[0].flit_hops);
      EXPECT_EQ(r.profile.link_flits, results[0].profile.link_flits);
      EXPECT_EQ(r.profile.flow_events, results[0].profile.flow_events);
      for (std::size_t s = 0; s < r.layers.size(); ++s) {
        EXPECT_EQ(r.layers[s].events_by_step, results[0].layers[s].events_by_step);
      }
    }
  }
}

// Where no stage is cut by inputs and no delay is inserted, chip and functional engine run the same steps.
TEST(AnyMapping, WithWholeInputsStepsAreThoseOfTheFunctionalEngine) {
  for (std::uint64_t seed = 41; seed <= 46; ++seed) {
    for (const Schedule schedule : kSchedules) {
      SCOPED_TRACE(::testing::Message() << "seed " << seed << " schedule " << static_cast<int>(schedule));
      const auto c = testing::random_case(workloads::random_program(seed), testing::small_board(8, 8), schedule, seed);
      const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, seed)};
      const workloads::SpikingRun engine = workloads::run_spiking(c->program, images[0], schedule);
      const RunResult chip = simulate(c->problem, c->mapping, images);
      EXPECT_EQ(chip.events, engine.events());
      EXPECT_EQ(chip.synops, engine.synops());
      for (std::size_t s = 0; s < chip.layers.size(); ++s) {
        std::vector<std::int64_t> by_step = chip.layers[s].events_by_step;
        ASSERT_GE(by_step.size(), engine.stages[s].events_by_step.size());
        for (std::size_t t = engine.stages[s].events_by_step.size(); t < by_step.size(); ++t) EXPECT_EQ(by_step[t], 0);
        by_step.resize(engine.stages[s].events_by_step.size());
        EXPECT_EQ(by_step, engine.stages[s].events_by_step) << chip.layers[s].name;
        EXPECT_EQ(chip.layers[s].adds, engine.stages[s].adds) << chip.layers[s].name;
        EXPECT_EQ(chip.layers[s].multiply_adds, engine.stages[s].multiply_adds) << chip.layers[s].name;
      }
    }
  }
}

}  // namespace
}  // namespace ranvier::sim
