// SPDX-License-Identifier: Apache-2.0
// Starts, refinements and the portfolio: exact optima of small graphs, limits kept, the same result at any thread
// count.
#include "mapper/clusters/portfolio.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

#include "base/random_stream.h"
#include "mapper/clusters/errors.h"
#include "mapper/clusters/limits.h"
#include "mapper/clusters/networks.h"
#include "mapper/clusters/solvers.h"
#include "mapper/clusters/swap_state.h"

namespace ranvier::mapper::clusters {
namespace {

ClusterGraph grid_graph(std::uint32_t width, std::uint32_t height) {
  std::vector<Edge> edges;
  const Mesh mesh{width, height};
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) {
      if (x + 1 < width) edges.push_back({mesh.at(x, y), mesh.at(x + 1, y), 1});
      if (y + 1 < height) edges.push_back({mesh.at(x, y), mesh.at(x, y + 1), 1});
    }
  }
  return {mesh.cells(), std::move(edges)};
}

ClusterGraph random_graph(std::size_t clusters, std::size_t edges, std::uint64_t seed) {
  RandomStream random(seed, 77);
  std::vector<Edge> list;
  const auto n = static_cast<std::uint32_t>(clusters);
  for (std::size_t e = 0; e < edges; ++e) list.push_back({random.below(n), random.below(n), random.unit()});
  return {clusters, std::move(list)};
}

ClusterGraph network(const std::string& name) {
  Network net = make_network(name);
  return {net.clusters, std::move(net.edges)};
}

bool is_placement(const Placement& cells, std::size_t clusters, Mesh mesh) {
  const std::set<Cell> distinct(cells.begin(), cells.end());
  return cells.size() == clusters && distinct.size() == clusters &&
         (distinct.empty() || *distinct.rbegin() < mesh.cells());
}

PlaceOptions quick() {
  PlaceOptions options;
  options.effort = Effort::kFast;
  return options;
}

