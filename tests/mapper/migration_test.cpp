// SPDX-License-Identifier: Apache-2.0
// The price of a move, by hand; rates drawn to their layer's mean.
#include "mapper/migration.h"

#include <cmath>

#include <gtest/gtest.h>

#include "fixtures.h"
#include "mapper/levels.h"
#include "mapper/measured_rates.h"
#include "mapper/mesh.h"
#include "mapper/routes.h"

namespace ranvier::mapper {
namespace {

using testing::kInput;
using testing::ProgramBuilder;
using testing::toy_board;

struct Migrated : ::testing::Test {
  Migrated() {
    ProgramBuilder b(4, 8);
    const StageId left = b.linear("left", kInput, 8);
    b.linear("head", left, 4);
    program = b.finish();
    problem = make_problem(program, board, Schedule::kStagedGraded);
    mapping = on({CoreId(), CoreId(0), CoreId(1)});
  }
  Mapping on(std::vector<CoreId> cores) const {
    Mapping m;
    m.level = compute_levels(problem);
    m.core_of = std::move(cores);
    m.routes = make_routes(problem, m.core_of);
    m.delay.assign(problem.flows.size(), 0);
    return m;
  }
  workloads::Program program;
  chips::Board board = toy_board(3, 3);
  MappingProblem problem;
  Mapping mapping;
};

TEST_F(Migrated, NothingMovesForNothing) {
  const Migration none = migration(problem, mapping, mapping);
  EXPECT_EQ(none.moved_tiles, 0);
  EXPECT_EQ(none.bytes.count(), 0);
  EXPECT_EQ(none.energy.count(), 0);
  EXPECT_EQ(none.time.count(), 0);
}

TEST_F(Migrated, ATileComesFromTheHostWithItsEntry) {
  ASSERT_EQ(problem.tiles.size(), 3u);
  const Mapping after = on({CoreId(), CoreId(0), CoreId(5)});  // (2, 1): three links from the host's core
  const Migration m = migration(problem, mapping, after);
  const Demand& d = problem.tiles[2].demand;
  const std::int64_t tile_bytes = (d.synapse_bytes + d.state_bytes + d.bulk_bytes).count();
  EXPECT_EQ(m.moved_tiles, 1);
  EXPECT_EQ(m.table_entries, 1);  // at `left`, which now sends elsewhere
  EXPECT_EQ(m.bytes.count(), tile_bytes + kTableEntryBytes);
  const std::int64_t tile_flits = chips::flits_of(board.chip.noc, tile_bytes * 8);
  const std::int64_t entry_flits = chips::flits_of(board.chip.noc, kTableEntryBytes * 8);
  const auto& e = board.chip.energy;
  EXPECT_EQ(m.energy, e.host_flit.value * (tile_flits + entry_flits) +
                          e.router_hop.value * (4 * tile_flits + entry_flits) + e.link_hop.value * (2 * tile_flits) +
                          e.link_hop_vertical.value * tile_flits);
  EXPECT_GT(m.time.count(), 0);
}

TEST(BreakEven, IsCostOverSaving) {
  EXPECT_EQ(break_even(0, 0), 0);
  EXPECT_EQ(break_even(10, 4), 2.5);
  EXPECT_TRUE(std::isinf(break_even(1, 0)));
  EXPECT_TRUE(std::isinf(break_even(1, -3)));
}

TEST_F(Migrated, RatesAreDrawnToTheMeanOfTheirLayer) {
  Profile profile;
  profile.flow_events.assign(problem.flows.size(), 0);
  // One flow a stage here: its mean is itself.
  profile.flow_events[0] = 30;
  EXPECT_EQ(shrunk_flow_events(problem, profile, 1, 1), profile.flow_events);

  // A stage with two flows of unlike rates: at one image and one prior image, half way to their common rate.
  ProgramBuilder b(4, 8);
  const StageId wide = b.linear("wide", kInput, 8);
  b.linear("head", wide, 4);
  const auto two = b.finish();
  auto cut = make_problem(two, board, Schedule::kStagedGraded, {.preset = Preset::kLatency, .core_budget = 6});
  ASSERT_GT(cut.flows.size(), 2u);
  Profile p;
  p.flow_events.assign(cut.flows.size(), 0);
  std::vector<std::size_t> of_wide;
  double events = 0, values = 0;
  const StageId stage = cut.tiles[cut.flows.back().source.value()].stage;
  for (std::size_t f = 0; f < cut.flows.size(); ++f) {
    if (cut.tiles[cut.flows[f].source.value()].stage != stage) continue;
    p.flow_events[f] = 10.0 * static_cast<double>(of_wide.size());
    of_wide.push_back(f);
    events += p.flow_events[f];
    values += static_cast<double>(cut.flows[f].tokens.size()) * cut.flows[f].channels.size();
  }
  ASSERT_GE(of_wide.size(), 2u);
  const auto shrunk = shrunk_flow_events(cut, p, 1, 1);
  for (const std::size_t f : of_wide) {
    const double mean =
        events / values * static_cast<double>(cut.flows[f].tokens.size()) * cut.flows[f].channels.size();
    EXPECT_DOUBLE_EQ(shrunk[f], (mean + p.flow_events[f]) / 2);
  }
  const auto many = shrunk_flow_events(cut, p, 1'000'000, 1);
  for (const std::size_t f : of_wide) EXPECT_NEAR(many[f], p.flow_events[f], 1e-4);
}

TEST(Damped, RemembersItsShare) {
  EXPECT_EQ(damped({}, {4, 8}, 0.5), (std::vector<double>{4, 8}));
  EXPECT_EQ(damped({2, 0}, {4, 8}, 0.25), (std::vector<double>{2.5, 2}));
}

}  // namespace
}  // namespace ranvier::mapper
