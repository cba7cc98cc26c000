// SPDX-License-Identifier: Apache-2.0
// Stages on spiking cores, on the same cores in dense mode, on a device: the integers never change.
#include <gtest/gtest.h>

#include "mapper/cost.h"
#include "mapper/dense_cost.h"
#include "mapper/engine_work.h"
#include "mapper/hybrid.h"
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

Energy energy_of(const RunResult& r, Component component, std::int64_t* count = nullptr) {
  Energy sum;
  for (const LedgerEntry& e : r.ledger) {
    if (e.component != component) continue;
    sum += e.energy;
    if (count != nullptr) *count += e.count;
  }
  return sum;
}

mapper::DenseCost cost_of(const Case& c, std::size_t stage) {
  return mapper::dense_cost(*c.problem.board.device, mapper::dense_work_of(c.program, StageId(stage)), 1,
                            mapper::Precision::kInt8);
}

TEST(Device, AloneTakesItsTransfersAndItsOperators) {
  const auto c =
      mapped(testing::tiny_program(), hybrid_board(2, 2), {Engine::kSpiking, Engine::kOffload, Engine::kOffload});
  const mapper::DenseCost fc = cost_of(*c, 1), head = cost_of(*c, 2);
  for (const Fidelity fidelity : kFidelities) {
    const RunResult r = run(*c, {1, 2, 3, 0}, fidelity);
    ASSERT_EQ(r.steps.size(), 4u);
    // 2 ns a cycle of the device. 4 input codes of a byte: 25 + 1 cycles; two potentials of 4 bytes: 25 + 2.
    EXPECT_EQ(r.steps[0].duration, Duration(52'000'000));
    EXPECT_EQ(r.steps[1].duration, fc.total);
    EXPECT_EQ(r.steps[2].duration, head.total);
    EXPECT_EQ(r.steps[3].duration, Duration(54'000'000));
    EXPECT_EQ(energy_of(r, Component::kDeviceLink), Energy(13 * (4 + 8)));
    EXPECT_EQ(energy_of(r, Component::kDeviceCompute),
              fc.compute + fc.vector_energy + head.compute + head.vector_energy);
    EXPECT_EQ(energy_of(r, Component::kDeviceMemory),
              fc.memory_energy + fc.buffer_energy + head.memory_energy + head.buffer_energy);
    EXPECT_EQ(energy_of(r, Component::kDeviceStatic), energy_over(Power(777), r.total_time));
    const mapper::Metrics estimated = mapper::estimate(c->problem, c->mapping);
    EXPECT_EQ(estimated.latency, r.total_time);
    EXPECT_EQ(estimated.energy, r.total_energy);
    EXPECT_EQ(estimated.cores, 0);
    EXPECT_EQ(estimated.chips, 0);
  }
}

TEST(Device, TakesEventsOfTheChipAfterAllAreThere) {
  const auto c =
      mapped(testing::tiny_program(), hybrid_board(2, 2), {Engine::kSpiking, Engine::kSpiking, Engine::kOffload});
  for (const Fidelity fidelity : kFidelities) {
    SCOPED_TRACE(static_cast<int>(fidelity));
    const RunResult r = run(*c, {3, 3, 3, 0}, fidelity);
    EXPECT_TRUE(r.images[0].exact);
    ASSERT_EQ(r.steps.size(), 4u);
    // The head takes token 0 alone: 3 values of a byte, then two potentials.
    EXPECT_EQ(energy_of(r, Component::kDeviceLink), Energy(13 * (3 + 8)));
    // The chip ends two steps; the third is the device's.
    std::int64_t ends = 0;
    energy_of(r, Component::kStepSync, &ends);
    EXPECT_EQ(ends, 2);
    EXPECT_EQ(r.steps[2].duration, cost_of(*c, 2).total);
    // The transfer of 26 cycles at 2 ns and the barrier of 10 cycles come after what the chip does.
    EXPECT_GE(r.steps[1].duration.count(), (52 + 10) * 1'000'000LL + r.steps[1].network.count() * 1'000'000LL);
  }
}

