// SPDX-License-Identifier: Apache-2.0
// The ledger adds up, to the attojoule, whichever way one sums it.
#include "sim/ledger.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "mapper/mesh.h"
#include "sim/simulate.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::sim {
namespace {

TEST(SplitExactly, GivesLargestRemaindersFirst) {
  EXPECT_EQ(split_exactly(10, std::vector<std::int64_t>{1, 1, 1}), (std::vector<std::int64_t>{4, 3, 3}));
  EXPECT_EQ(split_exactly(10, std::vector<std::int64_t>{2, 0, 3}), (std::vector<std::int64_t>{4, 0, 6}));
  EXPECT_EQ(split_exactly(1, std::vector<std::int64_t>{1, 2}), (std::vector<std::int64_t>{0, 1}));
  EXPECT_THROW(split_exactly(1, std::vector<std::int64_t>{0, 0}), std::logic_error);
}

TEST(SplitExactly, PartsAddUpAndStayWithinOneOfTheirShare) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::vector<std::int64_t> weights(1 + random_below(20, seed, 0, 0));
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = random_below(1000, seed, 1, i);
    weights[0] += 1;
    const auto whole = static_cast<std::int64_t>(random_u64(seed, 2, 0) >> 8);
    const std::vector<std::int64_t> parts = split_exactly(whole, weights);
    const auto sum = static_cast<double>(std::accumulate(weights.begin(), weights.end(), std::int64_t{0}));
    EXPECT_EQ(std::accumulate(parts.begin(), parts.end(), std::int64_t{0}), whole);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const double share = static_cast<double>(whole) * static_cast<double>(weights[i]) / sum;
      EXPECT_NEAR(static_cast<double>(parts[i]), share, 1.0 + share * 1e-12);
    }
  }
}

TEST(EnergyLedger, EnergyIsCountTimesTableEntry) {
  const chips::Board board = testing::small_board(2, 2);
  EnergyLedger ledger(board.chip.energy);
  ledger.add(Component::kMapValue, StageId(1), CoreId(2), 5);
  ledger.add(Component::kMapValue, StageId(1), CoreId(2), 2);
  ledger.add(Component::kLinkHopEast, StageId(0), CoreId(2), 0);
  const std::vector<LedgerEntry> entries = ledger.entries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].count, 7);
  EXPECT_EQ(entries[0].energy, Energy(7 * 113));
  EXPECT_EQ(ledger.total(), Energy(791));
}

/// Sums of a run's energy in every direction there is, each the ledger's to the attojoule.
void expect_balanced(const RunResult& r, const chips::Board& board) {
  std::array<Energy, kComponents> by_component{};
  PartEnergies by_part{};
  Energy entries, no_stage, no_core;
  for (const LedgerEntry& e : r.ledger) {
    entries += e.energy;
    by_component[static_cast<std::size_t>(e.component)] += e.energy;
    by_part[static_cast<std::size_t>(part_of(e.component))] += e.energy;
    if (!e.stage.valid()) no_stage += e.energy;
    if (!e.core.valid()) no_core += e.energy;
    if (energy_param(board.chip.energy, e.component) != nullptr) {
      EXPECT_EQ(e.energy, unit_energy(board.chip.energy, e.component) * e.count);
    }
  }
  Energy layers = no_stage, cores = no_core, components, parts;
  for (const LayerResult& layer : r.layers) {
    for (const Energy e : layer.energy) layers += e;
  }
  for (const CoreResult& core : r.cores) cores += core.energy;
  for (const Energy e : by_component) components += e;
  for (const Energy e : by_part) parts += e;
  EXPECT_EQ(entries, r.total_energy);
  EXPECT_EQ(layers, r.total_energy);
  EXPECT_EQ(cores, r.total_energy);
  EXPECT_EQ(components, r.total_energy);
  EXPECT_EQ(parts, r.total_energy);

  PartEnergies steps = r.step_energy_rest;
  for (const StepEnergy& step : r.step_energy) {
    for (std::size_t p = 0; p < kEnergyParts; ++p) steps[p] += step.energy[p];
  }
  for (std::size_t p = 0; p < kEnergyParts; ++p) EXPECT_EQ(steps[p], by_part[p]) << "part " << p;

  std::array<Energy, kComponents> links{};
  for (const LinkResult& link : r.links) {
    const LinkId id = mapper::link_of(board, link.from, link.direction);
    EXPECT_EQ(mapper::neighbour(board, link.from, link.direction), link.to);
    links[static_cast<std::size_t>(hop_component(board, id))] += link.energy;
  }
  for (const Component c : {Component::kLinkHopEast, Component::kLinkHopWest, Component::kLinkHopNorth,
                            Component::kLinkHopSouth, Component::kChipLinkHop}) {
    EXPECT_EQ(links[static_cast<std::size_t>(c)], by_component[static_cast<std::size_t>(c)]);
  }
}

