// SPDX-License-Identifier: Apache-2.0
// Layers found, and laid around a turn: every cell once, neighbours near, better than rows where layers send far.
#include "mapper/clusters/turned_start.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "mapper/clusters/metrics.h"
#include "mapper/clusters/networks.h"
#include "mapper/clusters/solvers.h"

namespace ranvier::mapper::clusters {
namespace {

TEST(LayersOf, AreFoundByTheLongestWay) {
  EXPECT_EQ(layers_of(ClusterGraph(6, {{0, 2, 1}, {1, 2, 1}, {2, 3, 1}, {0, 4, 1}, {3, 5, 1}})),
            std::vector<Cluster>{});
  EXPECT_EQ(layers_of(ClusterGraph(6, {{0, 2, 1}, {1, 3, 1}, {2, 4, 1}, {0, 4, 1}, {3, 5, 1}})),
            (std::vector<Cluster>{0, 2, 4}));
  // The order of edges does not matter; backward edges have no layers; nor have graphs without edges.
  EXPECT_EQ(layers_of(ClusterGraph(3, {{1, 2, 1}, {0, 1, 1}})), (std::vector<Cluster>{0, 1, 2}));
  EXPECT_TRUE(layers_of(ClusterGraph(3, {{1, 0, 1}})).empty());
  EXPECT_TRUE(layers_of(ClusterGraph(3, {})).empty());
}

TEST(Turn, UsesEveryCellOnceOnAnyMesh) {
  for (const Mesh mesh : {Mesh{1, 40}, Mesh{40, 1}, Mesh{7, 6}, Mesh{6, 7}, Mesh{2, 21}}) {
    const ClusterGraph graph(40, layered_edges(8, 5, 3));
    const Placement at = place_around_a_turn(graph, mesh, layers_of(graph));
    EXPECT_EQ(std::set<Cell>(at.begin(), at.end()).size(), 40u);
    EXPECT_LT(*std::max_element(at.begin(), at.end()), mesh.cells());
  }
}

TEST(Turn, BeatsRowMajorAfterSwapsWithShortLinks) {
  const Network network = make_network("cnn_128");
  const Mesh mesh = square_mesh(network.clusters);
  const ClusterGraph graph(network.clusters, network.edges);
  const auto refined = [&](Placement start) {
    return measure(graph, mesh, refine_by_median_swaps(graph, mesh, std::move(start), {0.3, 26}, 5, 1));
  };
  const Metrics turn = refined(place_around_a_turn(graph, mesh, layers_of(graph)));
  const Metrics rows = refined(place_row_major(graph, mesh));
  EXPECT_LT(turn.energy, 0.95 * rows.energy);
  EXPECT_LE(turn.latency_max, 40);  // a fold without a turn has links of 128 hops
}

}  // namespace
}  // namespace ranvier::mapper::clusters
