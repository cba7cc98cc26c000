// SPDX-License-Identifier: Apache-2.0
// Rip-up and re-route: exact loads before and after, and what may never get worse.
#include "mapper/routing/reroute.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "fixtures.h"
#include "mapper/cost.h"
#include "mapper/levels.h"
#include "mapper/routing/chain_search.h"
#include "mapper/routing/route.h"

namespace ranvier::mapper::routing {
namespace {

using mapper::testing::attention_program;
using mapper::testing::texts;
using mapper::testing::toy_board;

std::vector<CoreId> core_ids(std::initializer_list<std::size_t> ids) {
  std::vector<CoreId> list;
  for (const std::size_t i : ids) list.push_back(CoreId(i));
  return list;
}

/// Flows from tile 1 on core 0 to tiles 2 and 3, `count` times, one event of one flit each.
MappingProblem same_flows(const chips::Board& board, std::size_t count, std::vector<TileId> to) {
  MappingProblem p;
  p.board = board;
  p.schedule = Schedule::kTimesteps;
  p.tiles.resize(4);
  p.flows.assign(count, {TileId(1), {0, 1}, {0, 1}, std::move(to), 1});
  p.flow_events.assign(count, 1.0);
  p.tile_cycles.assign(4, 1.0);
  return p;
}

// [0] 1     0 -> 2 -> 3: south, east, 2 links. 0 -> 3 -> 2: east, south, west, 3 links.
//  2  3     Two such flows by the first order: 2 flits on both links. One of each: 1 flit a link for 5 hops.
TEST(Reroute, ChainsTakeAnotherOrderWithinTheHopsAllowed) {
  const auto p = same_flows(toy_board(2, 2), 2, {TileId(2), TileId(3)});
  const std::vector<std::int32_t> level{0, 1, 2, 2};
  const std::vector<CoreId> core_of{CoreId(), CoreId(0), CoreId(2), CoreId(3)};
  auto routes = make_routes(p, core_of);
  const RouteLoad before = route_load(p, level, core_of, routes);
  EXPECT_EQ(before.fullest_cycles, 2);
  EXPECT_EQ(before.flit_hops, 4);
  EXPECT_EQ(reroute(p, level, core_of, routes, {.more_hops = 0.2}), 0u);
  EXPECT_EQ(reroute(p, level, core_of, routes, {.more_hops = 0.25}), 1u);
  const RouteLoad after = route_load(p, level, core_of, routes);
  EXPECT_EQ(after.fullest_cycles, 1);
  EXPECT_EQ(after.flit_hops, 5);
}

TEST(Reroute, NoRelaysTableGetsTooFull) {
  auto p = same_flows(toy_board(2, 2), 2, {TileId(2), TileId(3)});
  p.flows.push_back({TileId(3), {0, 1}, {0, 1}, {TileId(2)}, 1});  // core 3 has an entry of its own
  p.flow_events.push_back(0);
  const std::vector<std::int32_t> level{0, 1, 3, 2};
  const std::vector<CoreId> core_of{CoreId(), CoreId(0), CoreId(2), CoreId(3)};
  auto routes = make_routes(p, core_of);
  p.board.chip.core.route_entries.value = 1;  // as many as core 3 has now
  EXPECT_EQ(reroute(p, level, core_of, routes, {.more_hops = 1}), 0u);
  p.board.chip.core.route_entries.value = 2;
  EXPECT_EQ(reroute(p, level, core_of, routes, {.more_hops = 1}), 1u);
}

// Two flows from 0 to 3 of a 2 x 2 mesh: east and south, or south and east, 2 links either way.
TEST(Reroute, TreesPartWithoutAHopMore) {
  auto p = same_flows(toy_board(2, 2), 2, {TileId(2)});
  p.board.chip.noc.multicast = chips::Multicast::kTree;
  const std::vector<std::int32_t> level{0, 1, 2, 2};
  const std::vector<CoreId> core_of{CoreId(), CoreId(0), CoreId(3), CoreId(1)};
  auto routes = make_routes(p, core_of);
  EXPECT_EQ(route_load(p, level, core_of, routes).fullest_cycles, 2);
  EXPECT_EQ(reroute(p, level, core_of, routes, {.more_hops = 0}), 1u);
  EXPECT_EQ(route_load(p, level, core_of, routes).fullest_cycles, 1);
  EXPECT_EQ(route_load(p, level, core_of, routes).flit_hops, 4);
  EXPECT_NE(routes[0].tree, routes[1].tree);
}

TEST(Reroute, UnicastWaysStay) {
  auto p = same_flows(toy_board(2, 2), 2, {TileId(2), TileId(3)});
  p.board.chip.noc.multicast = chips::Multicast::kUnicast;
  const std::vector<CoreId> core_of{CoreId(), CoreId(0), CoreId(2), CoreId(3)};
  std::vector<Route> routes(2, {core_ids({2, 3})});
  EXPECT_EQ(reroute(p, {0, 1, 2, 2}, core_of, routes, {.more_hops = 9}), 0u);
}

TEST(ChainSearch, CountsWhatALegCostsTheOtherWay) {
  const auto b = toy_board(3, 1);
  std::vector<std::int64_t> price(link_count(b), 1);
  // From 1: first west or first east, 3 links either way; the way back from 2 is dear.
  EXPECT_EQ(cheaper_chain(b, CoreId(1), core_ids({2, 0}), price), core_ids({2, 0}));
  price[link_of(b, CoreId(2), Direction::kWest).value()] = 9;
  EXPECT_EQ(cheaper_chain(b, CoreId(1), core_ids({2, 0}), price), core_ids({0, 2}));
}

RC_GTEST_PROP(Reroute, FullestLinkNeverGetsFullerAndHopsStayInBounds, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  auto board = toy_board(*rc::gen::inRange(2, 6), *rc::gen::inRange(2, 6));
  const auto draw = [&](std::size_t n, std::uint64_t a, std::uint64_t b) {
    return random_below(static_cast<std::uint32_t>(n), seed, a, b);
  };
  if (draw(2, 0, 0) == 0) board.chip.noc.multicast = chips::Multicast::kTree;
  MappingProblem p;
  p.board = board;
  p.schedule = Schedule::kTimesteps;
  p.tiles.resize(12);
  std::vector<std::int32_t> level;
  std::vector<CoreId> core_of{CoreId()};
  for (std::uint64_t t = 1; t < 12; ++t) core_of.push_back(CoreId(draw(board.cores(), 1, t)));
  for (std::int32_t t = 0; t < 12; ++t) level.push_back(t);
  for (std::uint64_t f = 0; f < 15; ++f) {
    const std::size_t source = draw(10, 2, f);
    std::vector<TileId> to;
    for (std::size_t t = source + 1; t < 12; ++t)
      if (draw(3, 3 + f, t) == 0) to.push_back(TileId(t));
    if (to.empty()) to.push_back(TileId(11));
    p.flows.push_back({TileId(source), {0, 1}, {0, 1}, to, 1});
    p.flow_events.push_back(draw(20, 4, f));
  }
  p.tile_cycles.assign(12, 1.0);
  const auto before = make_routes(p, core_of);
  auto after = before;
  const RerouteOptions options{.more_hops = 0.1};
  const std::size_t changed = reroute(p, level, core_of, after, options);
  const RouteLoad a = route_load(p, level, core_of, before);
  const RouteLoad b = route_load(p, level, core_of, after);
  const bool emptier = b.fullest_cycles < a.fullest_cycles;
  RC_ASSERT(emptier == (changed > 0));
  RC_ASSERT(emptier || b.fullest_cycles == a.fullest_cycles);
  RC_ASSERT(b.flit_hops <= a.flit_hops * 1.1 + 1e-9);
  for (std::size_t f = 0; f < before.size(); ++f) {
    auto x = before[f].chain, y = after[f].chain;
    std::sort(x.begin(), x.end());
    std::sort(y.begin(), y.end());
    RC_ASSERT(x == y);
  }
}

TEST(Reroute, OfAWholeProgramIsVerifiedAndNotWorse) {
  const auto program = attention_program();
  for (const auto style : {chips::Multicast::kRelay, chips::Multicast::kTree}) {
    auto board = toy_board(4, 4);
    board.chip.noc.multicast = style;
    const auto problem = make_problem(program, board, Schedule::kStagedGraded);
    Mapping mapping = map_program(problem);
    route(problem, mapping);
    const Metrics before = estimate(problem, mapping);
    const bool kept = reroute_if_better(problem, mapping, {.more_hops = 0.5});
    const Metrics after = estimate(problem, mapping);
    EXPECT_EQ(texts(verify(problem, mapping)), "");
    EXPECT_LE(after.latency, before.latency);
    if (kept)
      EXPECT_LT(after.max_link_load, before.max_link_load);
    else
      EXPECT_EQ(after.max_link_load, before.max_link_load);
  }
}

}  // namespace
}  // namespace ranvier::mapper::routing
