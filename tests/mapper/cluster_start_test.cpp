// SPDX-License-Identifier: Apache-2.0
// Starts of the placement: bisection draws clusters to the chips and the host that they exchange events with.
#include "mapper/cluster_start.h"

#include <gtest/gtest.h>

#include <set>

#include "fixtures.h"
#include "mapper/mesh.h"

namespace ranvier::mapper {
namespace {

/// Two chips of 4 x 4 cores side by side, 16 clusters of one tile on each: 0 to 15 and 16 to 31.
class TwoChips : public ::testing::Test {
 protected:
  static constexpr std::size_t kOnChip = 16;

  TwoChips() {
    problem.board = testing::toy_board(4, 4, 2, 1);
    problem.tiles.resize(2 * kOnChip);
    for (std::size_t c = 0; c < 2 * kOnChip; ++c) {
      clustering.clusters.push_back({TileId(c)});
      clustering.chip.emplace_back(c / kOnChip);
    }
    traffic.with_host.assign(2 * kOnChip, 0);
  }

  std::vector<CoreId> start(StartSolver solver, std::uint64_t seed = 1) const {
    return solver_start(problem, PlaceRules(problem), clustering, traffic, solver, seed);
  }
  std::int32_t x(CoreId core) const { return problem.board.x(core); }
  double flit_hops(const std::vector<CoreId>& core) const {
    double sum = 0;
    for (const auto& e : traffic.edges) sum += e.flits * hops(problem.board, core[e.from], core[e.to]);
    return sum;
  }
  void expect_legal(const std::vector<CoreId>& core) const {
    EXPECT_EQ(std::set<CoreId>(core.begin(), core.end()).size(), core.size());
    for (std::size_t c = 0; c < core.size(); ++c) EXPECT_EQ(problem.board.chip_of(core[c]), clustering.chip[c]);
  }

  MappingProblem problem;
  Clustering clustering;
  ClusterTraffic traffic;
};

TEST_F(TwoChips, PairsAcrossMeetAtTheSharedBorder) {
  for (std::size_t c = 0; c < 2; ++c) traffic.edges.push_back({c, kOnChip + c, 10});
  const std::vector<CoreId> core = start(StartSolver::kBisection);
  expect_legal(core);
  for (std::size_t c = 0; c < 2; ++c) {
    EXPECT_EQ(x(core[c]), 3);
    EXPECT_EQ(x(core[kOnChip + c]), 4);
  }
  EXPECT_EQ(flit_hops(core), 2 * 10);  // each pair side by side
}

// The pull has to bend a placement, not to turn it: traffic leaves from the middle of a path to both sides.
TEST_F(TwoChips, TrafficWithinAndAcrossAreWeighedTogether) {
  for (std::size_t chip = 0; chip < 2; ++chip)
    for (std::size_t c = 0; c + 1 < kOnChip; ++c)
      traffic.edges.push_back({chip * kOnChip + c, chip * kOnChip + c + 1, 2});
  for (const std::size_t c : {0, 5, 10, 15}) traffic.edges.push_back({c, kOnChip + (c + 5) % 20, 5});
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const std::vector<CoreId> core = start(StartSolver::kBisection, seed);
    expect_legal(core);
    EXPECT_LT(flit_hops(core), flit_hops(start(StartSolver::kScotch, seed)));
  }
}

TEST_F(TwoChips, TheHostPullsToItsCorner) {
  traffic.with_host[5] = traffic.with_host[kOnChip + 5] = 7;
  const std::vector<CoreId> core = start(StartSolver::kBisection);
  EXPECT_EQ(core[5], CoreId(0));
  EXPECT_EQ(core[kOnChip + 5], problem.board.core_at(4, 0));
}

TEST_F(TwoChips, EverySolverKeepsTheChips) {
  for (std::size_t c = 0; c + 1 < 2 * kOnChip; ++c) traffic.edges.push_back({c, c + 1, 1});
  for (const StartSolver solver :
       {StartSolver::kBisection, StartSolver::kScotch, StartSolver::kMultilevel, StartSolver::kAnneal}) {
    SCOPED_TRACE(name_of(solver));
    expect_legal(start(solver));
    EXPECT_EQ(start(solver), start(solver));
  }
}

}  // namespace
}  // namespace ranvier::mapper
