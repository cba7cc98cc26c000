// SPDX-License-Identifier: Apache-2.0
// The Tianjic-like chip against what is published of Tianjic: rates, power, energy per operation, a phase that holds a
// full core. Sources: docs/chips/tianjic-like.md.
#include <gtest/gtest.h>

#include "chips/chip.h"

namespace ranvier::chips {
namespace {

class Tianjic : public testing::Test {
 protected:
  Chip chip_ = load_target("tianjic-like").chip;
  double cores() const { return static_cast<double>(chip_.noc.width) * chip_.noc.height; }
  double phase_s() const {
    return static_cast<double>(chip_.sync.phase_cycles.value) / (static_cast<double>(chip_.clock_khz.value) * 1e3);
  }
  double macs_per_core() const {
    return static_cast<double>(chip_.core.fan_in_axons.value) * static_cast<double>(chip_.core.neurons.value);
  }
  double macs_per_s() const { return cores() * macs_per_core() / phase_s(); }
  /// Mean distance of uniform traffic on a line of n.
  static double line(double n) { return (n - 1 / n) / 3; }
  /// Soma, packet and mean way of one output value, shared by the 256 MAC that made it.
  double per_mac_overhead_pj() const {
    const auto& e = chip_.energy;
    const double hops = line(chip_.noc.width) + line(chip_.noc.height);
    return (picojoules(e.soma_update.value) + picojoules(e.event_emit.value) +
            picojoules(e.router_hop.value + e.link_hop.value) * hops + picojoules(e.router_hop.value)) /
           static_cast<double>(chip_.core.fan_in_axons.value);
  }
  double static_pj() const {
    return static_cast<double>(chip_.energy.static_chip.value.count()) * 1e-6 / macs_per_s() * 1e12;
  }
};

TEST_F(Tianjic, PublishedTotals) {
  EXPECT_EQ(cores(), 156);
  EXPECT_EQ(cores() * static_cast<double>(chip_.core.neurons.value), 39'936);
  EXPECT_NEAR(phase_s(), 16.83e-6, 0.005e-6);
}

TEST_F(Tianjic, PeakRateAndPowerAgree) {
  // reference case: 1.215 TOPS, 607 GSOPS; 0.949 W and 0.934 W at 1.28 TOPS/W and 650 GSOPS/W.
  EXPECT_NEAR(2 * macs_per_s() / 1e12, 1.215, 0.0005);
  EXPECT_NEAR(macs_per_s() / 1e9, 607.34, 0.01);
  const double ann_w = 2 * macs_per_s() / 1.28e12;
  const double snn_w = macs_per_s() / 650e9;
  EXPECT_NEAR(ann_w, 0.949, 0.0005);
  EXPECT_NEAR(snn_w, 0.934, 0.0005);
  EXPECT_LT(ann_w / snn_w - 1, 0.02);
}

TEST_F(Tianjic, LanesFollowFromThePhase) {
  EXPECT_NEAR(macs_per_core() / static_cast<double>(chip_.sync.phase_cycles.value), 12.98, 0.005);
  EXPECT_EQ(chip_.core.lanes.value, 16);
}

TEST_F(Tianjic, AFullCoreFitsOnePhase) {
  const auto& c = chip_.core;
  const std::int64_t groups = c.neurons.value / c.lanes.value;
  const std::int64_t busy = c.fan_in_axons.value * (c.event_decode_cycles.value + groups) +
                            groups * c.soma_cycles.value + c.neurons.value * c.emit_cycles.value;
  EXPECT_EQ(busy, 4928);
  EXPECT_LE(busy, chip_.sync.phase_cycles.value);
}

TEST_F(Tianjic, EnergyTableSumsToThePublishedEnergyPerMac) {
  const auto& e = chip_.energy;
  const double mac = picojoules(e.synapse_read.value + e.multiply_add.value) + per_mac_overhead_pj() + static_pj();
  EXPECT_NEAR(per_mac_overhead_pj(), 0.202, 0.001);
  EXPECT_NEAR(static_pj(), 0.165, 0.001);
  EXPECT_NEAR(mac, 2 / 1.28, 0.02 * 2 / 1.28);
  const double sop = picojoules(e.synapse_read.value + e.accumulate.value) + per_mac_overhead_pj() + static_pj();
  EXPECT_NEAR(sop, 1 / 0.65, 0.02 / 0.65);
}

TEST_F(Tianjic, APacketHopCosts3PicojoulesAndTwoClocks) {
  EXPECT_EQ(flits_of(chip_.noc, 8), 1);
  EXPECT_EQ(chip_.energy.router_hop.value + chip_.energy.link_hop.value, Energy(3'000'000));
  EXPECT_EQ(chip_.noc.router_cycles.value + chip_.noc.link_cycles.value, 2);
}

TEST_F(Tianjic, WeightsOfAFullCrossbarFit) {
  const auto& c = chip_.core;
  EXPECT_EQ(c.synapse_memory.value.count() * 8, c.fan_in_axons.value * c.neurons.value * c.weight_bits.value);
  EXPECT_EQ(c.state_memory.value, Bytes(22'528));
  EXPECT_EQ(c.synapse_memory.origin.tag, Tag::kAssumed);
}

TEST_F(Tianjic, NoEnergyPerEventIsCalledPublished) {
  // Only the efficiency of the whole chip is; a report must show that the split is ours.
  for (const auto& [name, origin] : energy_origins(chip_)) EXPECT_EQ(origin.tag, Tag::kAssumed) << name;
}

}  // namespace
}  // namespace ranvier::chips
