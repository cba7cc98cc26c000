// SPDX-License-Identifier: Apache-2.0
// Curves, clusters, chips, and the incremental placement cost.
#include "mapper/place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "fixtures.h"
#include "mapper/cluster_start.h"
#include "mapper/curves.h"
#include "mapper/demand.h"
#include "mapper/errors.h"
#include "mapper/levels.h"
#include "mapper/partition.h"
#include "mapper/placement_state.h"

namespace ranvier::mapper {
namespace {

using testing::attention_program;
using testing::kInput;
using testing::ProgramBuilder;
using testing::toy_board;

//  row-major   snake      Hilbert of 4 x 4, without what lies outside 3 x 3
//   0 1 2      0 1 2       0 1 .
//   3 4 5      5 4 3       3 2 7
//   6 7 8      6 7 8       4 5 6
TEST(Curves, VisitEveryCoreOnce) {
  const auto board = toy_board(3, 3);
  const auto values = [&](Curve curve) {
    std::vector<unsigned> v;
    for (const CoreId c : cores_along(board, ChipId(0), curve)) v.push_back(c.value());
    return v;
  };
  EXPECT_EQ(values(Curve::kRowMajor), (std::vector<unsigned>{0, 1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(values(Curve::kSnake), (std::vector<unsigned>{0, 1, 2, 5, 4, 3, 6, 7, 8}));
  EXPECT_EQ(values(Curve::kHilbert), (std::vector<unsigned>{0, 1, 4, 3, 6, 7, 8, 5, 2}));
}

TEST(Curves, StayOnTheirChip) {
  const auto board = toy_board(2, 2, 2, 1);  // cores 0 1 | 2 3 / 4 5 | 6 7
  const auto cores = cores_along(board, ChipId(1), Curve::kHilbert);
  EXPECT_THAT(cores, ::testing::UnorderedElementsAre(CoreId(2), CoreId(3), CoreId(6), CoreId(7)));
}

struct PlacedProgram : ::testing::Test {
  workloads::Program program = attention_program(12, 32, 2);
  chips::Board board = toy_board(4, 4, 2, 1);
  MappingProblem problem = make_problem(program, board, Schedule::kStagedGraded);
  std::vector<std::int32_t> level = compute_levels(problem);

  std::vector<CoreId> spread() const {
    std::vector<CoreId> core_of(problem.tiles.size());
    for (std::size_t t = 1; t < core_of.size(); ++t) core_of[t] = CoreId((t * 7) % board.cores());
    return core_of;
  }
};

TEST_F(PlacedProgram, CostOfMovesEqualsCostFromScratch) {
  PlacementState state(problem, level, {.migration = 0.5}, spread());
  for (std::uint64_t step = 0; step < 300; ++step) {
    const TileId tile(1 + random_below(static_cast<std::uint32_t>(problem.tiles.size() - 1), 3, 0, step));
    const CoreId to(random_below(static_cast<std::uint32_t>(board.cores()), 3, 1, step));
    const Relocation move{tile, to};
    const double before = state.cost();
    state.move({&move, 1});
    if (step % 3 == 0) {
      state.revert();
      EXPECT_EQ(state.cost(), before);
    }
  }
  PlacementState fresh(problem, level, {}, state.core_of());
  double migrated = 0;
  const auto home = spread();
  for (std::size_t t = 1; t < home.size(); ++t)
    if (home[t] != state.core_of()[t])
      migrated += 0.5 * static_cast<double>((problem.tiles[t].demand.synapse_bytes +
                                             problem.tiles[t].demand.state_bytes + problem.tiles[t].demand.bulk_bytes)
                                                .count());
  EXPECT_NEAR(state.cost() - migrated, fresh.cost(), 1e-6 * fresh.cost());
}

TEST_F(PlacedProgram, CostEqualsCostFromScratchAfterEveryThousandMoves) {
  PlacementState state(problem, level, {}, spread());
  for (std::uint64_t step = 1; step <= 5000; ++step) {
    const TileId tile(1 + random_below(static_cast<std::uint32_t>(problem.tiles.size() - 1), 4, 0, step));
    const Relocation move{tile, CoreId(random_below(static_cast<std::uint32_t>(board.cores()), 4, 1, step))};
    state.move({&move, 1});
    if (step % 5 == 0) state.revert();
    if (step % 1000 != 0) continue;
    const PlacementState fresh(problem, level, {}, state.core_of());
    ASSERT_NEAR(state.cost(), fresh.cost(), 1e-9 * fresh.cost()) << step;
  }
}

//   core 0   1   2        one tile on 1, its consumer on 3: two links of 3 (x) and y
//        3   4   5
TEST(PlacementCost, CountsFlitsTimesHopsExactly) {
  ProgramBuilder b(1, 4);
  b.linear("head", b.linear("a", kInput, 4), 4);
  const auto program = b.finish();
  const auto board = toy_board(3, 2);
  auto problem = make_problem(program, board, Schedule::kStagedGraded);
  problem.flow_events = {10, 3};
  const PlaceWeights hops_only{.time = 0, .hop = 1, .crossing = 0, .load = 0, .busy = 0};
  // Host to core 1: one hop, ten events. Core 1 to core 3: two hops, three events.
  EXPECT_DOUBLE_EQ(PlacementState(problem, compute_levels(problem), hops_only, {CoreId(), CoreId(1), CoreId(3)}).cost(),
                   16);
  // Squared load over the level's time: ten events on one link in level 0 (time 1), three on two links in level 1.
  const PlaceWeights load_only{.time = 0, .hop = 0, .crossing = 0, .load = 1, .busy = 0};
  const double time = problem.tile_cycles[1];
  EXPECT_DOUBLE_EQ(PlacementState(problem, compute_levels(problem), load_only, {CoreId(), CoreId(1), CoreId(3)}).cost(),
                   100 + 2 * 9 / time);
}

TEST(PlacementCost, ChipEdgesCostMore) {
  ProgramBuilder b(1, 4);
  b.linear("head", b.linear("a", kInput, 4), 4);
  const auto program = b.finish();
  const auto board = toy_board(2, 1, 2, 1);  // 0 1 | 2 3, four cycles a flit over the edge
  auto problem = make_problem(program, board, Schedule::kStagedGraded);
  problem.flow_events = {0, 3};
  const PlaceWeights weights{.time = 0, .hop = 1, .crossing = 1, .load = 0, .busy = 0};
  const auto level = compute_levels(problem);
  EXPECT_DOUBLE_EQ(PlacementState(problem, level, weights, {CoreId(), CoreId(0), CoreId(1)}).cost(), 3);
  EXPECT_DOUBLE_EQ(PlacementState(problem, level, weights, {CoreId(), CoreId(1), CoreId(2)}).cost(), 3 + 3 * 4);
}

TEST_F(PlacedProgram, RefiningBeatsEveryCurve) {
  const Clustering clustering = partition(problem, level, {});
  const PlaceWeights traffic{.time = 0};
  for (const Curve curve : {Curve::kRowMajor, Curve::kSnake, Curve::kHilbert}) {
    const auto start = curve_start(problem, PlaceRules(problem), clustering, curve);
    const auto refined = [&](const PlaceWeights& weights) {
      return refine_placement(problem, level, std::make_shared<const TileNeeds>(problem), weights, start,
                              default_moves(clustering.clusters.size()), 1, 0);
    };
    // Most of the step time is work that no placement saves: there any gain counts.
    EXPECT_LT(refined({}).cost, PlacementState(problem, level, {}, start).cost());
    const Refinement less = refined(traffic);
    EXPECT_LT(less.cost, 0.97 * PlacementState(problem, level, traffic, start).cost());
    EXPECT_NEAR(PlacementState(problem, level, traffic, less.core_of).cost(), less.cost, 1e-9 * less.cost);
  }
}

TEST_F(PlacedProgram, RefiningBringsNoOtherChipIntoUse) {
  const auto four = toy_board(4, 4, 2, 2);
  const auto p = make_problem(program, four, Schedule::kStagedGraded);
  const Clustering clustering = partition(p, level, {});
  const std::set<ChipId> dealt(clustering.chip.begin(), clustering.chip.end());
  ASSERT_LT(dealt.size(), four.chips());
  const auto start = curve_start(p, PlaceRules(p), clustering, Curve::kRowMajor);
  const auto refined = refine_placement(p, level, std::make_shared<const TileNeeds>(p), {}, start, 20000, 1, 0);
  EXPECT_NE(refined.core_of, start);
  for (const CoreId core : refined.core_of) {
    EXPECT_TRUE(!core.valid() || dealt.contains(four.chip_of(core)));
  }
}

TEST_F(PlacedProgram, RefiningDependsOnSeedAndStreamAlone) {
  const Clustering clustering = partition(problem, level, {.preset = Preset::kLatency});
  const auto start = curve_start(problem, PlaceRules(problem), clustering, Curve::kHilbert);
  const auto refined = [&](std::uint64_t seed, std::uint64_t stream) {
    return refine_placement(problem, level, std::make_shared<const TileNeeds>(problem), {}, start, 3000, seed, stream)
        .core_of;
  };
  const auto once = refined(5, 0);
  EXPECT_EQ(refined(5, 0), once);
  EXPECT_NE(refined(6, 0), once);
  EXPECT_NE(refined(5, 1), once);
}

TEST_F(PlacedProgram, ClustersHoldEveryTileOnceWithinTheLimits) {
  for (const Preset preset : {Preset::kCompact, Preset::kLatency}) {
    const Clustering clustering = partition(problem, level, {.preset = preset});
    std::multiset<TileId> seen;
    for (const auto& cluster : clustering.clusters) {
      Demand sum;
      for (const TileId t : cluster) {
        sum += problem.tiles[t.value()].demand;
        seen.insert(t);
      }
      EXPECT_TRUE(fits(board.chip.core, sum));
    }
    EXPECT_EQ(seen.size(), problem.tiles.size() - 1);
    EXPECT_EQ(std::set<TileId>(seen.begin(), seen.end()).size(), seen.size());
    if (preset == Preset::kLatency)
      EXPECT_EQ(clustering.clusters.size(), problem.tiles.size() - 1);
    else
      EXPECT_LT(clustering.clusters.size(), problem.tiles.size() - 1);
  }
}

/// Two chains that meet only at the host and in the head: two parts cut little.
TEST(Metis, SplitsAlongTheThinPlaces) {
  ProgramBuilder b(4, 8);
  StageId left = b.linear("l0", kInput, 32);
  StageId right = b.linear("r0", kInput, 32);
  for (int i = 1; i < 5; ++i) {
    left = b.linear("l" + std::to_string(i), left, 32);
    right = b.linear("r" + std::to_string(i), right, 32);
  }
  b.linear("head", b.sum("sum", left, right), 4);
  const auto program = b.finish();
  const auto p = make_problem(program, toy_board(4, 4, 2, 1), Schedule::kStagedGraded);
  const auto part = split_to_parts(p, 2, 1);
  EXPECT_EQ(part, split_to_parts(p, 2, 1));
  EXPECT_EQ(part[0], -1);
  double cut = 0;
  double all = 0;
  for (std::size_t f = 0; f < p.flows.size(); ++f) {
    if (p.flows[f].source.value() == 0) continue;
    all += p.flow_events[f];
    for (const TileId to : p.flows[f].destinations)
      if (part[to.value()] != part[p.flows[f].source.value()]) cut += p.flow_events[f];
  }
  EXPECT_GT(cut, 0);
  EXPECT_LE(cut, 0.25 * all);
}

TEST(Partition, UsesAllChipsWhenAsked) {
  const auto program = attention_program(12, 32, 2);
  const auto board = toy_board(4, 4, 2, 2);
  const auto p = make_problem(program, board, Schedule::kStagedGraded);
  const auto level = compute_levels(p);
  const auto chips_of = [](const Clustering& c) { return std::set<ChipId>(c.chip.begin(), c.chip.end()).size(); };
  EXPECT_EQ(chips_of(partition(p, level, {})), 1u);
  EXPECT_EQ(chips_of(partition(p, level, {.spread_chips = true})), 4u);
}

TEST(Partition, NamesTheSmallestGridThatFits) {
  ProgramBuilder b(1, 64);
  StageId at = kInput;
  for (int i = 0; i < 7; ++i) at = b.linear("full" + std::to_string(i), at, 64);  // each fills a core
  const auto program = b.finish();
  const auto p = make_problem(program, toy_board(1, 1, 2, 1), Schedule::kStagedGraded);
  try {
    map_program(p);
    FAIL();
  } catch (const DoesNotFit& e) {
    EXPECT_EQ(e.shortfalls[0].resource, "cores");
    EXPECT_EQ(e.shortfalls[0].needed, 7);
    EXPECT_EQ(e.shortfalls[0].available, 2);
    EXPECT_EQ(
        e.nearest,
        "no arrangement fits (proved); the largest stage, full0, fills 1.0 cores (14 %); toy:3x3 has enough cores");
  }
  const auto q = make_problem(program, toy_board(1, 1, 3, 3), Schedule::kStagedGraded);
  EXPECT_TRUE(verify(q, map_program(q)).empty());
}

}  // namespace
}  // namespace ranvier::mapper