/// Every entry of the table another energy: an event counted in the wrong place shows.
chips::Board priced_board(std::int32_t columns, std::int32_t rows) {
  chips::Board board = testing::small_board(3, 2, columns, rows);
  chips::EnergyTable& e = board.chip.energy;
  e.link_hop_vertical.value = Energy(163);
  e.event_receive.value = Energy(167);
  e.spike.value = Energy(173);
  e.soma_active.value = Energy(179);
  return board;
}

constexpr Fidelity kFidelities[] = {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle};

TEST(EnergyLedger, EverySumOfARunIsTheTotal) {
  for (std::uint64_t seed = 1; seed <= 9; ++seed) {
    const auto schedule = static_cast<mapper::Schedule>(seed % 3);
    chips::Board board = priced_board(2, 2);
    if (seed % 2 == 0) board.chip.noc.multicast = chips::Multicast::kUnicast;
    if (seed % 4 == 1) board.chip.sync.policy = chips::SyncPolicy::kFixedPhase;
    const auto c = testing::random_case(workloads::random_program(seed), board, schedule, seed);
    const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, 1),
                                                        workloads::random_input_codes(c->program, 2)};
    PartEnergies first{};
    for (const Fidelity fidelity : kFidelities) {
      SCOPED_TRACE(::testing::Message() << "seed " << seed << " fidelity " << static_cast<int>(fidelity));
      SimOptions options;
      options.fidelity = fidelity;
      const RunResult r = simulate(c->problem, c->mapping, images, options);
      expect_balanced(r, board);
      ASSERT_EQ(r.step_energy.size(), r.steps.size());
      for (std::size_t i = 0; i < r.steps.size(); ++i) {
        EXPECT_EQ(r.step_energy[i].image, r.steps[i].image);
        EXPECT_EQ(r.step_energy[i].step, r.steps[i].step);
      }

      // Static energy is power times time, rounded once; synchronisation is counted by chip and step.
      std::int64_t steps = 0;
      Duration time;
      for (const ImageResult& image : r.images) {
        steps += image.steps;
        time += image.latency;
      }
      EXPECT_EQ(time, r.total_time);
      PartEnergies sum{};
      for (const StepEnergy& step : r.step_energy) {
        for (std::size_t p = 0; p < kEnergyParts; ++p) sum[p] += step.energy[p];
      }
      const Energy sync = sum[static_cast<std::size_t>(EnergyPart::kSync)];
      const std::int64_t chips = sync.count() / (157 * steps);
      EXPECT_GE(chips, 1);
      EXPECT_LE(chips, 4);
      EXPECT_EQ(sync, Energy(157 * steps * chips));
      EXPECT_EQ(sum[static_cast<std::size_t>(EnergyPart::kStatic)], energy_over(Power(12345 * chips), r.total_time));
      // All but static power is the same at every fidelity.
      sum[static_cast<std::size_t>(EnergyPart::kStatic)] = Energy();
      if (fidelity == kFidelities[0]) first = sum;
      EXPECT_EQ(sum, first);
    }
  }
}

// By hand: one core fires at step 1, its neighbour at step 2, the host reads.
TEST(EnergyLedger, EnergyIsOwedToTheStepThatSpentIt) {
  const auto c = testing::tiny_case();
  const std::vector<std::vector<std::int32_t>> images{{3, 0, 2, 1}};
  for (const Fidelity fidelity : kFidelities) {
    SCOPED_TRACE(static_cast<int>(fidelity));
    SimOptions options;
    options.fidelity = fidelity;
    const RunResult r = simulate(c->problem, c->mapping, images, options);
    ASSERT_EQ(r.step_energy.size(), 4U);
    const auto part = [&](std::size_t step, EnergyPart p) {
      return r.step_energy[step].energy[static_cast<std::size_t>(p)].count();
    };
    // Step 0: three codes go to core 1, one link east, one flit each, and are multiplied into three sums there.
    EXPECT_EQ(part(0, EnergyPart::kHost), 3 * 151);
    EXPECT_EQ(part(0, EnergyPart::kRouters), 3 * 2 * 137);
    EXPECT_EQ(part(0, EnergyPart::kEast), 3 * 139);
    EXPECT_EQ(part(0, EnergyPart::kSouth), 0);
    EXPECT_EQ(part(0, EnergyPart::kPorts), 0);  // the host makes no packet, a small board pays none for taking one
    EXPECT_EQ(part(0, EnergyPart::kSynapseMemory), 9 * 101);
    EXPECT_EQ(part(0, EnergyPart::kCompute), 9 * 107);
    EXPECT_EQ(part(0, EnergyPart::kSoma), 0);
    // Step 1: fc looks at two contexts of three neurons; its first token's events go one link south.
    const std::int64_t events = r.layers[1].events_by_step[1];
    EXPECT_EQ(part(1, EnergyPart::kSoma), 6 * 109);
    EXPECT_EQ(part(1, EnergyPart::kHost), 0);
    EXPECT_EQ(part(1, EnergyPart::kEast), 0);
    EXPECT_GT(part(1, EnergyPart::kSouth), 0);
    EXPECT_EQ(part(1, EnergyPart::kSouth) % 139, 0);
    EXPECT_LE(part(1, EnergyPart::kSouth), events * 139);
    // Step 2: the head looks at its two; no one is told. Last the host reads two potentials, north and west.
    EXPECT_EQ(part(2, EnergyPart::kSoma), 2 * 109);
    EXPECT_EQ(part(2, EnergyPart::kRouters), 0);
    EXPECT_EQ(part(3, EnergyPart::kSoma), 0);
    EXPECT_EQ(part(3, EnergyPart::kSync), 0);
    EXPECT_EQ(part(3, EnergyPart::kPorts), 2 * 131);
    EXPECT_GT(part(3, EnergyPart::kNorth), 0);
    EXPECT_EQ(part(3, EnergyPart::kNorth), part(3, EnergyPart::kWest));
    EXPECT_GT(part(3, EnergyPart::kStatic), 0);
  }
}

