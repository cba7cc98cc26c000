// SPDX-License-Identifier: Apache-2.0
// Relay chains by exact hop counts, and routing tables.
#include "mapper/routes.h"

#include <gtest/gtest.h>

#include "fixtures.h"
#include "mapper/errors.h"

namespace ranvier::mapper {
namespace {

using testing::toy_board;

/// A problem of `tiles` tiles without a program: routes look at flows, cores and tables only.
MappingProblem bare(const chips::Board& board, std::size_t tiles, std::vector<Flow> flows) {
  MappingProblem p;
  p.board = board;
  p.tiles.resize(tiles);
  p.flows = std::move(flows);
  p.flow_events.assign(p.flows.size(), 1.0);
  p.tile_cycles.assign(tiles, 1.0);
  return p;
}

std::vector<TileId> tile_ids(std::initializer_list<std::size_t> ids) {
  std::vector<TileId> list;
  for (const std::size_t i : ids) list.push_back(TileId(i));
  return list;
}

std::vector<CoreId> core_ids(std::initializer_list<std::size_t> ids) {
  std::vector<CoreId> list;
  for (const std::size_t i : ids) list.push_back(CoreId(i));
  return list;
}

//   0   1  [2]  3
//   4   S   6  [7]      S = 5; 2, 7, 8: 2 + 2 + 4 = 8
//  [8]  9  10  11              8, 2, 7: 2 + 4 + 2 = 8; 2, 8, 7: 2 + 4 + 4 = 10
TEST(Chain, VisitsNearestFirstAndTwoOptNeverLengthens) {
  const auto board = toy_board(4, 3);
  const auto chain = shortest_chain(board, CoreId(5), core_ids({8, 7, 2}));
  EXPECT_EQ(chain_hops(board, CoreId(5), chain), 8);
}

//  [0] 1 2 [3] S [5] 6 [7] 8
TEST(Chain, TwoOptRepairsAGreedyDetour) {
  const auto board = toy_board(9, 1);
  // Greedy: 3, 5, 7, 0 = 1 + 2 + 2 + 7 = 12. Best: first right, then left = 3 + 7 = 10.
  auto greedy = core_ids({0, 3, 5, 7});
  order_by_nearest(board, CoreId(4), greedy);
  EXPECT_EQ(greedy, core_ids({3, 5, 7, 0}));
  EXPECT_EQ(chain_hops(board, CoreId(4), greedy), 12);
  EXPECT_EQ(chain_hops(board, CoreId(4), shortest_chain(board, CoreId(4), core_ids({0, 3, 5, 7}))), 10);
}

TEST(Chain, LeavesOutTheSourcesCoreAndDuplicates) {
  const Flow flow{TileId(1), {0, 1}, {0, 1}, tile_ids({2, 3, 4}), 1};
  const std::vector<CoreId> core_of = core_ids({0, 5, 5, 7, 7});
  EXPECT_EQ(destination_cores(flow, core_of), core_ids({7}));
}

TEST(Routes, TheHostEntersAtCoreZeroAndVisitsItToo) {
  const auto p = bare(toy_board(3, 3), 3, {{TileId(0), {0, 1}, {0, 1}, tile_ids({1, 2}), 1}});
  std::vector<CoreId> core_of{CoreId(), CoreId(0), CoreId(4)};
  EXPECT_EQ(make_routes(p, core_of)[0].chain, core_ids({0, 4}));
  EXPECT_EQ(entry_core(core_of, TileId(0)), CoreId(0));
}

//   S  A  B        three flows S -> {A, B}: A would relay all three, its table holds two
TEST(Routes, AFullTableHandsRelayingToTheNextCore) {
  auto board = toy_board(3, 1);
  board.chip.core.route_entries.value = 3;
  std::vector<Flow> flows(3, {TileId(1), {0, 1}, {0, 1}, tile_ids({2, 3}), 1});
  flows.push_back({TileId(2), {0, 1}, {0, 1}, tile_ids({3}), 1});  // one of A's own
  const auto p = bare(board, 4, flows);
  const std::vector<CoreId> core_of{CoreId(), CoreId(0), CoreId(1), CoreId(2)};
  const auto routes = make_routes(p, core_of);
  int relayed_by_b = 0;
  for (const Route& r : routes) relayed_by_b += r.chain == core_ids({2, 1}) ? 1 : 0;
  EXPECT_EQ(relayed_by_b, 1);
}

TEST(Routes, TablesThatOverflowAnywayDoNotFit) {
  auto board = toy_board(3, 1);
  board.chip.core.route_entries.value = 1;
  auto p = bare(board, 3, std::vector<Flow>(2, {TileId(1), {0, 1}, {0, 1}, tile_ids({2}), 1}));
  workloads::Program program;
  program.stages.resize(1);
  program.stages[0].name = "only";
  p.program = &program;
  for (Tile& tile : p.tiles) tile.stage = StageId(0);
  try {
    make_routes(p, {CoreId(), CoreId(0), CoreId(1)});
    FAIL();
  } catch (const DoesNotFit& e) {
    EXPECT_EQ(e.shortfalls[0].resource, "route_entries");
    EXPECT_EQ(e.shortfalls[0].core, CoreId(0));
    EXPECT_EQ(e.shortfalls[0].needed, 2);
    EXPECT_EQ(e.shortfalls[0].available, 1);
    EXPECT_EQ(e.shortfalls[0].text(),
              "core 0 needs 2 routing table entries for stage only, the chip's cores have 1 (route_entries)");
  }
}

}  // namespace
}  // namespace ranvier::mapper
