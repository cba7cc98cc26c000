// SPDX-License-Identifier: Apache-2.0
// A board split over ranks: every rank, and one process alone, have the same numbers; threads change none of them
// either.
#include <gtest/gtest.h>

#include <mutex>

#include "sim/communicator.h"
#include "sim/rank_errors.h"
#include "sim/rank_split.h"
#include "tests/sim/checkpoint_fixture.h"

namespace ranvier::sim {
namespace {

using mapper::Schedule;
using testing::result_bytes;

RunResult run_alone(const testing::Case& c, const testing::Images& images, Fidelity fidelity, int threads = 1) {
  SimOptions options;
  options.fidelity = fidelity;
  options.threads = threads;
  options.allow_loss = true;
  return simulate(c.problem, c.mapping, images, options);
}

std::vector<RunResult> run_split(const testing::Case& c, const testing::Images& images, Fidelity fidelity, int ranks) {
  std::vector<RunResult> results(static_cast<std::size_t>(ranks));
  run_local_ranks(ranks, [&](Communicator& rank) {
    SimOptions options;
    options.fidelity = fidelity;
    options.ranks = &rank;
    options.threads = 1;
    options.allow_loss = true;
    results[static_cast<std::size_t>(rank.rank())] = simulate(c.problem, c.mapping, images, options);
  });
  return results;
}

class Ranks : public ::testing::TestWithParam<std::tuple<Fidelity, Schedule>> {};

TEST_P(Ranks, GiveTheBytesOfOneProcess) {
  const auto [fidelity, schedule] = GetParam();
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto c = testing::checkpoint_case(seed, schedule);
    const testing::Images images = testing::checkpoint_images(*c, seed, 2);
    const RunResult alone = run_alone(*c, images, fidelity);
    EXPECT_TRUE(alone.images[0].exact);
    EXPECT_EQ(result_bytes(run_alone(*c, images, fidelity, 2)), result_bytes(alone)) << "two threads";
    for (const int ranks : {1, 2, 4}) {
      for (const RunResult& r : run_split(*c, images, fidelity, ranks)) {
        EXPECT_EQ(result_bytes(r), result_bytes(alone)) << ranks << " ranks, seed " << seed;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryKind, Ranks,
                         ::testing::Combine(::testing::Values(Fidelity::kAnalytic, Fidelity::kFast),
                                            ::testing::Values(Schedule::kStagedGraded, Schedule::kStagedUnary,
                                                              Schedule::kAsynchronousUnary, Schedule::kTimesteps)));

TEST(RankSplit, SharesChipsByTheirTiles) {
  chips::Board board = testing::small_board(4, 4, 4, 1);  // four chips in a row
  mapper::MappingProblem problem;
  problem.board = board;
  mapper::Mapping mapping;
  problem.tiles.resize(1 + 12);
  mapping.core_of.assign(13, CoreId());
  // Tiles 1..6 on chip 0, then two on each of the others.
  for (std::size_t t = 1; t <= 12; ++t) {
    const auto chip = static_cast<std::int32_t>(t <= 6 ? 0 : 1 + (t - 7) / 2);
    mapping.core_of[t] = board.core_at(chip * board.chip.noc.width, 0);
  }
  const RankSplit two(problem, mapping, 2, 0);
  EXPECT_EQ(two.tiles(0), 6u);
  EXPECT_EQ(two.tiles(1), 6u);
  EXPECT_EQ(two.chips(0), 1u);
  EXPECT_EQ(two.chips(1), 3u);
  for (std::size_t t = 1; t <= 12; ++t) EXPECT_EQ(two.owner(TileId(t)), t <= 6 ? 0 : 1) << t;
}

TEST(DryRun, CountsWhatRanksWouldSend) {
  const auto c = testing::checkpoint_case(2, Schedule::kStagedGraded);
  const testing::Images images = testing::checkpoint_images(*c, 2, 1);
  const auto dry = make_dry_run(2);
  SimOptions options;
  options.fidelity = Fidelity::kFast;
  options.ranks = dry.get();
  options.allow_loss = true;
  const RunResult counted = simulate(c->problem, c->mapping, images, options);
  const std::vector<RunResult> sent = run_split(*c, images, Fidelity::kFast, 2);
  EXPECT_EQ(counted.rank_bytes, sent[0].rank_bytes);
  EXPECT_EQ(result_bytes(counted), result_bytes(sent[0]));
  EXPECT_GT(counted.rank_bytes[0] + counted.rank_bytes[1], 0);
}

TEST(LocalRanks, GatherByRank) {
  std::mutex mutex;
  int seen = 0;
  run_local_ranks(3, [&](Communicator& rank) {
    for (int round = 0; round < 50; ++round) {
      const auto own = static_cast<std::uint8_t>(10 * rank.rank() + round % 10);
      const std::vector<RankBytes> all = rank.all_gather(RankBytes(static_cast<std::size_t>(rank.rank()), own));
      const std::lock_guard lock(mutex);
      for (std::size_t r = 0; r < 3; ++r)
        seen += all[r] == RankBytes(r, static_cast<std::uint8_t>(10 * static_cast<int>(r) + round % 10)) ? 1 : 0;
    }
  });
  EXPECT_EQ(seen, 3 * 3 * 50);
}

TEST(LocalRanks, ARankThatFailsEndsTheOthers) {
  try {
    run_local_ranks(3, [](Communicator& rank) {
      if (rank.rank() == 1) throw RanksUnavailable("rank 1 has had enough");
      rank.all_gather({});
    });
    FAIL() << "no error";
  } catch (const RanksUnavailable& e) {
    EXPECT_STREQ(e.what(), "rank 1 has had enough");
  }
  EXPECT_THROW(run_local_ranks(2,
                               [](Communicator& rank) {
                                 if (rank.rank() == 0)
                                   rank.all_gather({});
                                 else
                                   throw RankLost(7);
                               }),
               RankLost);
}

TEST(LocalRanks, ALostEventStopsAllAlike) {
  const auto c = testing::checkpoint_case(3, Schedule::kStagedUnary);
  c->problem.board.chip.core.relay_buffer_events.value = 0;
  const testing::Images images = testing::checkpoint_images(*c, 3, 1);
  SimOptions options;
  options.fidelity = Fidelity::kFast;
  std::string alone;
  try {
    simulate(c->problem, c->mapping, images, options);
  } catch (const Error& e) {
    alone = e.what();
  }
  std::string split;
  try {
    run_local_ranks(2, [&](Communicator& rank) {
      SimOptions own = options;
      own.ranks = &rank;
      simulate(c->problem, c->mapping, images, own);
    });
  } catch (const Error& e) {
    split = e.what();
  }
  EXPECT_EQ(split, alone);
}

}  // namespace
}  // namespace ranvier::sim
