// SPDX-License-Identifier: Apache-2.0
// Neighbourhoods of small cluster graphs.
#include "mapper/clusters/cluster_graph.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace ranvier::mapper::clusters {
namespace {

TEST(ClusterGraph, MergesBothDirectionsAndParallelEdges) {
  const ClusterGraph graph(4, {{2, 0, 1.5}, {0, 2, 2}, {0, 1, 1}, {1, 1, 8}, {0, 1, 0.25}});
  ASSERT_EQ(graph.neighbours(0).size(), 2u);
  EXPECT_EQ(graph.neighbours(0)[0].cluster, 1u);
  EXPECT_EQ(graph.neighbours(0)[0].weight, 1.25f);
  EXPECT_EQ(graph.neighbours(0)[1].cluster, 2u);
  EXPECT_EQ(graph.neighbours(0)[1].weight, 3.5f);
  ASSERT_EQ(graph.neighbours(1).size(), 1u);  // not itself
  EXPECT_TRUE(graph.neighbours(3).empty());
  EXPECT_EQ(graph.edges().size(), 5u);
  EXPECT_DOUBLE_EQ(graph.total_weight(), 12.75);
}

TEST(ClusterGraph, RefusesEdgesOutOfRangeAndBadWeights) {
  EXPECT_THROW(ClusterGraph(2, {{0, 2, 1}}), std::invalid_argument);
  EXPECT_THROW(ClusterGraph(2, {{0, 1, -1}}), std::invalid_argument);
  EXPECT_THROW(ClusterGraph(2, {{0, 1, 0.0 / 0.0}}), std::invalid_argument);
}

TEST(Mesh, CountsLinks) {
  const Mesh mesh{5, 3};
  EXPECT_EQ(mesh.cells(), 15u);
  EXPECT_EQ(mesh.distance(mesh.at(4, 0), mesh.at(1, 2)), 5u);
  EXPECT_EQ(mesh.distance(mesh.at(1, 2), mesh.at(4, 0)), 5u);
}

}  // namespace
}  // namespace ranvier::mapper::clusters
