// SPDX-License-Identifier: Apache-2.0
// A host's broadcast over a slow chip edge: by the shortest chain relays lose events, by the mapper's they do not.
#include "mapper/routing/relay_room.h"

#include <gtest/gtest.h>

#include "mapper/routing/route.h"
#include "tests/sim/chip_fixture.h"

namespace ranvier::sim {
namespace {

/// Two chips of two cores, 40 cycles a flit between them. The host's codes go to core 1 of one and core 2 of the other.
std::unique_ptr<testing::Case> broadcast() {
  auto c = testing::tiny_case();
  workloads::Stage& input = c->program.stages[0];
  workloads::Stage& fc = c->program.stages[1];
  input.tokens = 200;
  fc.tokens = 200;
  c->problem.board = testing::small_board(2, 1, 2, 1);
  c->problem.board.chip.chip_link.cycles_per_flit.value = 40;
  c->problem.board.chip.core.relay_buffer_events.value = 64;
  c->problem.tiles[0].tokens = {0, 200};
  c->problem.tiles[1].tokens = {0, 200};
  c->problem.tiles[1].outputs = {0, 2};
  c->problem.tiles.push_back(c->problem.tiles[1]);
  c->problem.tiles[3].outputs = {2, 3};
  c->problem.flows = {{TileId(0), {0, 200}, {0, 2}, {TileId(1), TileId(3)}, 2},
                      {TileId(1), {0, 1}, {0, 2}, {TileId(2)}, 3},
                      {TileId(3), {0, 1}, {2, 3}, {TileId(2)}, 3}};
  c->problem.flow_events = {400, 2, 1};
  c->problem.tile_cycles = {0, 0, 0, 0};
  c->mapping.core_of = {CoreId(), CoreId(1), CoreId(2), CoreId(2)};
  c->mapping.level = {0, 1, 2, 1};
  c->mapping.delay = {0, 0, 0};
  c->mapping.routes = mapper::make_routes(c->problem, c->mapping.core_of);
  return c;
}

std::int64_t lost(const testing::Case& c, Fidelity fidelity) {
  SimOptions options;
  options.fidelity = fidelity;
  options.allow_loss = true;
  const std::vector<std::vector<std::int32_t>> images{std::vector<std::int32_t>(400, 3)};
  return simulate(c.problem, c.mapping, images, options).lost.total;
}

TEST(RelayRoom, TheSourceWaitsInPlaceOfTheRelay) {
  const auto c = broadcast();
  ASSERT_EQ(c->mapping.routes[0].chain, (std::vector<CoreId>{CoreId(1), CoreId(2)}));
  EXPECT_GT(lost(*c, Fidelity::kCycle), 100);
  EXPECT_EQ(mapper::routing::make_sources_wait(c->problem, c->mapping.level, c->mapping.core_of, c->mapping.routes),
            1u);
  EXPECT_EQ(c->mapping.routes[0].chain, (std::vector<CoreId>{CoreId(2), CoreId(1)}));
  EXPECT_EQ(lost(*c, Fidelity::kCycle), 0);
  EXPECT_EQ(lost(*c, Fidelity::kFast), 0);
}

TEST(RelayRoom, AChainWhoseRelaysHaveRoomStays) {
  const auto c = broadcast();
  c->problem.board.chip.core.relay_buffer_events.value = 400;  // all of them
  EXPECT_EQ(mapper::routing::make_sources_wait(c->problem, c->mapping.level, c->mapping.core_of, c->mapping.routes),
            0u);
  EXPECT_EQ(lost(*c, Fidelity::kCycle), 0);
}

TEST(RelayRoom, AFullTableKeepsItsChain) {
  const auto c = broadcast();
  c->problem.board.chip.core.route_entries.value = 1;  // that of the flow which starts at core 2
  const auto before = c->mapping.routes[0].chain;
  EXPECT_EQ(mapper::routing::make_sources_wait(c->problem, c->mapping.level, c->mapping.core_of, c->mapping.routes),
            0u);
  EXPECT_EQ(c->mapping.routes[0].chain, before);
}

}  // namespace
}  // namespace ranvier::sim
