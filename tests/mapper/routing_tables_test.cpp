// SPDX-License-Identifier: Apache-2.0
// Keys, tables and their merging, held against key-by-key lookup.
#include "mapper/routing/tables.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "fixtures.h"
#include "mapper/errors.h"
#include "mapper/routing/keys.h"
#include "mapper/routing/route.h"
#include "mapper/verifier.h"

namespace ranvier::mapper::routing {
namespace {

using mapper::testing::attention_program;
using mapper::testing::texts;
using mapper::testing::toy_board;

constexpr std::uint64_t kNothing = 0;

/// What a router does with a key; kNothing: no entry.
std::uint64_t look_up(const std::vector<TableEntry>& table, std::uint32_t key) {
  for (const TableEntry& e : table)
    if ((key & e.keys.mask) == e.keys.key) return e.outputs;
  return kNothing;
}

/// Key `key` of `bits` free bits.
Passage passage(std::uint32_t key, int bits, std::uint64_t outputs, bool straight = false) {
  return {{key, ~((1u << bits) - 1u)}, outputs, straight};
}

TEST(Table, StaysAsItIsWhereItFits) {
  const std::vector<Passage> p{passage(0, 2, 1), passage(4, 2, 1), passage(8, 2, 2, true)};
  const auto table = make_table(p, 2);
  ASSERT_EQ(table.size(), 2u);
  EXPECT_EQ(table[0].keys, p[0].keys);
  EXPECT_EQ(table[1].keys, p[1].keys);
}

// Blocks 0, 1, 2 and 3 of 4 keys each; 1 goes elsewhere. In order, three entries are one: it comes after that of 1.
TEST(Table, ALaterEntryCoversWhatAnEarlierOneTakes) {
  const std::vector<Passage> p{passage(0, 2, 1), passage(4, 2, 2), passage(8, 2, 1), passage(12, 2, 1)};
  const auto table = make_table(p, 2);
  ASSERT_EQ(table.size(), 2u);
  EXPECT_EQ(table[0], (TableEntry{{4, ~3u}, 2}));
  EXPECT_EQ(table[1], (TableEntry{{0, ~15u}, 1}));
}

// The same, but block 1 goes straight on without an entry: nothing may cover it.
TEST(Table, NoEntryCoversWhatGoesStraightOn) {
  const std::vector<Passage> p{passage(0, 2, 1), passage(4, 2, 2, true), passage(8, 2, 1), passage(12, 2, 1)};
  const auto table = make_table(p, 1);
  EXPECT_EQ(table.size(), 2u);
  EXPECT_EQ(look_up(table, 5), kNothing);
  for (const std::uint32_t key : {0u, 8u, 15u}) EXPECT_EQ(look_up(table, key), 1u) << key;
}

TEST(Table, StopsAsSoonAsItFits) {
  std::vector<Passage> p;
  for (std::uint32_t i = 0; i < 16; ++i) p.push_back(passage(4 * i, 2, 1));
  EXPECT_EQ(make_table(p, 16).size(), 16u);
  EXPECT_EQ(make_table(p, 13).size(), 13u);
  EXPECT_EQ(make_table(p, 1).size(), 1u);
}

RC_GTEST_PROP(Table, SendsEveryKeyAsThePassagesDo, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  std::vector<Passage> p;
  const std::uint32_t groups = 1 + random_below(6, seed, 0, 0);
  std::uint32_t key = 0;
  for (std::uint32_t i = 0; i < 60; ++i) {
    const int bits = static_cast<int>(random_below(4, seed, 1, i));
    const std::uint32_t size = 1u << bits;
    key = (key + size - 1) / size * size;
    if (random_below(5, seed, 2, i) == 0) key += size;  // keys of nobody
    const bool straight = random_below(6, seed, 3, i) == 0;
    p.push_back(passage(key, bits, 1 + random_below(groups, seed, 4, i), straight));
    key += size;
  }
  const std::size_t limit = random_below(50, seed, 5, 0);
  const auto table = make_table(p, limit);
  std::size_t plain = 0;
  for (const Passage& one : p) {
    plain += one.straight ? 0 : 1;
    const std::uint32_t free = ~one.keys.mask;
    for (std::uint32_t k = 0; k <= free; ++k) {
      const std::uint64_t outputs = look_up(table, one.keys.key + k);
      RC_ASSERT(outputs == one.outputs || (one.straight && outputs == kNothing));
    }
  }
  RC_ASSERT(table.size() <= plain);
  if (plain > limit) RC_ASSERT(table.size() >= limit);
}

MappingProblem bare(const chips::Board& board, std::size_t tiles, std::vector<Flow> flows) {
  MappingProblem p;
  p.board = board;
  p.board.chip.noc.multicast = chips::Multicast::kTree;
  p.tiles.resize(tiles);
  p.flows = std::move(flows);
  p.flow_events.assign(p.flows.size(), 1.0);
  p.tile_cycles.assign(tiles, 1.0);
  return p;
}

// Tile 1: two flows of 3 and 5 neurons, 3 bits each, 16 keys; tile 2: one of 2.
TEST(Keys, ABlockATileThenAFlowThenANeuron) {
  const auto p = bare(toy_board(3, 1), 4,
                      {{TileId(1), {0, 1}, {0, 3}, {TileId(2)}, 1},
                       {TileId(1), {0, 1}, {3, 8}, {TileId(3)}, 1},
                       {TileId(2), {0, 2}, {0, 1}, {TileId(3)}, 1}});
  const std::vector<CoreId> core_of{CoreId(), CoreId(0), CoreId(1), CoreId(2)};
  const auto keys = assign_keys(p, make_routes(p, core_of));
  EXPECT_EQ(keys[0], (KeyBlock{0, ~7u}));
  EXPECT_EQ(keys[1], (KeyBlock{8, ~7u}));
  EXPECT_EQ(keys[2], (KeyBlock{16, ~1u}));
}

TEST(Keys, TooManyAreRefused) {
  std::vector<Flow> flows;
  for (std::size_t t = 1; t < 9; ++t) flows.push_back({TileId(t), {0, 1 << 15}, {0, 1 << 14}, {TileId(9)}, 1});
  auto p = bare(toy_board(5, 2), 10, flows);
  std::vector<CoreId> core_of{CoreId()};
  for (std::size_t c = 0; c < 9; ++c) core_of.push_back(CoreId(c));
  try {
    assign_keys(p, make_routes(p, core_of));
    FAIL() << "8 blocks of 2^29 keys fit into fewer than 2^32";
  } catch (const DoesNotFit& e) {
    EXPECT_EQ(e.shortfalls[0].resource, "routing keys");
    EXPECT_EQ(e.shortfalls[0].needed, std::int64_t{1} << 32);
  }
}

//  S A B C: a flow from S to C passes A and B straight on: entries at S and C alone.
TEST(Tables, PacketsGoStraightOnWithoutEntries) {
  const auto p = bare(toy_board(4, 1), 3, {{TileId(1), {0, 1}, {0, 4}, {TileId(2)}, 1}});
  const std::vector<CoreId> core_of{CoreId(), CoreId(0), CoreId(3)};
  const Tables made = make_tables(p, core_of, make_routes(p, core_of));
  EXPECT_EQ(made.entries, 2);
  EXPECT_EQ(made.tables.of_router[0].at(0), (TableEntry{{0, ~3u}, 1u}));       // east
  EXPECT_EQ(made.tables.of_router[3].at(0), (TableEntry{{0, ~3u}, 1u << 4}));  // core 0 of the router
}

TEST(Tables, AreMergedToTheLimitOrRefused) {
  // Eight tiles on core 0 send to core 1, each of them: 8 entries in both tables, all alike.
  std::vector<Flow> flows;
  for (std::size_t t = 1; t < 9; ++t) flows.push_back({TileId(t), {0, 1}, {0, 4}, {TileId(9)}, 1});
  auto p = bare(toy_board(2, 1), 10, flows);
  std::vector<CoreId> core_of(10, CoreId(0));
  core_of[0] = CoreId();
  core_of[9] = CoreId(1);
  p.board.chip.core.route_entries.value = 3;
  const Tables made = make_tables(p, core_of, make_routes(p, core_of));
  EXPECT_EQ(made.most_plain, 8u);
  EXPECT_EQ(made.most, 3u);
  // East and south by turns: blocks 0, 2, 4, 6 and 1, 3, 5, 7 make two entries, one is too few.
  auto q = bare(toy_board(2, 2), 11, flows);
  for (std::size_t f = 0; f < 8; f += 2) q.flows[f].destinations = {TileId(10)};
  core_of.push_back(CoreId(2));
  q.board.chip.core.route_entries.value = 2;
  EXPECT_EQ(make_tables(q, core_of, make_routes(q, core_of)).most, 2u);
  q.board.chip.core.route_entries.value = 1;
  EXPECT_THROW(make_tables(q, core_of, make_routes(q, core_of)), DoesNotFit);
}

TEST(Tables, OfAWholeProgramAreFoundRightAndDamageIsSeen) {
  const auto program = attention_program();
  auto board = toy_board(4, 4);
  board.chip.noc.multicast = chips::Multicast::kTree;
  const auto problem = make_problem(program, board, Schedule::kStagedGraded);
  const Mapping mapping = map_program(problem);
  EXPECT_EQ(texts(verify(problem, mapping)), "");
  std::size_t most = 0;
  for (const auto& t : mapping.tables.of_router) most = std::max(most, t.size());
  auto tight = problem;
  Mapping merged = mapping;
  for (std::int64_t& limit = tight.board.chip.core.route_entries.value = static_cast<std::int64_t>(most); limit > 1;) {
    --limit;
    try {
      route(tight, merged);
    } catch (const DoesNotFit& e) {
      EXPECT_EQ(e.shortfalls[0].resource, "route_entries");
      ++limit;
      break;
    }
    EXPECT_EQ(texts(verify(tight, merged)), "");
  }
  route(tight, merged);
  ASSERT_LT(tight.board.chip.core.route_entries.value, static_cast<std::int64_t>(most));

  // Any output of any entry that is changed sends some packet elsewhere.
  for (std::size_t r = 0; r < merged.tables.of_router.size(); ++r)
    for (std::size_t e = 0; e < merged.tables.of_router[r].size(); ++e) {
      Mapping bad = merged;
      bad.tables.of_router[r][e].outputs ^= 1u << 4;
      const auto found = verify(tight, bad);
      ASSERT_FALSE(found.empty()) << "router " << r << " entry " << e;
      EXPECT_EQ(found[0].kind, FindingKind::kTable);
    }
  Mapping none = merged;
  none.tables = {};
  EXPECT_EQ(verify(tight, none).at(0).kind, FindingKind::kTable);
  Mapping full = mapping;
  EXPECT_EQ(verify(tight, full).at(0).kind, FindingKind::kRouteEntries);
}

}  // namespace
}  // namespace ranvier::mapper::routing