TEST(EnergyLedger, StepsBeyondTheRowsAskedForAreKeptAsASum) {
  const chips::Board board = priced_board(2, 1);
  const auto c = testing::random_case(workloads::random_program(3), board, mapper::Schedule::kStagedUnary, 3);
  const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, 1),
                                                      workloads::random_input_codes(c->program, 2)};
  SimOptions options;
  options.fidelity = Fidelity::kFast;
  const RunResult all = simulate(c->problem, c->mapping, images, options);
  EXPECT_EQ(all.step_energy_rest, PartEnergies{});
  for (const std::size_t rows : {std::size_t{0}, std::size_t{3}, all.steps.size() - 1}) {
    options.step_energy_rows = rows;
    const RunResult some = simulate(c->problem, c->mapping, images, options);
    ASSERT_EQ(some.step_energy.size(), rows);
    expect_balanced(some, board);
    for (std::size_t i = 0; i < rows; ++i) EXPECT_EQ(some.step_energy[i].energy, all.step_energy[i].energy);
    EXPECT_NE(some.step_energy_rest, PartEnergies{});
  }
}

// 63 bits of attojoules end at 9.2 J. A board of 400 kW is past them within 25 microseconds.
TEST(EnergyLedger, ARunOfManyJoulesDoesNotWrap) {
  chips::Board board = priced_board(2, 1);
  board.chip.energy.static_chip.value = Power(400'000'000'000);
  const auto c = testing::random_case(workloads::random_program(2), board, mapper::Schedule::kStagedUnary, 2);
  std::vector<std::vector<std::int32_t>> images;
  for (std::uint64_t i = 0; i < 40; ++i) images.push_back(workloads::random_input_codes(c->program, i));
  SimOptions options;
  options.fidelity = Fidelity::kAnalytic;
  const RunResult r = simulate(c->problem, c->mapping, images, options);
  EXPECT_GT(joules(r.total_energy), 9.3);
  EXPECT_THROW((void)r.total_energy.count(), QuantityOverflow);
  expect_balanced(r, board);
}

TEST(EnergyParts, EveryComponentHasOne) {
  std::array<int, kEnergyParts> components{};
  for (std::size_t c = 0; c < kComponents; ++c)
    ++components[static_cast<std::size_t>(part_of(static_cast<Component>(c)))];
  for (std::size_t p = 0; p < kEnergyParts; ++p) EXPECT_GE(components[p], 1) << "part " << p;
}

TEST(EnergyParts, AFlitIsOwedToItsDirectionOrTheChipEdge) {
  const chips::Board board = testing::small_board(2, 2, 2, 1);
  const auto hop = [&](std::int32_t x, std::int32_t y, mapper::Direction d) {
    return hop_component(board, mapper::link_of(board, board.core_at(x, y), d));
  };
  EXPECT_EQ(hop(0, 0, mapper::Direction::kEast), Component::kLinkHopEast);
  EXPECT_EQ(hop(1, 0, mapper::Direction::kEast), Component::kChipLinkHop);
  EXPECT_EQ(hop(2, 0, mapper::Direction::kWest), Component::kChipLinkHop);
  EXPECT_EQ(hop(1, 0, mapper::Direction::kWest), Component::kLinkHopWest);
  EXPECT_EQ(hop(1, 0, mapper::Direction::kSouth), Component::kLinkHopSouth);
  EXPECT_EQ(hop(1, 1, mapper::Direction::kNorth), Component::kLinkHopNorth);
}

}  // namespace
}  // namespace ranvier::sim
