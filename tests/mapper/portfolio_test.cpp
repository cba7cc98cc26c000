// SPDX-License-Identifier: Apache-2.0
// The mapper's portfolio: what is kept, what is taken, and that neither depends on threads.
#include <gtest/gtest.h>

#include <algorithm>

#include "fixtures.h"
#include "mapper/candidates.h"
#include "mapper/chip_order.h"
#include "mapper/cluster_start.h"
#include "mapper/cost.h"
#include "mapper/levels.h"
#include "mapper/partition_portfolio.h"
#include "mapper/place_rules.h"

namespace ranvier::mapper {
namespace {

using testing::attention_program;
using testing::toy_board;

MapCandidate candidate(std::int64_t latency, std::int64_t energy, double load) {
  MapCandidate c;
  c.latency = Duration(latency);
  c.energy = Energy(energy);
  c.max_link_load = load;
  return c;
}

TEST(Pareto, KeepsWhatNothingBeatsAndOneOfEquals) {
  const auto kept = pareto_set({candidate(30, 10, 0.5), candidate(10, 30, 0.5), candidate(30, 30, 0.1),
                                candidate(30, 10, 0.6), candidate(10, 30, 0.5), candidate(31, 31, 0.1)});
  ASSERT_EQ(kept.size(), 3u);
  EXPECT_EQ(kept[0].latency, Duration(10));
  EXPECT_EQ(kept[1].energy, Energy(10));
  EXPECT_EQ(kept[2].max_link_load, 0.1);
}

/// The curves have 100, 100 and 0.5 between them; each candidate is the best by one figure.
TEST(Choice, TakesNothingThatIsWorseThanTheCurvesInOneFigure) {
  std::vector<MapCandidate> all{candidate(100, 120, 0.6), candidate(120, 100, 0.5), candidate(50, 50, 0.51),
                                candidate(101, 20, 0.2), candidate(90, 90, 0.5)};
  const Choice clean = choose(all, {0, 1});
  EXPECT_EQ(clean.index, 4u);
  EXPECT_TRUE(clean.beats_every_curve);
  all.pop_back();  // nothing is clean: the better curve is the second, by 100 x 120 and the load
  const Choice second = choose(all, {0, 1});
  EXPECT_EQ(second.index, 3u);
  EXPECT_FALSE(second.beats_every_curve);
}

/// A thousandth is less than the estimate can tell.
TEST(Choice, TakesWhatIsAHairOverACurve) {
  const std::vector<MapCandidate> all{candidate(100000, 120000, 0.6), candidate(100090, 90000, 0.2),
                                      candidate(100110, 50000, 0.1)};
  const Choice hair = choose(all, {0});
  EXPECT_EQ(hair.index, 1u);
  EXPECT_TRUE(hair.beats_every_curve);
}

/// Half the load is worth 3.5 % of latency times energy, and no more.
TEST(Choice, WeighsTheLoadByItsRoot) {
  const auto curve = candidate(2000, 2000, 1.0);
  EXPECT_EQ(choose({curve, candidate(1000, 1000, 0.8), candidate(1000, 1030, 0.4)}, {0}).index, 2u);
  EXPECT_EQ(choose({curve, candidate(1000, 1000, 0.8), candidate(1000, 1040, 0.4)}, {0}).index, 1u);
}

struct Portfolio : ::testing::Test {
  workloads::Program program = attention_program(12, 32, 2);
  chips::Board board = toy_board(4, 4, 2, 2);
};

TEST_F(Portfolio, IsTheSameAtAnyThreadCount) {
  for (const Effort effort : {Effort::kFast, Effort::kDefault, Effort::kBest}) {
    for (const Preset preset : {Preset::kCompact, Preset::kLatency}) {
      const auto p = make_problem(program, board, Schedule::kStagedGraded, {.preset = preset});
      MapOptions how;
      how.preset = preset;
      how.effort = effort;
      how.spread_chips = preset == Preset::kLatency;
      how.place.moves = 150;
      const MapResult one = map_with_pareto(p, how);
      how.threads = 3;
      const MapResult three = map_with_pareto(p, how);
      EXPECT_EQ(one.mapping.core_of, three.mapping.core_of);
      ASSERT_EQ(one.pareto.size(), three.pareto.size());
      for (std::size_t i = 0; i < one.pareto.size(); ++i) {
        EXPECT_EQ(one.pareto[i].start, three.pareto[i].start);
        EXPECT_EQ(one.pareto[i].core_of, three.pareto[i].core_of);
      }
      EXPECT_TRUE(verify(p, one.mapping).empty());
    }
  }
}

TEST_F(Portfolio, TheChosenOneIsInTheParetoSetAndNotWorseThanTheCurves) {
  const auto p = make_problem(program, board, Schedule::kStagedGraded, {.preset = Preset::kLatency});
  const auto level = compute_levels(p);
  MapOptions how;
  how.preset = Preset::kLatency;
  how.place.moves = 1000;
  how.reroute_rounds = 0;  // it would lower the load further
  const MapResult result = map_with_pareto(p, how);
  const auto chosen = std::count_if(result.pareto.begin(), result.pareto.end(), [](const auto& c) { return c.chosen; });
  EXPECT_EQ(chosen, 1);
  const Metrics m = estimate(p, result.mapping);
  const PlaceRules rules(p);
  const Clustering greedy = partition(p, level, {.preset = Preset::kLatency});
  const auto within = [](auto value, auto limit) {
    return static_cast<double>(value.count()) <= 1.001 * static_cast<double>(limit.count());
  };
  bool best_in_all = true;
  bool not_worse_than_one = false;
  for (int curve = 0; curve < kCurves; ++curve) {
    const Metrics c = estimate(p, complete(p, level, curve_start(p, rules, greedy, static_cast<Curve>(curve))));
    const bool in_all =
        within(m.latency, c.latency) && within(m.energy, c.energy) && m.max_link_load <= 1.001 * c.max_link_load;
    best_in_all = best_in_all && in_all;
    not_worse_than_one = not_worse_than_one || in_all;
  }
  EXPECT_EQ(best_in_all, result.beats_every_curve);
  EXPECT_TRUE(not_worse_than_one);
}

TEST_F(Portfolio, ABudgetOfNoTimeLeavesOutTheSecondRound) {
  const auto p = make_problem(program, board, Schedule::kStagedGraded);
  MapOptions how;
  how.place.moves = 100;
  how.time_budget_s = 1e-9;
  const MapResult result = map_with_pareto(p, how);
  EXPECT_TRUE(result.stopped_early);
  EXPECT_TRUE(verify(p, result.mapping).empty());
  how.time_budget_s = 0;
  EXPECT_GT(map_with_pareto(p, how).candidates, result.candidates);
}

/// Every member of the portfolio holds every tile once, within every limit, on chips that hold its cores.
TEST_F(Portfolio, PartitionsAreExact) {
  const auto p = make_problem(program, board, Schedule::kStagedGraded);
  const TileNeeds needs(p);
  const auto level = compute_levels(p);
  PortfolioPartitionOptions how;
  how.partition.spread_chips = true;
  const auto all = partitions(p, level, how);
  for (const auto& [name, clustering] : all) {
    EXPECT_LE(clustering.clusters.size(), all.front().clustering.clusters.size()) << name;
    std::vector<int> seen(p.tiles.size(), 0);
    std::vector<std::size_t> on_chip(board.chips(), 0);
    for (std::size_t c = 0; c < clustering.clusters.size(); ++c) {
      EXPECT_TRUE(CoreLoad().has_room(needs, clustering.clusters[c])) << name;
      ++on_chip[clustering.chip[c].value()];
      for (const TileId t : clustering.clusters[c]) ++seen[t.value()];
    }
    for (const std::size_t n : on_chip) EXPECT_LE(n, 16u) << name;
    EXPECT_EQ(std::count(seen.begin() + 1, seen.end(), 1), static_cast<std::ptrdiff_t>(p.tiles.size()) - 1) << name;
  }
}

/// A ring of four parts on 2 x 2 chips: neighbours on the ring are neighbours on the board.
TEST(ChipOrder, LaysARingAround) {
  const auto board = toy_board(2, 2, 2, 2);
  ClusterTraffic ring;
  ring.with_host = {100, 0, 0, 0};
  ring.edges = {{0, 2, 10}, {1, 3, 10}, {2, 3, 10}, {0, 1, 10}};
  const auto place = order_chips(board, ring);
  const auto at = [&](std::size_t part) { return std::vector<int>{0, 1, 3, 2}[place[part]]; };  // snake to chip
  const auto apart = [&](std::size_t a, std::size_t b) {
    return std::abs(at(a) % 2 - at(b) % 2) + std::abs(at(a) / 2 - at(b) / 2);
  };
  for (const auto& e : ring.edges) EXPECT_EQ(apart(e.from, e.to), 1);
  EXPECT_EQ(at(0), 0);
}

}  // namespace
}  // namespace ranvier::mapper
