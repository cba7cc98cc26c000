// SPDX-License-Identifier: Apache-2.0
// Keys of a core's memory, of real-time ticks and of pipelines: read, written back, refused where they do not go
// together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chip_text.h"
#include "chips/errors.h"
#include "chips/self_check.h"
#include "chips/writer.h"

namespace ranvier::chips {
namespace {

std::string ticking(const std::string& more = "") {
  return toy_with("policy:", "  policy: fixed_tick\n  tick_cycles: 250 cycles" + more);
}

TEST(TimingKeys, AbsentOnesChangeNothing) {
  const Chip chip = load_target(toy_path()).chip;
  EXPECT_EQ(chip.core.synapse_words_per_cycle.value, 0);
  EXPECT_EQ(chip.core.memory_ports.value, 2);
  EXPECT_EQ(chip.sync.tick_cycles.value, 0);
  EXPECT_EQ(chip.sync.on_overrun, TickOverrun::kSkip);
  EXPECT_EQ(chip.sync.pipeline_buffers.value, 2);
}

TEST(TimingKeys, AreReadAndWrittenBack) {
  std::string text = with_line(ticking("\n  on_overrun: late\n  pipeline_buffers: 3"), "lanes:",
                               "  lanes: 4\n  synapse_word_bits: 64 bits\n  synapse_words_per_cycle: 2\n"
                               "  memory_ports: 1");
  const Board board = load_text(text);
  for (const Board& b : {board, load_text(resolved_yaml(board))}) {
    EXPECT_EQ(b.chip.core.synapse_words_per_cycle.value, 2);
    EXPECT_EQ(b.chip.core.memory_ports.value, 1);
    EXPECT_EQ(b.chip.sync.policy, SyncPolicy::kFixedTick);
    EXPECT_EQ(b.chip.sync.tick_cycles.value, 250);
    EXPECT_EQ(b.chip.sync.on_overrun, TickOverrun::kLate);
    EXPECT_EQ(b.chip.sync.pipeline_buffers.value, 3);
    EXPECT_THAT(self_check(b), testing::IsEmpty());
  }
  EXPECT_EQ(load_text(resolved_yaml(load_text(ticking()))).chip.sync.on_overrun, TickOverrun::kSkip);
}

TEST(TimingKeys, ThatDoNotGoTogetherAreRefused) {
  const auto tick = failure<Contradiction>(toy_with("policy:", "  policy: fixed_tick"));
  EXPECT_EQ(tick.key, "sync.tick_cycles");
  EXPECT_EQ(tick.other_key, "sync.policy");
  const auto words = failure<Contradiction>(toy_with("lanes:", "  lanes: 4\n  synapse_words_per_cycle: 1"));
  EXPECT_EQ(words.key, "core.synapse_words_per_cycle");
  EXPECT_EQ(words.other_key, "core.synapse_word_bits");
  EXPECT_EQ(failure<UnknownWord>(ticking("\n  on_overrun: stop")).key, "sync.on_overrun");
  EXPECT_EQ(failure<OutOfRange>(toy_with("lanes:", "  lanes: 4\n  memory_ports: 3")).key, "core.memory_ports");
  EXPECT_EQ(failure<OutOfRange>(ticking("\n  pipeline_buffers: 0")).key, "sync.pipeline_buffers");
}

TEST(TimingKeys, SelfCheckFindsThemSpoilt) {
  const auto spoilt = [](auto change) {
    Board board = load_target(toy_path());
    change(board.chip);
    return self_check(board);
  };
  EXPECT_THAT(spoilt([](Chip& c) { c.sync.policy = SyncPolicy::kFixedTick; }),
              testing::ElementsAre("tick_cycles: is 0, less than 1"));
  EXPECT_THAT(spoilt([](Chip& c) { c.core.memory_ports.value = 0; }),
              testing::ElementsAre("memory_ports: is 0, less than 1"));
  EXPECT_THAT(spoilt([](Chip& c) { c.core.synapse_words_per_cycle.value = 1; }),
              testing::ElementsAre("synapse_word_bits: is 0, less than 1"));
  EXPECT_THAT(spoilt([](Chip& c) { c.sync.pipeline_buffers.value = 0; }),
              testing::ElementsAre("pipeline_buffers: is 0, less than 1"));
}

}  // namespace
}  // namespace ranvier::chips
