// SPDX-License-Identifier: Apache-2.0
// Sums of unicasts: the same links as walking every way, and the same cost after any moves.
#include "mapper/pair_traffic.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "base/random.h"
#include "fixtures.h"
#include "mapper/cost.h"
#include "mapper/levels.h"
#include "mapper/merged_flows.h"
#include "mapper/placement_state.h"
#include "mapper/routing/route.h"

namespace ranvier::mapper {
namespace {

using testing::kInput;
using testing::ProgramBuilder;
using testing::toy_board;

TEST(LinkSheet, LoadsTheLinksOfEveryWay) {
  chips::Board board = toy_board(5, 3, 2, 2);
  LinkSheet sheet(board);
  for (std::uint64_t round = 0; round < 20; ++round) {
    std::map<std::size_t, double> walked;
    for (std::uint64_t way = 0; way < 1 + round; ++way) {
      const auto cores = static_cast<std::uint32_t>(board.cores());
      const CoreId from(random_below(cores, 5, round, 2 * way));
      const CoreId to(random_below(cores, 5, round, 2 * way + 1));
      const double flits = 1 + static_cast<double>(way % 3);
      for_each_xy_link(board, from, to, [&](LinkId link) { walked[link.value()] += flits; });
      sheet.add(board.x(from), board.y(from), board.x(to), board.y(to), flits);
    }
    std::map<std::size_t, double> summed;
    sheet.flush([&](std::int32_t router, Direction d, double flits) {
      summed[static_cast<std::size_t>(router) * 4 + static_cast<std::size_t>(d)] += flits;
    });
    EXPECT_EQ(summed, walked) << round;  // also that the round before left nothing
  }
}

/// 24 tiles and a flow for every two of them, more than kManyFlowsOfATile a tile.
struct ManyPairs : ::testing::Test {
  static workloads::Program make_program() {
    ProgramBuilder b(1, 8);
    StageId last = kInput;
    for (int s = 0; s < 24; ++s) last = b.linear(fmt::format("s{}", s), last, 8);
    return b.finish();
  }
  workloads::Program program = make_program();
  chips::Board board = [] {
    chips::Board b = toy_board(4, 4, 2, 1);
    b.chip.noc.multicast = chips::Multicast::kUnicast;
    b.chip.core.route_entries.value = 1'000'000;
    return b;
  }();
  MappingProblem problem = [this] {
    MappingProblem p = make_problem(program, board, Schedule::kStagedGraded);
    p.flows.clear();
    p.flow_events.clear();
    for (std::size_t from = 0; from < p.tiles.size(); ++from)
      for (std::size_t to = 1; to < p.tiles.size(); ++to) {
        p.flows.push_back({TileId(from), {0, 1}, {0, 8}, {TileId(to)}, 1});
        p.flow_events.push_back(static_cast<double>((from * 7 + to * 3) % 5));
      }
    p.schedule = Schedule::kAsynchronousUnary;  // one bucket: all tiles share their steps
    return p;
  }();
  std::vector<std::int32_t> level = std::vector<std::int32_t>(problem.tiles.size(), 0);
  std::vector<CoreId> spread() const {
    std::vector<CoreId> core_of(problem.tiles.size());
    for (std::size_t t = 1; t < core_of.size(); ++t) core_of[t] = CoreId((t * 5) % board.cores());
    return core_of;
  }
};

TEST_F(ManyPairs, CostOfMovesEqualsCostFromScratch) {
  ASSERT_TRUE(PairTraffic::applies(problem, 1));
  EXPECT_FALSE(PairTraffic::applies(problem, 2));
  PlacementState state(problem, level, {.migration = 0.5}, spread());
  const auto draw = [](std::size_t n, std::uint64_t what, std::uint64_t step) {
    return random_below(static_cast<std::uint32_t>(n), 3, what, step);
  };
  for (std::uint64_t step = 0; step < 300; ++step) {
    const Relocation move{TileId(1 + draw(problem.tiles.size() - 1, 0, step)), CoreId(draw(board.cores(), 1, step))};
    const double before = state.cost();
    state.move({&move, 1});
    if (step % 3 != 0) continue;
    state.revert();
    EXPECT_EQ(state.cost(), before);
  }
  const PlacementState fresh(problem, level, {}, state.core_of());
  double migrated = 0;
  const auto home = spread();
  for (std::size_t t = 1; t < home.size(); ++t)
    if (const Demand& d = problem.tiles[t].demand; home[t] != state.core_of()[t])
      migrated += 0.5 * static_cast<double>((d.synapse_bytes + d.state_bytes + d.bulk_bytes).count());
  EXPECT_NEAR(state.cost(), fresh.cost() + migrated, 1e-9 * state.cost());
  for (std::size_t link = 0; link < link_count(board); ++link)
    EXPECT_NEAR(state.link_flits(LinkId(link)), fresh.link_flits(LinkId(link)), 1e-9) << link;
}

TEST_F(ManyPairs, CostIsThatOfWalkingEveryWay) {
  // A silent flow to two tiles is no pair: then every way is walked.
  MappingProblem walked = problem;
  walked.flows.push_back({TileId(1), {0, 1}, {0, 8}, {TileId(2), TileId(3)}, 1});
  walked.flow_events.push_back(0);
  ASSERT_FALSE(PairTraffic::applies(walked, 1));
  const PlacementState by_pairs(problem, level, {}, spread());
  const PlacementState by_ways(walked, level, {}, spread());
  EXPECT_NEAR(by_pairs.cost(), by_ways.cost(), 1e-9 * by_ways.cost());
}

TEST_F(ManyPairs, EstimateOfLegsIsThatOfWalkingEveryWay) {
  Mapping mapping;
  mapping.level = level;
  mapping.core_of = spread();
  routing::route(problem, mapping);
  EstimateBasis basis = estimate_basis(problem);
  ASSERT_TRUE(basis.many_flows);
  const Metrics legs = estimate(problem, mapping, basis);
  basis.many_flows = false;
  const Metrics walked = estimate(problem, mapping, basis);
  EXPECT_EQ(legs.energy, walked.energy);
  EXPECT_EQ(legs.cycles, walked.cycles);
  EXPECT_EQ(legs.max_link_load, walked.max_link_load);
  EXPECT_EQ(legs.weighted_hops, walked.weighted_hops);
  EXPECT_EQ(legs.tree_hops, walked.tree_hops);
  EXPECT_GT(walked.max_link_load, 0);
}

}  // namespace
}  // namespace ranvier::mapper
