// SPDX-License-Identifier: Apache-2.0
// The TianjicX-like and Lynxi-like files against the headline figures of those chips, and the closures their energies
// are made of. Sources: docs/chips/tianjicx-like.md, docs/chips/lynxi-ka200-like.md.
#include <gtest/gtest.h>

#include "chips/chip.h"

namespace ranvier::chips {
namespace {

/// Operations a second in dense mode, a multiplication and an addition counted as two.
double peak_ops(const Board& board) {
  return 2 * static_cast<double>(board.cores()) * static_cast<double>(board.chip.core.dense_lanes.value) *
         static_cast<double>(board.chip.clock_khz.value) * 1e3;
}

/// Soma, packet and mean way of one result, over the 1 152 multiplications of a 3 x 3 x 128 convolution.
double result_pj_per_mac(const Chip& chip) {
  const auto line = [](double n) { return (n - 1 / n) / 3; };
  const auto& e = chip.energy;
  const double hops = line(chip.noc.width) + line(chip.noc.height);
  return (picojoules(e.soma_update.value) + picojoules(e.event_emit.value) +
          picojoules(e.router_hop.value + e.link_hop.value) * hops + picojoules(e.router_hop.value)) /
         1152;
}

double static_w(const Chip& chip) { return static_cast<double>(chip.energy.static_chip.value.count()) * 1e-6; }

TEST(TianjicX, PeakRateAreaAndPower) {
  const Board board = load_target("tianjicx-like");
  EXPECT_EQ(board.cores(), 160u);
  EXPECT_NEAR(peak_ops(board) / 1e12, 16.4, 0.02);
  EXPECT_NEAR(peak_ops(board) / 1e12 / 0.2, 82, 0.1);    // mm2 at 0.2 TOPS/mm2
  EXPECT_NEAR(peak_ops(board) / 1e12 / 3.2, 5.1, 0.05);  // W dynamic at 3.2 TOPS/W
  EXPECT_NEAR(static_w(board.chip) / 5.1, 0.1, 1e-9);
}

TEST(TianjicX, MemoryIsThePublished144KilobytesInParts) {
  const CoreKind core = load_target("tianjicx-like").chip.core;
  constexpr std::int64_t kInstructionsAndLabels = (768 + 256) * 4;
  EXPECT_EQ(core.core_memory.value.count() + core.receive_limit.value.count() + kInstructionsAndLabels, 144 * 1024);
  EXPECT_EQ(core.receive_limit.value, Bytes(3072 * 4));
  EXPECT_EQ(core.tiles.value, 32);
  EXPECT_EQ(core.dense_lanes.value, 4 * 32);
}

TEST(TianjicX, EnergyTableSumsToThePublishedEnergyPerMac) {
  const Chip chip = load_target("tianjicx-like").chip;
  const auto& e = chip.energy;
  EXPECT_NEAR(picojoules(e.dense_multiply_add.value) + result_pj_per_mac(chip), 0.625, 0.001);
  EXPECT_EQ(e.synapse_read.value + e.multiply_add.value, e.dense_multiply_add.value);
  // 72 fJ/bit: 2.88 pJ a packet of 40 bits, 6.9 pJ a full one of 96.
  const double hop = picojoules(e.router_hop.value + e.link_hop.value);
  EXPECT_NEAR(hop, 2.88, 1e-9);
  EXPECT_NEAR(hop / static_cast<double>(chip.noc.flit_bits.value) * 96, 6.9, 0.02);
  EXPECT_EQ(flits_of(chip.noc, 8), 1);
  EXPECT_EQ(flits_of(chip.noc, 64), 3);
}

TEST(TianjicX, NoEnergyPerEventIsCalledPublished) {
  for (const auto& [name, origin] : energy_origins(load_target("tianjicx-like").chip))
    EXPECT_EQ(origin.tag, Tag::kAssumed) << name;
}

TEST(Lynxi, HeadlineFigures) {
  const Board chip = load_target("lynxi-ka200-like");
  EXPECT_EQ(chip.cores(), 30u);
  EXPECT_NEAR(peak_ops(chip) / 1e12, 48, 1e-9);
  EXPECT_NEAR(peak_ops(load_target("lynxi-ka200s-like")) / 1e12, 32, 1e-4);
  EXPECT_NEAR(peak_ops(load_target("hp300_a")) / 1e12, 144, 1e-9);
  EXPECT_NEAR(peak_ops(load_target("hp300_b")) / 1e12, 96, 1e-3);
  EXPECT_NEAR(static_cast<double>(chip.cores()) * static_cast<double>(chip.chip.core.neurons.value), 2e6, 30);
  // The 25 M synapses of dense mode at 16 bits fit.
  EXPECT_GE(static_cast<std::int64_t>(chip.cores()) * chip.chip.core.core_memory.value.count(), 50'000'000);
}

TEST(Lynxi, EnergyTableSumsToTheChipPower) {
  const Board board = load_target("lynxi-ka200-like");
  const double macs = peak_ops(board) / 2;
  const double mac_pj = picojoules(board.chip.energy.dense_multiply_add.value) + result_pj_per_mac(board.chip);
  const double watts = mac_pj * 1e-12 * macs + static_w(board.chip);
  EXPECT_NEAR(watts, 15, 0.01 * 15);
  // Boards draw 70 W over three chips, 0.97 pJ a multiplication; a third of it is not the chip's.
  EXPECT_NEAR(70.0 / 3 / macs * 1e12, 0.97, 0.005);
}

TEST(Lynxi, HopIsThatOfAGenericNetwork) {
  const Chip chip = load_target("lynxi-ka200-like").chip;
  EXPECT_NEAR(picojoules(chip.energy.router_hop.value + chip.energy.link_hop.value), 0.05 * 128, 1e-9);
  EXPECT_EQ(chip.noc.router_cycles.value + chip.noc.link_cycles.value, 2);
  // 16 GB/s over the six links of a side, 128 bits a flit.
  EXPECT_EQ(chip.chip_link.cycles_per_flit.value, 5);
}

TEST(Lynxi, NothingBelowTheHeadlineIsCalledPublished) {
  for (const char* name : {"lynxi-ka200-like", "lynxi-ka200s-like"})
    for (const auto& [key, origin] : energy_origins(load_target(name).chip))
      EXPECT_EQ(origin.tag, Tag::kAssumed) << name << " " << key;
}

}  // namespace
}  // namespace ranvier::chips
