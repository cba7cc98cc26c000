// SPDX-License-Identifier: Apache-2.0
// Stages on spiking cores, on the same cores in dense mode, on a device: the integers never change.
#include <gtest/gtest.h>

#include "mapper/cost.h"
#include "mapper/engine_work.h"
#include "mapper/mapper.h"
#include "sim/engine_cores.h"
#include "sim/simulate.h"
#include "tests/chips/small_device.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"
#include "workloads/reference.h"

namespace ranvier::sim {
namespace {

using mapper::Engine;
using mapper::Schedule;
using testing::Case;

chips::Board hybrid_board(std::int32_t width, std::int32_t height) {
  chips::Board board = testing::small_board(width, height);
  board.chip.core.dense_lanes.value = 8;
  board.chip.energy.dense_multiply_add.value = Energy(17);
  board.device = chips::testing::small_device();
  return board;
}

std::unique_ptr<Case> mapped(workloads::Program program, const chips::Board& board,
                             const std::vector<Engine>& engines) {
  auto c = std::make_unique<Case>();
  c->program = std::move(program);
  mapper::TilingOptions options;
  options.engines = engines;
  c->problem = mapper::make_problem(c->program, board, Schedule::kStagedGraded, options);
  mapper::MapOptions how;
  how.place.moves = 50;
  c->mapping = mapper::map_program(c->problem, how);
  const auto findings = mapper::verify(c->problem, c->mapping);
  EXPECT_TRUE(findings.empty()) << findings[0].text;
  return c;
}

RunResult run(const Case& c, const std::vector<std::int32_t>& image, Fidelity fidelity) {
  SimOptions options;
  options.fidelity = fidelity;
  return simulate(c.problem, c.mapping, std::vector<std::vector<std::int32_t>>{image}, options);
}

constexpr Fidelity kFidelities[] = {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle};

TEST(AnySplit, GivesTheIntegersOfTheReference) {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    chips::Board board = hybrid_board(8, 8);
    const std::int64_t limits[] = {12, 24, 64};
    board.chip.core.neurons.value = limits[random_below(3, seed, 1, 9)];
    board.chip.core.fan_in_axons.value = limits[random_below(3, seed, 2, 9)];
    if (random_below(2, seed, 3, 9) == 0) board.chip.sync.policy = chips::SyncPolicy::kFixedPhase;
    const workloads::Program program = workloads::random_program(seed);
    std::vector<Engine> engines(program.stages.size(), Engine::kSpiking);
    for (std::size_t s = 1; s < engines.size(); ++s) engines[s] = static_cast<Engine>(random_below(3, seed, s, 8));
    std::unique_ptr<Case> c;
    while (!c) {
      try {
        c = mapped(program, board, engines);
      } catch (const mapper::DoesNotFit&) {
        board.chip.core.neurons.value *= 2;
        board.chip.core.fan_in_axons.value *= 2;
      }
    }
    const auto image = workloads::random_input_codes(c->program, seed);
    std::vector<RunResult> results;
    for (const Fidelity fidelity : kFidelities) {
      SCOPED_TRACE(::testing::Message() << "seed " << seed << " fidelity " << static_cast<int>(fidelity));
      results.push_back(run(*c, image, fidelity));
      ASSERT_EQ(results.back().images.size(), 1u);
      EXPECT_TRUE(results.back().images[0].exact);
      EXPECT_EQ(results.back().images[0].logits, workloads::run_reference(c->program, image).logits);
      EXPECT_EQ(results.back().events, results[0].events);
      EXPECT_EQ(results.back().packets, results[0].packets);
      EXPECT_EQ(results.back().profile.flow_events, results[0].profile.flow_events);
      Energy sum;
      for (const LedgerEntry& e : results.back().ledger) sum += e.energy;
      EXPECT_EQ(sum, results.back().total_energy);
    }
  }
}

TEST(Device, AloneTakesNoPowerOfTheChip) {
  const auto c =
      mapped(testing::tiny_program(), hybrid_board(2, 2), {Engine::kSpiking, Engine::kOffload, Engine::kOffload});
  for (const Fidelity fidelity : kFidelities) {
    const RunResult r = run(*c, {1, 2, 3, 0}, fidelity);
    EXPECT_TRUE(r.images[0].exact);
    EXPECT_TRUE(r.cores.empty());
    EXPECT_EQ(r.packets, 0);
    for (const LedgerEntry& e : r.ledger) {
      EXPECT_GE(static_cast<int>(e.component), static_cast<int>(Component::kDeviceCompute)) << e.count;
    }
  }
}

}  // namespace
}  // namespace ranvier::sim
