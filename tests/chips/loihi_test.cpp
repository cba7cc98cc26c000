// SPDX-License-Identifier: Apache-2.0
// The three Loihi files against what is published of Loihi 1 and 2: limits, both sets of constants, times in 0.1 ns,
// and the ratio of the sets on one network's counts. Sources: docs/chips/loihi.md, docs/chips/loihi2-like.md.
#include <gtest/gtest.h>

#include "chips/chip.h"

namespace ranvier::chips {
namespace {

constexpr double kCyclesPerNs = 10;

double ns(const Count& cycles) { return static_cast<double>(cycles.value) / kCyclesPerNs; }
double pj(const Param<Energy>& energy) { return picojoules(energy.value); }

class LoihiSets : public testing::TestWithParam<const char*> {
 protected:
  Board board_ = load_target(GetParam());
  const Chip& chip_ = board_.chip;
};

TEST_P(LoihiSets, PublishedLimits) {
  EXPECT_EQ(board_.routers(), 32u);
  EXPECT_EQ(board_.cores(), 128u);
  EXPECT_EQ(static_cast<std::int64_t>(board_.cores()) * chip_.core.neurons.value, 131'072);
  EXPECT_EQ(chip_.core.synapse_memory.value.count() * 8, 16'384 * chip_.core.synapse_word_bits.value);
  EXPECT_EQ(chip_.core.synapse_word_bits.value, 64);
  EXPECT_EQ(chip_.core.synapse_word_overhead_bits.value, 10);
  EXPECT_EQ(chip_.core.fan_in_axons.value, 4096);
  EXPECT_EQ(chip_.core.route_entries.value, 4096);
  EXPECT_EQ(chip_.core.weight_bits.value, 9);
  EXPECT_EQ(chip_.max_delay_steps.value, 62);
  // 16 MB of synapses and 2 Mb a core in all: 128 KiB + 20 KiB + state.
  EXPECT_EQ(static_cast<std::int64_t>(board_.cores()) * chip_.core.synapse_memory.value.count(), 16 << 20);
  EXPECT_EQ(chip_.core.state_memory.value.count() + chip_.core.synapse_memory.value.count() + 20 * 1024, 2 << 17);
}

TEST_P(LoihiSets, NetworkTimesAreThoseOfBothTables) {
  EXPECT_EQ(clock_period(chip_), Duration(100'000));  // 0.1 ns
  EXPECT_DOUBLE_EQ(ns(chip_.noc.router_cycles) + ns(chip_.noc.link_cycles), 4.1);
  EXPECT_DOUBLE_EQ(ns(chip_.noc.router_cycles) + ns(chip_.noc.link_cycles_vertical), 6.5);
  EXPECT_EQ(chip_.noc.multicast, Multicast::kUnicast);
  EXPECT_EQ(flits_of(chip_.noc, 1), 1);
  EXPECT_EQ(flits_of(chip_.noc, 9), 1);   // the tag bits of a 32-bit message
  EXPECT_EQ(flits_of(chip_.noc, 32), 2);  // population axons
  // 3.44 Gspike/s through a tile: 0.2907 ns, up to the next 0.1 ns.
  EXPECT_EQ(chip_.noc.link_cycles_per_flit.value, 3);
}

TEST_P(LoihiSets, BarriersOverSeveralChips) {
  EXPECT_EQ(barrier_cycles(chip_.sync, 256 * 32, 256), 143'000);
  EXPECT_EQ(barrier_cycles(chip_.sync, 768 * 32, 768), 162'000);
  EXPECT_EQ(barrier_cycles(chip_.sync, 4, 2), 58'000);
}

TEST_P(LoihiSets, StaticPowerIsThatOfTheNahukuBoard) {
  EXPECT_NEAR(static_cast<double>(chip_.energy.static_chip.value.count()) * 1e-6 * 32, 3.34, 0.02);
}

INSTANTIATE_TEST_SUITE_P(Both, LoihiSets, testing::Values("loihi-table2", "loihi-fitted"),
                         [](const auto& set) { return std::string(set.param).substr(6); });

TEST(Loihi, Table2) {
  const Chip chip = load_target("loihi-table2").chip;
  EXPECT_DOUBLE_EQ(pj(chip.energy.synapse_read), 23.6);
  EXPECT_DOUBLE_EQ(ns(chip.core.synapse_cycles), 3.5);
  EXPECT_DOUBLE_EQ(pj(chip.energy.soma_update), 52);
  EXPECT_DOUBLE_EQ(pj(chip.energy.soma_update) + pj(chip.energy.soma_active), 81);
  EXPECT_DOUBLE_EQ(ns(chip.core.soma_cycles), 5.3);
  EXPECT_DOUBLE_EQ(ns(chip.core.soma_cycles) + ns(chip.core.soma_active_cycles), 8.4);
  EXPECT_DOUBLE_EQ(pj(chip.energy.event_receive), 1.7);
  EXPECT_DOUBLE_EQ(ns(chip.noc.router_cycles), 2.1);
  EXPECT_DOUBLE_EQ(pj(chip.energy.link_hop), 3.0);
  EXPECT_DOUBLE_EQ(pj(chip.energy.link_hop_vertical), 4.0);
  EXPECT_EQ(chip.energy.synapse_read.origin.kind, EnergyKind::kMin);
  EXPECT_EQ(barrier_cycles(chip.sync, 1, 1), 1130);
  EXPECT_EQ(barrier_cycles(chip.sync, 32, 1), 4650);
  // Even by doublings.
  for (std::int64_t n = 1; n < 32; n *= 2)
    EXPECT_EQ(barrier_cycles(chip.sync, 2 * n, 1) - barrier_cycles(chip.sync, n, 1), 704);
}

TEST(Loihi, Fitted) {
  const Chip chip = load_target("loihi-fitted").chip;
  EXPECT_DOUBLE_EQ(pj(chip.energy.synapse_read), 35.5);
  EXPECT_DOUBLE_EQ(pj(chip.energy.synapse_conv), 24.0);
  EXPECT_DOUBLE_EQ(pj(chip.energy.soma_update), 51.2);
  EXPECT_DOUBLE_EQ(pj(chip.energy.soma_active), 21.6);
  EXPECT_DOUBLE_EQ(pj(chip.energy.spike), 69.3);
  EXPECT_DOUBLE_EQ(pj(chip.energy.event_emit), 111);
  EXPECT_DOUBLE_EQ(pj(chip.energy.link_hop_vertical), 4.2);
  EXPECT_DOUBLE_EQ(ns(chip.core.event_decode_cycles), 16);
  EXPECT_DOUBLE_EQ(ns(chip.core.spike_cycles), 30);
  EXPECT_EQ(barrier_cycles(chip.sync, 1, 1), 6000);
  EXPECT_EQ(barrier_cycles(chip.sync, 3, 1), 14000);
  EXPECT_EQ(barrier_cycles(chip.sync, 29, 1), 18000);
}

/// The published counts of a DVS-Gesture network over 1 000 steps (SANA-FE): energy from the file's numbers,
/// millijoules.
class DvsGesture : public testing::Test {
 protected:
  static constexpr double kUpdates = 15'552'561, kIdle = 3'125'439, kSpikes = 364'088, kMessages = 3'724'738;
  static constexpr double kDense = 547'000, kSynops = 51'366'924;
  static double soma(const EnergyTable& e) {
    return (kUpdates * (pj(e.soma_update) + pj(e.soma_active)) + kIdle * pj(e.soma_update) + kSpikes * pj(e.spike)) *
           1e-9;
  }
  static double synapse(const EnergyTable& e) {
    return (kDense * pj(e.synapse_read) + (kSynops - kDense) * pj(e.synapse_conv)) * 1e-9;
  }
};

TEST_F(DvsGesture, FittedConstantsGiveThePublishedEnergies) {
  const EnergyTable e = load_target("loihi-fitted").chip.energy;
  EXPECT_NEAR(soma(e), 1.31748, 0.000005);
  EXPECT_NEAR(synapse(e), 1.2391, 0.0001);
  EXPECT_NEAR(kMessages * pj(e.event_emit) * 1e-9 + 0.0331, 0.4466, 0.0001);
}

TEST_F(DvsGesture, TheTwoSetsAreAQuarterApart) {
  const EnergyTable e = load_target("loihi-table2").chip.energy;
  // Table 2 charges 81 pJ an update that fires and 52 pJ any other: its own accounts of the same counts.
  const double table2 = synapse(e) + ((kUpdates + kIdle) * pj(e.soma_update) + kSpikes * pj(e.soma_active)) * 1e-9 +
                        kMessages * pj(e.event_receive) * 1e-9 + 0.0331;
  EXPECT_NEAR(synapse(e), 1.212, 0.0005);
  EXPECT_NEAR(table2, 2.234, 0.001);
  EXPECT_NEAR(table2 / 3.0031 - 1, -0.256, 0.0005);
}

TEST(Loihi2, PublishedLimits) {
  const Board board = load_target("loihi2-like");
  EXPECT_EQ(board.cores(), 128u);
  EXPECT_EQ(static_cast<std::int64_t>(board.cores()) * board.chip.core.neurons.value, 1 << 20);
  EXPECT_EQ(board.chip.core.core_memory.value, Bytes(192 * 1024));
  EXPECT_EQ(board.chip.core.synapse_memory.value, Bytes(128 * 1024));
  EXPECT_LE(barrier_cycles(board.chip.sync, 32, 1), 2000);  // the fastest step over the chip: less than 200 ns
  EXPECT_EQ(load_target("hala-point").cores(), 147'456u);   // 140 544 of them in use, by the announcement
  EXPECT_EQ(load_target("kapoho-point").chips(), 8u);
}

TEST(Loihi2, CostsAreLoihi1ScaledAsStated) {
  const Chip one = load_target("loihi-table2").chip, two = load_target("loihi2-like").chip;
  EXPECT_EQ(two.core.synapse_cycles.value * 5, one.core.synapse_cycles.value);
  EXPECT_EQ((two.core.soma_cycles.value + two.core.soma_active_cycles.value) * 2,
            one.core.soma_cycles.value + one.core.soma_active_cycles.value);
  for (const Count* time : {&two.core.soma_cycles, &two.core.soma_active_cycles, &two.core.synapse_cycles,
                            &two.core.synapse_conv_cycles, &two.core.spike_cycles})
    EXPECT_EQ(time->origin.tag, Tag::kDerived) << time->origin.key;
  EXPECT_EQ(two.energy.synapse_read.value.count() * 2, one.energy.synapse_read.value.count());
  EXPECT_EQ(two.energy.soma_update.value.count() * 2, one.energy.soma_update.value.count());
  EXPECT_EQ(two.energy.link_hop.value.count() * 10, one.energy.link_hop.value.count() * 7);
  for (const auto& [name, origin] : energy_origins(two)) EXPECT_NE(origin.tag, Tag::kPublished) << name;
}

TEST(LoihiBoards, ChipsAndCores) {
  EXPECT_EQ(load_target("nahuku-32-table2").chips(), 32u);
  const Board springs = load_target("pohoiki-springs-768-fitted");
  EXPECT_EQ(springs.chips(), 768u);
  EXPECT_EQ(springs.cores(), 98'304u);
  EXPECT_EQ(springs.chip.name, "loihi-fitted");
}

}  // namespace
}  // namespace ranvier::chips
