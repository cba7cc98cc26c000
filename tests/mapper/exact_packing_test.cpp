// SPDX-License-Identifier: Apache-2.0
// The exhaustive packer against trying every assignment, and the mapper's refusals against it.
#include "mapper/exact_packing.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "fixtures.h"
#include "mapper/demand.h"
#include "mapper/errors.h"

namespace ranvier::mapper {
namespace {

using testing::kInput;
using testing::ProgramBuilder;
using testing::toy_board;

constexpr std::int64_t kPlenty = 50'000'000;

std::vector<TileId> all_tiles(const MappingProblem& problem) {
  std::vector<TileId> tiles;
  for (std::size_t t = 1; t < problem.tiles.size(); ++t) tiles.push_back(TileId(t));
  return tiles;
}

/// Every tile on every core, without any cleverness.
bool fits_somehow(const TileNeeds& needs, const std::vector<TileId>& tiles, std::size_t cores) {
  std::vector<std::size_t> core_of(tiles.size(), 0);
  for (;;) {
    std::vector<CoreLoad> loads(cores);
    bool fits_all = true;
    for (std::size_t i = 0; i < tiles.size() && fits_all; ++i) {
      fits_all = loads[core_of[i]].has_room(needs, tiles[i]);
      loads[core_of[i]].add(needs, tiles[i]);
    }
    if (fits_all) return true;
    std::size_t i = 0;
    while (i < core_of.size() && ++core_of[i] == cores) core_of[i++] = 0;
    if (i == core_of.size()) return false;
  }
}

/// Stages of odd sizes in a row, each read by the next, some by two.
workloads::Program odd_stages(const std::vector<int>& sizes) {
  ProgramBuilder b(1, 4);
  StageId last = kInput;
  for (std::size_t i = 0; i < sizes.size(); ++i) last = b.linear("s" + std::to_string(i), last, sizes[i]);
  return b.finish();
}

TEST(ExactPacking, FindsWhatFirstFitMisses) {
  // 64 neurons a core: 44 20, 34 30, 24 40 fill three cores to the last neuron.
  const auto program = odd_stages({44, 34, 24, 20, 30, 40});
  const auto problem = make_problem(program, toy_board(3, 1), Schedule::kStagedGraded);
  chips::Board roomy = toy_board(3, 1);
  roomy.chip.core.fan_in_axons.value = 1000;
  roomy.chip.core.synapse_memory.value = Bytes(1 << 20);
  const auto wide = make_problem(program, roomy, Schedule::kStagedGraded);
  const TileNeeds needs(wide);
  const Packing packing = pack_exactly(needs, all_tiles(wide), 3, kPlenty);
  ASSERT_EQ(packing.verdict, PackingVerdict::kFound);
  EXPECT_EQ(packing.clusters.size(), 3u);
  EXPECT_EQ(pack_exactly(needs, all_tiles(wide), 2, kPlenty).verdict, PackingVerdict::kImpossible);
  EXPECT_NO_THROW(map_program(wide));
}

TEST(ExactPacking, GivesUpWhenToldTo) {
  const auto program = odd_stages({33, 33, 33, 31, 31, 30});
  const auto problem = make_problem(program, toy_board(3, 1), Schedule::kStagedGraded);
  const TileNeeds needs(problem);
  EXPECT_EQ(pack_exactly(needs, all_tiles(problem), 3, 2).verdict, PackingVerdict::kGaveUp);
}

TEST(ExactPacking, AgreesWithEveryAssignment) {
  int possible = 0;
  int impossible = 0;
  EXPECT_TRUE(rc::check([&] {
    const auto sizes = *rc::gen::container<std::vector<int>>(5, rc::gen::inRange(10, 60));
    chips::Board board = toy_board(*rc::gen::inRange(2, 4), 1);
    board.chip.core.fan_in_axons.value = *rc::gen::inRange(60, 150);
    const auto program = odd_stages(sizes);
    const auto problem = make_problem(program, board, Schedule::kStagedGraded);
    const auto tiles = all_tiles(problem);
    RC_PRE(tiles.size() <= 7u);
    const TileNeeds needs(problem);
    const bool fits = fits_somehow(needs, tiles, board.cores());
    const Packing packing = pack_exactly(needs, tiles, static_cast<std::int64_t>(board.cores()), kPlenty);
    RC_ASSERT(packing.verdict == (fits ? PackingVerdict::kFound : PackingVerdict::kImpossible));
    // The mapper finds a mapping where there is one, and refuses where there is none.
    bool mapped = true;
    try {
      RC_ASSERT(verify(problem, map_program(problem, {.place = {.moves = 50}})).empty());
    } catch (const DoesNotFit& e) {
      mapped = false;
      RC_ASSERT(std::string(e.what()).find("proved") != std::string::npos);
    }
    RC_ASSERT(mapped == fits);
    ++(fits ? possible : impossible);
  }));
  EXPECT_GT(possible, 10);
  EXPECT_GT(impossible, 10);
}

}  // namespace
}  // namespace ranvier::mapper
