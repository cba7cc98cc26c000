// SPDX-License-Identifier: Apache-2.0
// The verifier on made-up trees: each thing that can be wrong with one, and links that wait for each other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixtures.h"
#include "mapper/mesh.h"
#include "mapper/routing/tables.h"
#include "mapper/verifier_parts.h"

namespace ranvier::mapper {
namespace {

using mapper::testing::kinds;
using mapper::testing::texts;
using mapper::testing::toy_board;
using verify_parts::Findings;

using enum Direction;

/// Tile t on core t - 1 of a 2 x 2 mesh; flows of one neuron and one event, each with the tree that it is given.
struct Made {
  Made() {
    program.stages.resize(3);
    problem.program = &program;
    problem.board = toy_board(2, 2);
    problem.board.chip.noc.multicast = chips::Multicast::kTree;
    problem.schedule = Schedule::kTimesteps;
    problem.tiles.resize(5);
    for (Tile& tile : problem.tiles) tile.stage = StageId(1);
    mapping.core_of = {CoreId(), CoreId(0), CoreId(1), CoreId(2), CoreId(3)};
  }
  void flow(std::size_t from, std::vector<std::size_t> to, std::vector<std::pair<std::size_t, Direction>> tree) {
    Flow f{TileId(from + 1), {0, 1}, {0, 1}, {}, 1};
    Route r;
    for (const std::size_t core : to) {
      f.destinations.push_back(TileId(core + 1));
      r.chain.push_back(CoreId(core));
    }
    for (const auto& [core, direction] : tree) r.tree.push_back(link_of(problem.board, CoreId(core), direction));
    problem.flows.push_back(f);
    problem.flow_events.push_back(1);
    mapping.routes.push_back(r);
  }
  std::vector<Finding> check(bool make_tables = true) {
    if (make_tables) mapping.tables = routing::make_tables(problem, mapping.core_of, mapping.routes).tables;
    Findings out(10);
    verify_parts::check_routes(problem, mapping, out);
    return out.list;
  }
  workloads::Program program;
  MappingProblem problem;
  Mapping mapping;
};

// 0 1     Four flows, each round the next corner.
// 2 3
TEST(VerifyTrees, LinksThatWaitForEachOtherInACycleAreRefused) {
  Made m;
  m.flow(0, {3}, {{0, kEast}, {1, kSouth}});
  m.flow(1, {2}, {{1, kSouth}, {3, kWest}});
  m.flow(3, {0}, {{3, kWest}, {2, kNorth}});
  EXPECT_EQ(texts(m.check()), "");  // three of the four corners: no cycle
  m.flow(2, {1}, {{2, kNorth}, {0, kEast}});
  const auto found = m.check();
  ASSERT_EQ(kinds(found), std::vector{FindingKind::kDeadlock});
  EXPECT_EQ(found[0].text, "4 links wait for each other in a cycle, from core 0");
}

TEST(VerifyTrees, ATreeThatIsNoneIsRefused) {
  const auto text_of = [](std::vector<std::size_t> to, std::vector<std::pair<std::size_t, Direction>> tree) {
    Made m;
    m.flow(0, std::move(to), std::move(tree));
    const auto found = m.check(false);
    return found.empty() ? "" : found[0].text;
  };
  EXPECT_EQ(text_of({3}, {{0, kEast}}), "flow 0: its tree does not come to core 3");
  EXPECT_EQ(text_of({3}, {{1, kSouth}}), "flow 0: link 6 of its tree goes on from nowhere");
  EXPECT_EQ(text_of({1}, {{0, kEast}, {0, kSouth}}), "flow 0: its tree ends at router 2, which has no destination");
  EXPECT_EQ(text_of({3}, {{0, kEast}, {0, kSouth}, {1, kSouth}, {2, kEast}}),
            "flow 0: its tree comes to router 3 twice");
  EXPECT_EQ(text_of({1}, {{0, kEast}, {1, kEast}}), "flow 0: its tree has a link 4 that the mesh has not");
  EXPECT_EQ(text_of({1}, {{0, kEast}, {1, kWest}}), "flow 0: its tree comes to router 0 twice");
}

TEST(VerifyTrees, APacketThatForksFitsABuffer) {
  Made m;
  m.problem.board.chip.noc.buffer_flits.value = 1;
  m.flow(0, {1, 2}, {{0, kEast}, {0, kSouth}});
  EXPECT_EQ(texts(m.check()), "");
  m.problem.flows[0].payload_bits = 16;  // 48 bits, two flits of 40
  ASSERT_EQ(kinds(m.check()), std::vector{FindingKind::kDeadlock});
  EXPECT_EQ(m.check()[0].text, "packets of flow 0 have 2 flits, more than the 1 of a buffer, and fork");
  Made single;  // one destination: nothing forks
  single.problem.board.chip.noc.buffer_flits.value = 1;
  single.flow(0, {1}, {{0, kEast}});
  single.problem.flows[0].payload_bits = 16;
  EXPECT_EQ(texts(single.check()), "");
}

TEST(VerifyTrees, SharedKeysAndStraysAreFound) {
  Made m;
  m.flow(0, {3}, {{0, kEast}, {1, kSouth}});
  m.flow(1, {3}, {{1, kSouth}});
  ASSERT_EQ(texts(m.check()), "");
  auto bad = m.mapping;
  bad.tables.keys[1] = bad.tables.keys[0];
  std::swap(bad, m.mapping);
  EXPECT_THAT(texts(m.check(false)), ::testing::HasSubstr("flow 1 has no block of keys of its own for its 1 neurons"));
  std::swap(bad, m.mapping);
  m.mapping.tables.of_router[1].clear();  // flow 0 goes straight on, off the mesh; flow 1 starts with no entry
  EXPECT_EQ(kinds(m.check(false)), (std::vector{FindingKind::kTable, FindingKind::kTable}));
}

}  // namespace
}  // namespace ranvier::mapper
