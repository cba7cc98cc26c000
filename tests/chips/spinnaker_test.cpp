// SPDX-License-Identifier: Apache-2.0
// The SpiNNaker-like chip against its published figures. Sources: docs/chips/spinnaker-like.md.
#include <gtest/gtest.h>

#include "chips/chip.h"

namespace ranvier::chips {
namespace {

TEST(Spinnaker, LimitsArePublished) {
  const Board board = load_target("spinnaker-like:8x6");
  EXPECT_EQ(board.chips(), 48u);
  EXPECT_EQ(board.cores(), 48u * 17u);
  const Chip& chip = board.chip;
  EXPECT_EQ(chip.noc.multicast, Multicast::kTree);
  EXPECT_EQ(chip.core.route_entries.value, 1023);
  EXPECT_EQ(chip.core.route_entries.origin.tag, Tag::kPublished);
  EXPECT_EQ(chip.core.synapse_memory.value.count(), 123469792 / 17);
  EXPECT_EQ(flits_of(chip.noc, 1), 1);   // 40 bits
  EXPECT_EQ(flits_of(chip.noc, 32), 2);  // 72 bits
  EXPECT_EQ(chip.sync.policy, SyncPolicy::kFixedTick);
  EXPECT_EQ(clock_period(chip) * chip.sync.tick_cycles.value, Duration(1'000'000'000'000));  // 1 ms in fs
}

TEST(Spinnaker, EnergiesFollowFromPublishedPower) {
  const Chip chip = load_target("spinnaker-like").chip;
  EXPECT_EQ(chip.energy.chip_link_hop.value, Energy(1'000'000'000));  // 1 nJ in aJ: 25 pJ/bit x 40
  // 34 mW at 200 MHz: 170 pJ a clock.
  const std::int64_t clock = 170'000'000;
  const CoreKind& core = chip.core;
  EXPECT_EQ(chip.energy.soma_update.value.count(), clock * core.soma_cycles.value);
  EXPECT_EQ(chip.energy.event_emit.value.count(), clock * core.emit_cycles.value);
  EXPECT_EQ(chip.energy.event_receive.value.count(), clock * core.event_decode_cycles.value);
  EXPECT_EQ(chip.energy.synapse_read.value.count(), clock * core.synapse_cycles.value);
  EXPECT_EQ(chip.energy.chip_link_hop.origin.tag, Tag::kPublished);
  EXPECT_EQ(chip.energy.soma_update.origin.tag, Tag::kAssumed);
}

}  // namespace
}  // namespace ranvier::chips
