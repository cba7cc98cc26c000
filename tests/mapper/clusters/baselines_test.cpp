// SPDX-License-Identifier: Apache-2.0
// Baselines against the figures measured with the published code of Jin et al. on their networks.
#include "mapper/clusters/baselines.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "mapper/clusters/errors.h"
#include "mapper/clusters/metrics.h"
#include "mapper/clusters/networks.h"
#include "mapper/clusters/solvers.h"

namespace ranvier::mapper::clusters {
namespace {

double energy(const ClusterGraph& graph, Mesh mesh, const Placement& p) { return measure(graph, mesh, p).energy; }

struct Reference {
  const char* network;
  double hilbert;
  double row_major;
  double force_directed;  // best of the three potentials
  double tolerance;       // of it: equal forces may be taken in another order
};

class Published : public testing::TestWithParam<Reference> {};

TEST_P(Published, HilbertRowMajorAndForceDirectedAreReproduced) {
  const Reference& want = GetParam();
  Network network = make_network(want.network);
  const ClusterGraph graph(network.clusters, std::move(network.edges));
  const Mesh mesh = square_mesh(graph.size());
  const Placement hilbert = place_hilbert(graph, mesh);
  EXPECT_NEAR(energy(graph, mesh, hilbert), want.hilbert, 0.5);
  EXPECT_NEAR(energy(graph, mesh, place_row_major(graph, mesh)), want.row_major, 0.5);
  double best = energy(graph, mesh, hilbert);
  for (const Potential p : {Potential::kL1, Potential::kL1Squared, Potential::kL2Squared}) {
    const double refined = energy(graph, mesh, refine_force_directed(graph, mesh, hilbert, p));
    if (p == Potential::kL1) {  // its potential is what is measured
      EXPECT_LT(refined, want.hilbert);
    }
    best = std::min(best, refined);
  }
  EXPECT_NEAR(best, want.force_directed, want.tolerance * want.force_directed + 0.5);
}

INSTANTIATE_TEST_SUITE_P(
    Asplos23, Published,
    testing::Values(Reference{"dnn_16", 10541, 12588, 9082, 0}, Reference{"dnn_32", 126096, 198283, 111516, 0},
                    Reference{"dnn_64", 1495332, 3123749, 1366756, 0.001}, Reference{"cnn_16", 4527, 3665, 2654, 0.04},
                    Reference{"cnn_32", 36219, 20171, 18438, 0.04}, Reference{"cnn_64", 194044, 91806, 105546, 0.01}));

TEST(PublishedAlexNet, HilbertRowMajorAndForceDirectedAreReproduced) {
  Network network = make_network("alexnet");
  const ClusterGraph graph(network.clusters, std::move(network.edges));
  const Mesh mesh = square_mesh(graph.size());
  const Placement hilbert = place_hilbert(graph, mesh);
  EXPECT_NEAR(energy(graph, mesh, hilbert), 7.698e9, 0.5e6);
  EXPECT_NEAR(energy(graph, mesh, place_row_major(graph, mesh)), 7.111e9, 0.5e6);
  EXPECT_NEAR(energy(graph, mesh, refine_force_directed(graph, mesh, hilbert, Potential::kL1)), 3.134e9, 0.5e6);
}

/// Clusters on distinct cells of the mesh.
void expect_placement(const Placement& p, std::size_t clusters, Mesh mesh) {
  ASSERT_EQ(p.size(), clusters);
  const std::set<Cell> cells(p.begin(), p.end());
  EXPECT_EQ(cells.size(), clusters);
  for (const Cell cell : cells) EXPECT_LT(cell, mesh.cells());
}

TEST(Baselines, PlaceEveryClusterOnceOnAnyMeshAndRepeatThemselves) {
  // 13 clusters, of which some have no edges, on meshes with free cells and without.
  const ClusterGraph graph(13, {{0, 1, 2}, {1, 2, 1}, {4, 9, 0.5}, {9, 4, 3}, {2, 2, 7}, {5, 0, 0}, {11, 4, 1}});
  for (const Mesh mesh : {Mesh{13, 1}, Mesh{1, 14}, Mesh{4, 4}, Mesh{5, 3}, Mesh{9, 9}})
    for (const Baseline& b : baselines()) {
      SCOPED_TRACE(b.name);
      const Placement p = b.place(graph, mesh, 5);
      expect_placement(p, graph.size(), mesh);
      EXPECT_EQ(p, b.place(graph, mesh, 5));
    }
}

TEST(Baselines, TakeGraphsOfNothingAndRefuseSmallMeshes) {
  for (const Baseline& b : baselines()) {
    SCOPED_TRACE(b.name);
    expect_placement(b.place(ClusterGraph(0, {}), {2, 2}, 1), 0, {2, 2});
    expect_placement(b.place(ClusterGraph(1, {}), {1, 1}, 1), 1, {1, 1});
    expect_placement(b.place(ClusterGraph(4, {{0, 1, 0}}), {2, 2}, 1), 4, {2, 2});
    try {
      b.place(ClusterGraph(5, {{0, 1, 1}}), {2, 2}, 1);
      ADD_FAILURE();
    } catch (const MoreClustersThanCells& e) {
      EXPECT_EQ(e.clusters, 5u);
      EXPECT_EQ(e.exit_code, ExitCode::kDoesNotFit);
      EXPECT_NE(std::string(e.what()).find("--mesh 3x3"), std::string::npos) << e.what();
    }
  }
}

TEST(Baselines, AreFoundByName) {
  EXPECT_EQ(find_baseline("metis"), &baselines()[7]);
  EXPECT_EQ(find_baseline("none"), nullptr);
}

TEST(Baselines, AnnealingAndMetisBeatRandom) {
  Network network = make_network("cnn_32");
  const ClusterGraph graph(network.clusters, std::move(network.edges));
  const Mesh mesh = square_mesh(graph.size());
  const double random = energy(graph, mesh, find_baseline("random")->place(graph, mesh, 3));
  EXPECT_LT(energy(graph, mesh, find_baseline("metis")->place(graph, mesh, 3)), 0.4 * random);
  EXPECT_LT(energy(graph, mesh, find_baseline("annealing")->place(graph, mesh, 3)), 0.25 * random);
}

/// The last swap of a pair of neighbouring cells that would lower the potential is gone.
TEST(ForceDirected, LeavesNoNeighbourSwapThatGains) {
  Network network = make_network("cnn_16");
  const ClusterGraph graph(network.clusters, std::move(network.edges));
  const Mesh mesh{17, 16};  // one column free
  Placement p = refine_force_directed(graph, mesh, place_hilbert(graph, mesh), Potential::kL1);
  const double before = measure(graph, mesh, p).weighted_hops;
  std::vector<Cluster> at(mesh.cells(), kNoCell);
  for (Cluster c = 0; c < p.size(); ++c) at[p[c]] = c;
  const auto try_swap = [&](Cell a, Cell b) {
    Placement q = p;
    if (at[a] != kNoCell) q[at[a]] = b;
    if (at[b] != kNoCell) q[at[b]] = a;
    EXPECT_GE(measure(graph, mesh, q).weighted_hops, before - 1e-4);
  };
  for (std::uint32_t y = 0; y < mesh.height; ++y)
    for (std::uint32_t x = 0; x < mesh.width; ++x) {
      if (x + 1 < mesh.width) try_swap(mesh.at(x, y), mesh.at(x + 1, y));
      if (y + 1 < mesh.height) try_swap(mesh.at(x, y), mesh.at(x, y + 1));
    }
}

}  // namespace
}  // namespace ranvier::mapper::clusters
