// SPDX-License-Identifier: Apache-2.0
// The ledger adds up, to the attojoule, whichever way one sums it.
#include "sim/ledger.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

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

TEST(EnergyLedger, EverySumOfARunIsTheTotal) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const auto schedule = static_cast<mapper::Schedule>(seed % 3);
    const chips::Board board = testing::small_board(4, 4, 2, 1);
    const auto c = testing::random_case(workloads::random_program(seed), board, schedule, seed);
    const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, 1),
                                                        workloads::random_input_codes(c->program, 2)};
    for (const Fidelity fidelity : {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle}) {
      SCOPED_TRACE(::testing::Message() << "seed " << seed << " fidelity " << static_cast<int>(fidelity));
      SimOptions options;
      options.fidelity = fidelity;
      const RunResult r = simulate(c->problem, c->mapping, images, options);

      std::array<Energy, kComponents> by_component{};
      Energy entries, unassigned, host, statics;
      for (const LedgerEntry& e : r.ledger) {
        entries += e.energy;
        by_component[static_cast<std::size_t>(e.component)] += e.energy;
        if (!e.stage.valid()) unassigned += e.energy;
        if (!e.core.valid()) host += e.energy;
        if (e.component == Component::kStatic) {
          statics += e.energy;
        } else {
          EXPECT_EQ(e.energy, unit_energy(board.chip.energy, e.component) * e.count);
        }
      }
      Energy layers = unassigned, cores = host, components;
      for (const LayerResult& layer : r.layers) {
        for (const Energy e : layer.energy) layers += e;
      }
      for (const CoreResult& core : r.cores) cores += core.energy;
      for (const Energy e : by_component) components += e;
      EXPECT_EQ(entries, r.total_energy);
      EXPECT_EQ(layers, r.total_energy);
      EXPECT_EQ(cores, r.total_energy);
      EXPECT_EQ(components, r.total_energy);

      // Static energy is power times time, rounded once; synchronisation is counted by chip and step.
      std::int64_t steps = 0;
      Duration time;
      for (const ImageResult& image : r.images) {
        steps += image.steps;
        time += image.latency;
      }
      EXPECT_EQ(time, r.total_time);
      const std::int64_t chips = by_component[static_cast<std::size_t>(Component::kStepSync)].count() / (157 * steps);
      EXPECT_GE(chips, 1);
      EXPECT_LE(chips, 2);
      EXPECT_EQ(by_component[static_cast<std::size_t>(Component::kStepSync)], Energy(157 * steps * chips));
      EXPECT_EQ(statics, energy_over(Power(12345 * chips), r.total_time));
    }
  }
}

}  // namespace
}  // namespace ranvier::sim
