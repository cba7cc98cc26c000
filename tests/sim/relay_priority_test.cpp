// SPDX-License-Identifier: Apache-2.0
// A core that passes events on while it sends a burst of its own: relays enter the network first, the core's own
// events wait in the core.
#include <gtest/gtest.h>

#include "sim/errors.h"
#include "sim/network_timing.h"
#include "sim/simulate.h"
#include "tests/sim/chip_fixture.h"

namespace ranvier::sim {
namespace {

constexpr std::int32_t kHalf = 64;

/// One code -> fc with two halves of kHalf neurons, each of which sends one event -> head with two halves. Near half
/// of fc and first half of the head on core 1, far half on core 0, second half of the head on core 3: far events go to
/// core 1, whose relay sends a copy to core 3, where all of the near half's events go too. Each core emits an event a
/// cycle, so that core 1 has two packets a cycle to send.
std::unique_ptr<testing::Case> burst_case(std::int64_t relay_buffer) {
  using workloads::Stage;
  auto c = std::make_unique<testing::Case>();
  workloads::Program& p = c->program;
  p = testing::tiny_program();
  Stage& input = p.stages[0];
  input.tokens = 1;
  input.channels = input.in_channels = 1;
  Stage& fc = p.stages[1];
  fc.tokens = fc.in_channels = 1;
  fc.channels = 2 * kHalf;
  fc.encoder = {true, std::vector<std::int32_t>(2 * kHalf, 4), -3, 3};
  fc.linear.weight.assign(2 * kHalf, 4);
  fc.linear.bias.assign(2 * kHalf, 0);
  Stage& head = p.stages[2];
  head.in_channels = 2 * kHalf;
  head.linear.weight.clear();
  for (std::int32_t i = 0; i < 2 * kHalf; ++i) head.linear.weight.insert(head.linear.weight.end(), {1, -1});
  head.linear.bias = {0, 0};

  c->problem.program = &p;
  c->problem.board = testing::small_board(2, 2);
  chips::CoreKind& core = c->problem.board.chip.core;
  core.lanes.value = kHalf;
  core.map_cycles.value = 0;
  core.receive_fifo_events.value = 1024;
  core.relay_buffer_events.value = relay_buffer;
  c->problem.tiles.resize(5);
  c->problem.tiles[0] = {StageId(0), {0, 1}, {0, 1}, {0, 1}, {}, {}, {}};
  c->problem.tiles[1] = {StageId(1), {0, kHalf}, {0, 1}, {0, 1}, {}, {}, {}};
  c->problem.tiles[2] = {StageId(1), {kHalf, 2 * kHalf}, {0, 1}, {0, 1}, {}, {}, {}};
  c->problem.tiles[3] = {StageId(2), {0, 1}, {0, 2 * kHalf}, {0, 1}, {}, {}, {}};
  c->problem.tiles[4] = {StageId(2), {1, 2}, {0, 2 * kHalf}, {0, 1}, {}, {}, {}};
  c->problem.flows = {{TileId(0), {0, 1}, {0, 1}, {TileId(1), TileId(2)}, 2},
                      {TileId(1), {0, 1}, {0, kHalf}, {TileId(3), TileId(4)}, 3},
                      {TileId(2), {0, 1}, {kHalf, 2 * kHalf}, {TileId(3), TileId(4)}, 3}};
  c->mapping = {{CoreId(), CoreId(1), CoreId(0), CoreId(1), CoreId(3)},
                {{{CoreId(0), CoreId(1)}}, {{CoreId(3)}}, {{CoreId(1), CoreId(3)}}},
                {0, 1, 1, 2, 2},
                {0, 0, 0}};
  return c;
}

std::int64_t peak_relay_buffer(const RunResult& r, CoreId core) {
  for (const CoreResult& c : r.cores) {
    if (c.core == core) return c.peak_relay_buffer;
  }
  return -1;
}

// Far events reach core 1 one a cycle, and each leaves with the next cycle: one slot does. Behind the core's own burst
// in one queue they would need half as many slots as there are events.
TEST(RelayPriority, RelaysGoBeforeTheCoresOwnEvents) {
  const auto c = burst_case(1);
  for (const Fidelity f : {Fidelity::kFast, Fidelity::kCycle}) {
    SCOPED_TRACE(static_cast<int>(f));
    SimOptions options;
    options.fidelity = f;
    const RunResult r = simulate(c->problem, c->mapping, std::vector<std::vector<std::int32_t>>{{1}}, options);
    EXPECT_TRUE(r.images[0].exact);
    EXPECT_EQ(r.images[0].logits, (std::vector<std::int32_t>{2 * kHalf, -2 * kHalf}));
    EXPECT_EQ(r.lost.total, 0);
    EXPECT_EQ(peak_relay_buffer(r, CoreId(1)), 1);
    EXPECT_EQ(peak_relay_buffer(r, CoreId(0)), 1);  // the input's one event
    // 2 * kHalf packets leave core 1 without a gap from its first own event on: soma 1, emit 1.
    const std::int64_t last = zero_load_cycles(mesh_of(c->problem.board), CoreId(1), CoreId(3));
    const std::int64_t network = r.steps[1].network.count();
    if (f == Fidelity::kCycle) {
      EXPECT_EQ(network, 2 + (2 * kHalf - 1) + last);
    } else {
      EXPECT_NEAR(static_cast<double>(network), static_cast<double>(2 + (2 * kHalf - 1) + last), 8);  // a slice
    }
  }
}

}  // namespace
}  // namespace ranvier::sim
