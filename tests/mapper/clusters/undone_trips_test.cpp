// SPDX-License-Identifier: Apache-2.0
// Trips taken back until limits hold: rings go back whole, the rest stays where it went.
#include "mapper/clusters/undone_trips.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <gtest/gtest.h>

#include "base/random.h"
#include "mapper/clusters/limits.h"

namespace ranvier::mapper::clusters {
namespace {

constexpr Mesh kMesh{8, 8};

Placement identity(std::size_t clusters) {
  Placement at(clusters);
  std::iota(at.begin(), at.end(), 0u);
  return at;
}

// Clusters 0 and 1 are joined, 2 and 3 lightly; 0 and 9 changed places for the worse, 2 and 3 for nothing.
TEST(UndoneTrips, TheTripThatBreaksTheLimitGoesBackAndNoOther) {
  const ClusterGraph graph(64, {{0, 1, 4}, {2, 3, 1}});
  const Placement home = identity(64);
  Placement at = home;
  std::swap(at[0], at[63]);
  std::swap(at[2], at[3]);
  const Placement back = without_worst_trips(graph, kMesh, home, at, measure(graph, kMesh, home));
  EXPECT_EQ(back[0], 0U);
  EXPECT_EQ(back[63], 63U);
  EXPECT_EQ(back[2], 3U);
  EXPECT_EQ(back[3], 2U);
}

TEST(UndoneTrips, ARingGoesBackWholeAndAChainToo) {
  const ClusterGraph graph(20, {{0, 1, 1}, {10, 11, 1}});
  const Placement home = identity(20);
  Placement at = home;
  at[0] = 7, at[7] = 14, at[14] = 0;  // a ring
  at[10] = 63;                        // a chain onto a free cell: 10 took it, 12 took the cell of 10
  at[12] = 10;
  EXPECT_EQ(without_worst_trips(graph, kMesh, home, at, measure(graph, kMesh, home)), home);
}

TEST(UndoneTrips, LimitsHoldWhateverMovedAndEveryClusterIsHomeOrWhereItWent) {
  int partly = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    std::vector<Edge> edges;
    for (std::uint64_t e = 0; e < 120; ++e)
      edges.push_back({static_cast<Cluster>(random_below(50, seed, e, 0)),
                       static_cast<Cluster>(random_below(50, seed, e, 1)), 1.0 + random_unit(seed, e, 2)});
    const ClusterGraph graph(50, std::move(edges));
    Placement home = identity(64);
    for (auto i = static_cast<std::uint32_t>(home.size() - 1); i > 0; --i)
      std::swap(home[i], home[random_below(i + 1, seed, i, 3)]);
    Placement at = home;
    for (std::uint64_t s = 0; s < 8; ++s) std::swap(at[random_below(64, seed, s, 4)], at[random_below(64, seed, s, 5)]);
    home.resize(50);  // the others were free cells
    at.resize(50);
    const Metrics limits = measure(graph, kMesh, home);
    const Placement back = without_worst_trips(graph, kMesh, home, at, limits);
    ASSERT_TRUE(keeps(measure(graph, kMesh, back), limits)) << seed;
    Placement cells = back;
    std::sort(cells.begin(), cells.end());
    ASSERT_EQ(std::adjacent_find(cells.begin(), cells.end()), cells.end()) << seed;
    for (Cluster c = 0; c < 50; ++c) ASSERT_TRUE(back[c] == home[c] || back[c] == at[c]) << seed;
    partly += back != home && back != at ? 1 : 0;
  }
  EXPECT_GT(partly, 10);
}

}  // namespace
}  // namespace ranvier::mapper::clusters