TEST(ChosenSplit, IsSimulatedNoWorseThanThePureChoices) {
  int mixed = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const workloads::Program program = workloads::random_program(seed);
    chips::Board board = hybrid_board(8, 8);
    // A device near enough, with operators that begin about as fast as the chip ends a step: neither is better at all.
    board.device->launch_cycles.value = 20 + 5 * static_cast<std::int64_t>(seed);
    board.device->link_latency_cycles.value = 2;
    board.device->static_device.value = board.chip.energy.static_chip.value = Power(200);
    const auto image = workloads::random_input_codes(program, seed);
    const auto objective = static_cast<mapper::Objective>(seed % 3);
    mapper::MapOptions how;
    how.place.moves = 50;
    const mapper::EngineChoice choice = mapper::choose_engines(
        program, board, Schedule::kStagedGraded, {}, how, objective, [&](const auto& problem, const auto& mapping) {
          const RunResult r = simulate(problem, mapping, std::vector<std::vector<std::int32_t>>{image});
          EXPECT_TRUE(r.images[0].exact);
          return mapper::Measured{r.total_time, r.total_energy};
        });
    const RunResult again = simulate(choice.problem, choice.mapping, std::vector<std::vector<std::int32_t>>{image});
    const mapper::Alternative& chosen = choice.alternatives.back();
    ASSERT_TRUE(chosen.measured.has_value());
    EXPECT_EQ(chosen.measured->latency, again.total_time);
    EXPECT_EQ(chosen.measured->energy, again.total_energy);
    for (const mapper::Alternative& a : choice.alternatives) {
      ASSERT_TRUE(a.fits && a.measured) << a.name << ": " << a.reason;
      EXPECT_LE(chosen.value(objective), a.value(objective)) << "seed " << seed << " " << a.name;
    }
    mixed += std::count(choice.engines.begin() + 1, choice.engines.end(), choice.engines[1]) !=
             static_cast<std::ptrdiff_t>(choice.engines.size()) - 1;
  }
  EXPECT_GE(mixed, 1);  // else the test shows nothing of splits
}

TEST(DenseMode, PaysProductsWhenItFires) {
  const workloads::Program program = testing::tiny_program();
  const chips::Board board = hybrid_board(2, 2);
  mapper::Tile tile{StageId(1), {0, 3}, {0, 2}, {0, 2}, {}, {}, {}};
  tile.engine = Engine::kDense;
  TileSpec spec{&program, tile, &board.chip.core, true};
  const auto spiking = make_behavioural_core(spec);
  for (const bool zeros : {false, true}) {
    spec.sends_zeros = zeros;
    const auto dense = make_dense_core(spec);
    dense->begin_image();
    spiking->begin_image();
    for (const Event& e : {Event{0, 0, 1, 0}, Event{0, 1, 3, 0}, Event{1, 0, 2, 0}}) {
      EXPECT_EQ(dense->receive(e, Cycles(0)), Cycles(2));  // stored; the same core in spiking mode takes one more
      EXPECT_EQ(spiking->receive(e, Cycles(0)), Cycles(3));
    }
    std::vector<Emission> sent, expected;
    const Cycles cost = dense->fire(sent);
    spiking->fire(expected);
    EXPECT_EQ(dense->codes(), spiking->codes());
    const auto events = static_cast<std::int64_t>(zeros ? 6 : expected.size());
    // 2 tokens x 2 inputs x 3 outputs in 8 lanes: 2 cycles; 6 contexts in 4 lanes: 2.
    EXPECT_EQ(cost, Cycles(2 + 2 + events));
    EXPECT_EQ(dense->counters().dense_multiply_adds, 12);
    EXPECT_EQ(dense->counters().synapse_reads, 0);
    EXPECT_EQ(dense->counters().multiply_adds, 0);
    EXPECT_EQ(dense->counters().events_out, events);
    EXPECT_EQ(dense->counters().busy, Cycles(6 + 4 + events));
    ASSERT_EQ(sent.size(), static_cast<std::size_t>(events));
    for (std::size_t i = 1; i < sent.size(); ++i) EXPECT_LT(sent[i - 1].at, sent[i].at);
    EXPECT_EQ(sent.back().at, cost);
    std::erase_if(sent, [](const Emission& e) { return e.value == 0; });
    ASSERT_EQ(sent.size(), expected.size());
    for (std::size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(sent[i].value, expected[i].value);
    // A checkpoint brings everything back.
    const auto state = dense->save();
    const CoreCounters counters = dense->counters();
    dense->begin_image();
    dense->restore(state);
    EXPECT_EQ(dense->counters(), counters);
    EXPECT_EQ(dense->codes(), spiking->codes());
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