TEST(Starts, FillTheWholeMeshInOrder) {
  const ClusterGraph graph(6, {});
  const Mesh mesh{3, 2};
  EXPECT_EQ(place_row_major(graph, mesh), (Placement{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(place_snake(graph, mesh), (Placement{0, 1, 2, 5, 4, 3}));
  EXPECT_EQ(place_in_bands(graph, mesh, 2), (Placement{0, 3, 4, 1, 2, 5}));
  EXPECT_TRUE(is_placement(place_randomly(graph, mesh, 1), 6, mesh));
  EXPECT_NE(place_randomly(graph, mesh, 1), place_randomly(graph, mesh, 2));
}

TEST(Starts, HilbertIsTheCurveOnPowersOfTwoAndStepsToNeighboursOnEvenSides) {
  EXPECT_EQ(place_hilbert(ClusterGraph(4, {}), {2, 2}), (Placement{0, 2, 3, 1}));
  for (const Mesh mesh : {Mesh{8, 8}, Mesh{16, 16}, Mesh{36, 36}, Mesh{6, 20}, Mesh{30, 4}}) {
    const Placement cells = place_hilbert(ClusterGraph(mesh.cells(), {}), mesh);
    ASSERT_TRUE(is_placement(cells, mesh.cells(), mesh));
    for (std::size_t i = 1; i < cells.size(); ++i) ASSERT_EQ(mesh.distance(cells[i - 1], cells[i]), 1U) << i;
  }
}

TEST(Starts, HilbertFillsAnyRectangle) {
  for (std::uint32_t w = 1; w <= 9; ++w)
    for (std::uint32_t h = 1; h <= 9; ++h)
      ASSERT_TRUE(is_placement(place_hilbert(ClusterGraph(w * h, {}), {w, h}), w * h, {w, h})) << w << "x" << h;
}

TEST(Starts, MoreClustersThanCellsThrow) {
  const ClusterGraph graph(7, {});
  EXPECT_THROW(place_row_major(graph, {3, 2}), MoreClustersThanCells);
  EXPECT_THROW(place_hilbert(graph, {3, 2}), MoreClustersThanCells);
  EXPECT_THROW(place_with_scotch(graph, {3, 2}, 1), MoreClustersThanCells);
  EXPECT_THROW(place_clusters(graph, {3, 2}), MoreClustersThanCells);
}

TEST(Scotch, GivesEachClusterACellOfItsOwnAndRepeatsForASeed) {
  for (const std::size_t clusters : {2, 30, 63, 64}) {
    const ClusterGraph graph = random_graph(clusters, 3 * clusters, clusters);
    const Placement cells = place_with_scotch(graph, {8, 8}, 5);
    EXPECT_TRUE(is_placement(cells, clusters, {8, 8}));
    EXPECT_EQ(cells, place_with_scotch(graph, {8, 8}, 5));
  }
}

// Gains in integers are the changes of the objective, up to the rounding of weights; with a tail, exactly for
// weights 1.
TEST(SwapState, GainsAreChangesOfTheObjective) {
  for (const std::uint32_t limit : {0U, 3U}) {
    const Mesh mesh{9, 7};
    const ClusterGraph graph = random_graph(50, 400, limit + 1);
    const Objective objective{0.75, limit};
    SwapState state(graph, mesh, place_randomly(graph, mesh, 3), objective);
    RandomStream random(9, limit);
    for (int i = 0; i < 2000; ++i) {
      const Cluster c = random.below(50);
      const Cell to = random.below(63);
      if (to == state.cell(c)) continue;
      const double before = objective_value(graph, mesh, state.cells(), objective);
      const double gain = static_cast<double>(state.gain(c, to)) * state.unit();
      state.swap(c, to);
      ASSERT_NEAR(objective_value(graph, mesh, state.cells(), objective) - before, gain, 1e-4) << i;
    }
  }
}

TEST(Refinements, AreNeverWorseThanTheirStart) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const ClusterGraph graph = random_graph(40, 100 + 10 * seed, seed);
    const Mesh mesh{8, 6};
    const Objective objective{0.5, 4};
    const Placement start = place_with_scotch(graph, mesh, seed);
    const double value = objective_value(graph, mesh, start, objective);
    const Placement swapped = refine_by_median_swaps(graph, mesh, start, objective, 10, seed);
    EXPECT_TRUE(is_placement(swapped, 40, mesh));
    EXPECT_LE(objective_value(graph, mesh, swapped, objective), value);
    const Placement hot = anneal(graph, mesh, start, objective, {4096, 50, 20, 8}, seed);
    EXPECT_TRUE(is_placement(hot, 40, mesh));
    EXPECT_LE(objective_value(graph, mesh, hot, objective), value);
  }
}

TEST(Refinements, TheTailTermShortensTheLongestEdge) {
  const ClusterGraph graph = network("cnn_16");
  const Mesh mesh{16, 16};
  const Placement start = place_hilbert(graph, mesh);
  const Placement limited = anneal(graph, mesh, start, {1, 8}, {1'000'000, 1, 0.005, 16}, 1);
  EXPECT_LE(measure(graph, mesh, limited).distance_max, 8U);
  EXPECT_GT(measure(graph, mesh, start).distance_max, 8U);
}

TEST(Limits, DistanceAndCongestionComeBelowLimitsThatEnergyAloneMisses) {
  const ClusterGraph graph = network("cnn_16");
  const Mesh mesh{16, 16};
  const AnnealSchedule schedule{500'000, 0.2, 0.01, 8};
  const Placement start = anneal(graph, mesh, place_with_scotch(graph, mesh, 1), {}, {1'000'000, 0.3, 0.01, 8}, 1);
  const Metrics free = measure(graph, mesh, start);
  Metrics limits = free;
  limits.distance_max = free.distance_max - 1;
  limits.congestion_max = 0.9 * free.congestion_max;
  const Placement kept = within_limits(graph, mesh, start, limits, schedule, 1);
  EXPECT_TRUE(is_placement(kept, 256, mesh));
  const Metrics now = measure(graph, mesh, kept);
  EXPECT_LE(now.distance_max, limits.distance_max);
  EXPECT_LE(now.congestion_max, limits.congestion_max);
  EXPECT_LE(now.energy, 1.1 * free.energy);
  EXPECT_EQ(within_limits(graph, mesh, start, free, schedule, 1), start);
}

TEST(Portfolio, GridsAndPathsComeOutWithAllDistancesOne) {
  const ClusterGraph grid = grid_graph(6, 6);
  const PlaceResult placed = place_clusters(grid, {6, 6}, quick());
  EXPECT_EQ(placed.metrics.weighted_hops, 60);
  EXPECT_EQ(placed.metrics.distance_max, 1U);
  std::vector<Edge> edges;
  for (Cluster c = 0; c + 1 < 50; ++c) edges.push_back({c, c + 1, 2.5});
  const PlaceResult path = place_clusters(ClusterGraph(50, edges), {10, 5}, quick());
  EXPECT_EQ(path.metrics.weighted_hops, 49 * 2.5);
}

TEST(Portfolio, FindsTheOptimumOfSmallGraphs) {
  const Mesh mesh{3, 3};
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const ClusterGraph graph = random_graph(8, 16, seed);
    Placement cells(9);  // the ninth is nobody
    std::iota(cells.begin(), cells.end(), Cell{0});
    double best = 1e9;
    do {
      double hops = 0;
      for (const Edge& e : graph.edges()) hops += e.weight * mesh.distance(cells[e.source], cells[e.target]);
      best = std::min(best, hops);
    } while (std::next_permutation(cells.begin(), cells.end()));
    const PlaceResult placed = place_clusters(graph, mesh);
    double least = 1e9;
    for (const PlacedCandidate& c : placed.pareto) least = std::min(least, c.metrics.weighted_hops);
    EXPECT_NEAR(least, best, 1e-9) << seed;
  }
}

TEST(Portfolio, KeepsTheLimitsOfTheReferenceAndOnlyParetoCandidates) {
  PlaceOptions options = quick();
  for (const char* name : {"cnn_16", "dnn_16", "alexnet"}) {
    const ClusterGraph graph = network(name);
    const PlaceResult placed = place_clusters(graph, {16, 16}, options);
    EXPECT_TRUE(is_placement(placed.cells, graph.size(), {16, 16}));
    EXPECT_LT(placed.metrics.energy, 0.95 * placed.reference.metrics.energy) << name;
    EXPECT_LE(placed.metrics.latency_max, placed.reference.metrics.latency_max) << name;
    EXPECT_LE(placed.metrics.congestion_max, placed.reference.metrics.congestion_max) << name;
    ASSERT_FALSE(placed.pareto.empty());
    for (std::size_t i = 1; i < placed.pareto.size(); ++i) {
      const Metrics& a = placed.pareto[i - 1].metrics;
      const Metrics& b = placed.pareto[i].metrics;
      EXPECT_LE(a.energy, b.energy);
      EXPECT_TRUE(b.latency_max < a.latency_max || b.congestion_max < a.congestion_max);
    }
  }
}

TEST(Portfolio, IsTheSameAtAnyThreadCountAndDependsOnTheSeed) {
  const ClusterGraph graph = network("cnn_16");
  PlaceOptions options = quick();
  std::vector<Placement> results;
  for (const std::int32_t threads : {1, 2, 5}) {
    options.threads = threads;
    results.push_back(place_clusters(graph, {16, 16}, options).cells);
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
  options.seed = 2;
  EXPECT_NE(results[0], place_clusters(graph, {16, 16}, options).cells);
}

TEST(Portfolio, AMuchLargerMeshChangesLittle) {
  const ClusterGraph graph = network("cnn_16");
  PlaceOptions options = quick();
  const PlaceResult tight = place_clusters(graph, {16, 16}, options);
  const PlaceResult vast = place_clusters(graph, {2000, 1000}, options);
  EXPECT_TRUE(is_placement(vast.cells, graph.size(), {2000, 1000}));
  EXPECT_LE(vast.metrics.energy, 1.05 * tight.metrics.energy);
}

TEST(Portfolio, DegenerateGraphs) {
  EXPECT_TRUE(place_clusters(ClusterGraph(0, {}), {3, 3}, quick()).cells.empty());
  EXPECT_EQ(place_clusters(ClusterGraph(1, {}), {1, 1}, quick()).cells, Placement{0});
  EXPECT_EQ(place_clusters(ClusterGraph(1, {{0, 0, 4}}), {5, 7}, quick()).cells.size(), 1U);
  EXPECT_TRUE(is_placement(place_clusters(ClusterGraph(12, {}), {4, 3}, quick()).cells, 12, {4, 3}));
  std::vector<Edge> weightless;
  for (Cluster c = 0; c < 11; ++c) weightless.push_back({c, c + 1, 0});
  const PlaceResult placed = place_clusters(ClusterGraph(12, weightless), {4, 3}, quick());
  EXPECT_TRUE(is_placement(placed.cells, 12, {4, 3}));
  EXPECT_EQ(placed.metrics.energy, 0);
  EXPECT_TRUE(is_placement(place_clusters(random_graph(30, 60, 1), {30, 1}, quick()).cells, 30, {30, 1}));
  EXPECT_TRUE(is_placement(place_clusters(random_graph(30, 60, 1), {2, 1000}, quick()).cells, 30, {2, 1000}));
}

TEST(Portfolio, ReportsProgressAndStopsOnATimeBudget) {
  PlaceOptions options;
  options.time_budget_s = 1e-9;
  std::vector<PlaceProgress> seen;
  options.progress = [&](const PlaceProgress& p) { seen.push_back(p); };
  const ClusterGraph graph = network("cnn_16");
  const PlaceResult stopped = place_clusters(graph, {16, 16}, options);
  EXPECT_TRUE(stopped.stopped_early);
  EXPECT_TRUE(is_placement(stopped.cells, 256, {16, 16}));
  ASSERT_EQ(seen.size(), 4U);
  EXPECT_EQ(seen.back().done, 4);
  EXPECT_EQ(seen.back().jobs, 4);
  EXPECT_EQ(stopped.metrics.energy, seen.back().energy);
}

}  // namespace
}  // namespace ranvier::mapper::clusters
