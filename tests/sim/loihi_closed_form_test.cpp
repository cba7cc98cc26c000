// SPDX-License-Identifier: Apache-2.0
// The energy of one published network on Loihi as counts times the table: SANA-FE's DVS-gesture network over 1000
// steps, with the constants fitted to silicon (IEEE TCAD 44(8), 2025) and with those of Table 2 of Davies et al., IEEE
// Micro 38(1), 2018. Zero tolerance: attojoules are integers.
#include <gtest/gtest.h>

#include "sim/ledger.h"

namespace ranvier::sim {
namespace {

constexpr std::int64_t kAttojoulesPerPicojoule = 1'000'000;
constexpr std::int64_t kNeurons = 18'678, kSteps = 1000;
constexpr std::int64_t kUpdates = 15'552'561, kSpikes = 364'088, kMessages = 3'724'738;
constexpr std::int64_t kSynapses = 51'366'924, kDense = 547'000;

Energy tenths_of_picojoule(std::int64_t tenths) { return Energy(tenths * kAttojoulesPerPicojoule / 10); }

Energy of(const EnergyLedger& ledger, std::initializer_list<Component> components) {
  Energy sum;
  for (const LedgerEntry& e : ledger.entries())
    for (const Component c : components)
      if (e.component == c) sum += e.energy;
  return sum;
}

/// Every context is looked at in every step; the active ones cost more, and those that fire more again.
void add_network(EnergyLedger& ledger) {
  ledger.add(Component::kSomaUpdate, StageId(1), CoreId(0), kNeurons * kSteps);
  ledger.add(Component::kSomaActive, StageId(1), CoreId(0), kUpdates);
  ledger.add(Component::kSpike, StageId(1), CoreId(0), kSpikes);
  ledger.add(Component::kEventEmit, StageId(1), CoreId(0), kMessages);
  ledger.add(Component::kSynapseConv, StageId(1), CoreId(0), kSynapses - kDense);
  ledger.add(Component::kSynapseRead, StageId(1), CoreId(0), kDense);
}

TEST(LoihiClosedForm, FittedConstants) {
  chips::EnergyTable table;
  table.soma_update.value = tenths_of_picojoule(512);  // access
  table.soma_active.value = tenths_of_picojoule(216);  // update: 72.8 pJ together
  table.spike.value = tenths_of_picojoule(693);
  table.event_emit.value = tenths_of_picojoule(1110);
  table.synapse_conv.value = tenths_of_picojoule(240);
  table.synapse_read.value = tenths_of_picojoule(355);
  EnergyLedger ledger(table);
  add_network(ledger);
  // 15,552,561 x 72.8 pJ + 3,125,439 x 51.2 pJ + 364,088 x 69.3 pJ = 1.3174802160 mJ
  EXPECT_EQ(kNeurons * kSteps - kUpdates, 3'125'439);
  const Energy soma = of(ledger, {Component::kSomaUpdate, Component::kSomaActive, Component::kSpike});
  EXPECT_EQ(soma, tenths_of_picojoule(kUpdates * 728 + 3'125'439 * 512 + kSpikes * 693));
  EXPECT_EQ(soma, Energy(1'317'480'216'000'000));
  EXPECT_EQ(of(ledger, {Component::kEventEmit}), Energy(413'445'918'000'000));
  EXPECT_EQ(of(ledger, {Component::kSynapseConv, Component::kSynapseRead}), Energy(1'239'096'676'000'000));
  EXPECT_EQ(ledger.total(), Energy(1'317'480'216'000'000 + 413'445'918'000'000 + 1'239'096'676'000'000));
  // Hops bring the published 3.0031 mJ: 33.1 microjoules of them, within the 0.1 that its digits leave open.
  EXPECT_NEAR(nanojoules(ledger.total()) + 33'100, 3'003'100, 100);
}

TEST(LoihiClosedForm, Table2Constants) {
  chips::EnergyTable table;
  table.soma_update.value = tenths_of_picojoule(520);  // inactive
  table.spike.value = tenths_of_picojoule(290);        // 81 pJ together: active is read as firing
  table.event_emit.value = tenths_of_picojoule(17);    // within-tile spike
  table.synapse_conv.value = table.synapse_read.value = tenths_of_picojoule(236);
  EnergyLedger ledger(table);
  add_network(ledger);
  const Energy synapse = of(ledger, {Component::kSynapseConv, Component::kSynapseRead});
  const Energy soma = of(ledger, {Component::kSomaUpdate, Component::kSomaActive, Component::kSpike});
  EXPECT_EQ(synapse, Energy(1'212'259'406'400'000));
  EXPECT_EQ(soma, Energy(981'814'552'000'000));
  EXPECT_EQ(of(ledger, {Component::kEventEmit}), Energy(6'332'054'600'000));
  EXPECT_EQ(ledger.total(), Energy(1'212'259'406'400'000 + 981'814'552'000'000 + 6'332'054'600'000));
  // 33.1 microjoules of hops more: 2.234 mJ, a quarter less than the fitted set.
  EXPECT_NEAR(nanojoules(ledger.total()) + 33'100, 2'234'000, 500);
}

}  // namespace
}  // namespace ranvier::sim
