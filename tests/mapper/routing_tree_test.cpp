// SPDX-License-Identifier: Apache-2.0
// Multicast trees: exact shapes, and the properties of trees grown under random prices.
#include "mapper/routing/tree.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "base/random.h"
#include "fixtures.h"
#include "mapper/step_work.h"
#include "mapper/verifier_parts.h"

namespace ranvier::mapper::routing {
namespace {

using mapper::testing::toy_board;

std::vector<CoreId> core_ids(std::initializer_list<std::size_t> ids) {
  std::vector<CoreId> list;
  for (const std::size_t i : ids) list.push_back(CoreId(i));
  return list;
}

LinkId link(const chips::Board& b, std::size_t core, Direction d) { return link_of(b, CoreId(core), d); }

//   0  1  2  3
//   4 [S] 6  7      S = 5, to 3 and 11: the XY ways share the row
//   8  9 10 11
TEST(Tree, XyWaysShareTheRowAndCountItOnce) {
  const auto b = toy_board(4, 3);
  const std::vector<LinkId> expected{link(b, 5, Direction::kEast), link(b, 6, Direction::kEast),
                                     link(b, 7, Direction::kNorth), link(b, 7, Direction::kSouth)};
  EXPECT_EQ(xy_tree(b, CoreId(5), core_ids({3, 11})), expected);
}

//   0  1  2  3      From 0 to 9, 10 and 11: three columns by XY, 3 + 3 x 2 = 9 links; a Steiner tree goes down once
//   4  5  6  7      and along row 2: 5.
//   8  9 10 11
TEST(Tree, GrowsFromWhatIsThereRatherThanFromTheSource) {
  const auto b = toy_board(4, 3);
  const auto to = core_ids({9, 10, 11});
  EXPECT_EQ(xy_tree(b, CoreId(0), to).size(), 9u);
  TreeSearch search(b);
  EXPECT_EQ(search.grow(CoreId(0), to, std::vector<std::int64_t>(link_count(b), 1)).size(), 5u);
}

TEST(Tree, GoesRoundALinkWithAHighPrice) {
  const auto b = toy_board(3, 3);
  std::vector<std::int64_t> price(link_count(b), 1);
  price[link(b, 0, Direction::kEast).value()] = 10;
  TreeSearch search(b);
  const auto way = search.grow(CoreId(0), core_ids({2}), price);
  EXPECT_EQ(way.front(), link(b, 0, Direction::kSouth));
  EXPECT_EQ(way.size(), 4u);
  // Not westward: a way that has left the row for another cannot go west any more.
  price.assign(link_count(b), 1);
  price[link(b, 2, Direction::kWest).value()] = 10;
  EXPECT_EQ(search.grow(CoreId(2), core_ids({0}), price).size(), 2u);
}

TEST(Tree, CyclesOfAWayAreThoseOfAPacketAlone) {
  auto b = toy_board(2, 2, 2, 1);  // a chip edge between columns 1 and 2
  Route route;
  route.chain = core_ids({2, 5});
  route.tree = xy_tree(b, CoreId(0), route.chain);
  ASSERT_EQ(route.tree.size(), 3u);
  const TreeWay way = tree_way(b, CoreId(0), route, 2);
  EXPECT_EQ(way.way.links, 3);
  EXPECT_EQ(way.way.edges, 1);
  EXPECT_EQ(way.way.vertical, 1);
  EXPECT_EQ(way.longest_cycles, leg_cycles(b, CoreId(0), CoreId(2), 2));
  EXPECT_EQ(way_to(b, CoreId(0), CoreId(5), route.tree).size(), 2u);
}

RC_GTEST_PROP(Tree, IsATreeOfAllDestinationsWithoutForbiddenTurns, ()) {
  const auto b = toy_board(*rc::gen::inRange(1, 9), *rc::gen::inRange(1, 9));
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const auto cores = static_cast<std::uint32_t>(b.cores());
  const CoreId from(random_below(cores, seed, 0, 0));
  std::set<CoreId> wanted;
  const std::uint32_t count = 1 + random_below(12, seed, 1, 0);
  for (std::uint32_t i = 0; i < count; ++i) wanted.insert(CoreId(random_below(cores, seed, 2, i)));
  wanted.erase(from);
  std::vector<std::int64_t> price;
  for (std::uint32_t l = 0; l < link_count(b); ++l) price.push_back(1 + random_below(50, seed, 3, l));
  Route route;
  route.chain.assign(wanted.begin(), wanted.end());
  TreeSearch search(b);
  for (int again = 0; again < 2; ++again) {  // buffers are left as they were found
    route.tree = search.grow(from, route.chain, price);
    std::vector<std::set<std::size_t>> next(link_count(b));
    RC_ASSERT(verify_parts::tree_fault(b, from.value(), route, next) == "");
    for (std::size_t before = 0; before < next.size(); ++before)
      for (const std::size_t after : next[before])
        RC_ASSERT(turn_allowed(link_direction(LinkId(before)), link_direction(LinkId(after))));
    const auto sum = [&](const std::vector<LinkId>& links) {
      std::int64_t s = 0;
      for (const LinkId l : links) s += price[l.value()];
      return s;
    };
    RC_ASSERT(sum(route.tree) <= sum(xy_tree(b, from, route.chain)));
  }
}

// All allowed turns of a mesh together: whatever trees are on it, no links wait for each other in a cycle.
TEST(Tree, AllowedTurnsMakeNoCycle) {
  const auto b = toy_board(6, 5);
  const auto turns = [&](auto&& allowed) {
    std::vector<std::set<std::size_t>> next(link_count(b));
    for (std::int32_t y = 0; y < b.height(); ++y)
      for (std::int32_t x = 0; x < b.width(); ++x)
        for (std::size_t in = 0; in < 4; ++in) {
          const auto d = static_cast<Direction>(in);
          const bool there = (d == Direction::kEast && x + 1 < b.width()) || (d == Direction::kWest && x > 0) ||
                             (d == Direction::kSouth && y + 1 < b.height()) || (d == Direction::kNorth && y > 0);
          if (!there) continue;
          const CoreId end = neighbour(b, b.core_at(x, y), d);
          for (std::size_t out = 0; out < 4; ++out)
            if (allowed(d, static_cast<Direction>(out)))
              next[link_of(b, b.core_at(x, y), d).value()].insert(link_of(b, end, static_cast<Direction>(out)).value());
        }
    return next;
  };
  EXPECT_TRUE(verify_parts::find_cycle(turns(turn_allowed)).empty());
  const auto any = [](Direction in, Direction out) { return (static_cast<int>(in) ^ 1) != static_cast<int>(out); };
  EXPECT_FALSE(verify_parts::find_cycle(turns(any)).empty());
}

}  // namespace
}  // namespace ranvier::mapper::routing
