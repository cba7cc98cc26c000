// SPDX-License-Identifier: Apache-2.0
// The self-check finds what is spoilt, and nothing else; small derived quantities.
#include "chips/self_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chip_text.h"

namespace ranvier::chips {
namespace {

TEST(SelfCheck, AcceptsGoodBoards) {
  EXPECT_THAT(self_check(load_target(toy_path())), testing::IsEmpty());
  EXPECT_THAT(self_check(load_target("tianjic-like:3x3")), testing::IsEmpty());
  EXPECT_THAT(self_check(load_target("tianjic-like:1x5")), testing::IsEmpty());
}

TEST(SelfCheck, FindsEachSpoiltNumber) {
  const auto spoilt = [](auto change) {
    Board board = load_target(toy_path());
    change(board);
    return self_check(board);
  };
  EXPECT_THAT(spoilt([](Board& b) { b.chip.core.neurons.value = 0; }),
              testing::ElementsAre("neurons: is 0, less than 1"));
  EXPECT_THAT(spoilt([](Board& b) { b.chip.core.bulk_bytes_per_cycle.value = 0; }), testing::SizeIs(1));
  EXPECT_THAT(spoilt([](Board& b) { b.chip.energy.link_hop.value = Energy(-1); }),
              testing::ElementsAre("link_hop: is -1, less than 0"));
  EXPECT_THAT(spoilt([](Board& b) { b.chip.energy.link_hop.origin.kind = EnergyKind::kNone; }),
              testing::ElementsAre("link_hop: energy without a kind"));
  EXPECT_THAT(spoilt([](Board& b) { b.chip.noc.height_origin.source.clear(); }),
              testing::ElementsAre("noc.height: has no source"));
  EXPECT_THAT(spoilt([](Board& b) { b.chip.sync.policy = SyncPolicy::kFixedPhase; }),
              testing::ElementsAre("phase_cycles: is 0, less than 1"));
  EXPECT_THAT(spoilt([](Board& b) { b.columns = 0; }), testing::SizeIs(1));
  EXPECT_THAT(spoilt([](Board& b) { b.chip.noc.width = -3; }), testing::SizeIs(1));
  EXPECT_THAT(spoilt([](Board& b) { b.chip.name.clear(); }), testing::SizeIs(1));
  EXPECT_THAT(spoilt([](Board& b) { b.chip.noc.flit_bits.value = 0; }), testing::SizeIs(1));
}

TEST(SelfCheck, FindsEachSpoiltOptionalNumber) {
  const auto spoilt = [](auto change) {
    Board board = load_target("loihi-table2");
    change(board.chip);
    return self_check(board);
  };
  EXPECT_THAT(spoilt([](Chip&) {}), testing::IsEmpty());
  EXPECT_THAT(spoilt([](Chip& c) { c.core.synapse_cycles.value = 0; }),
              testing::ElementsAre("synapse_cycles: is 0, less than 1"));
  EXPECT_THAT(spoilt([](Chip& c) { c.core.synapse_word_bits.value = 28; }),
              testing::ElementsAre("synapse_word_bits: is 28, less than 29"));
  EXPECT_THAT(spoilt([](Chip& c) { c.core.tiles.value = -1; }), testing::ElementsAre("tiles: is -1, less than 0"));
  EXPECT_THAT(spoilt([](Chip& c) { c.energy.spike.origin.kind = EnergyKind::kNone; }),
              testing::ElementsAre("spike: energy without a kind"));
  EXPECT_THAT(spoilt([](Chip& c) { c.noc.link_cycles_vertical.value = 0; }),
              testing::ElementsAre("link_cycles_vertical: is 0, less than 1"));
  EXPECT_THAT(spoilt([](Chip& c) { c.sync.barrier_table[1].cycles = 1; }),
              testing::ElementsAre("barrier_table: row 2 does not grow"));
  EXPECT_THAT(spoilt([](Chip& c) { c.sync.barrier_table[1].routers = 1; }),
              testing::ElementsAre("barrier_table: row 1 does not grow"));
  EXPECT_THAT(spoilt([](Chip& c) { c.sync.barrier_table_origin.source.clear(); }),
              testing::ElementsAre("barrier_table: has no source"));
  EXPECT_THAT(spoilt([](Chip& c) { c.core.dense_lanes.value = 1; }),
              testing::ElementsAre("dense_mode: does not go with 1 dense lanes"));
  EXPECT_THAT(spoilt([](Chip& c) { c.noc.cores_per_router.value = 0; }), testing::SizeIs(2));
}

TEST(Chip, ClockPeriodRoundsToNearest) {
  Chip chip;
  chip.clock_khz.value = 300'000;
  EXPECT_EQ(clock_period(chip), Duration(3'333'333));
  chip.clock_khz.value = 600'000;
  EXPECT_EQ(clock_period(chip), Duration(1'666'667));
  chip.clock_khz.value = 1;
  EXPECT_EQ(clock_period(chip), Duration(1'000'000'000'000));
}

TEST(Chip, FlitsOfAPacket) {
  const Noc tianjic = load_target("tianjic-like").chip.noc;  // 32-bit header, 40-bit flits
  EXPECT_EQ(flits_of(tianjic, 1), 1);
  EXPECT_EQ(flits_of(tianjic, 8), 1);
  EXPECT_EQ(flits_of(tianjic, 9), 2);
  EXPECT_EQ(flits_of(tianjic, 48), 2);
  EXPECT_EQ(flits_of(tianjic, 49), 3);
  EXPECT_EQ(flits_of(tianjic, 0), 1);
}

}  // namespace
}  // namespace ranvier::chips
