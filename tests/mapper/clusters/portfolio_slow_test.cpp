// SPDX-License-Identifier: Apache-2.0
// The limits of the reference where it takes seconds.
#include "mapper/clusters/portfolio.h"

#include <gtest/gtest.h>

#include "mapper/clusters/networks.h"

namespace ranvier::mapper::clusters {
namespace {

// Above 16384 clusters too: 12 layers of 1400 in a row.
TEST(Portfolio, KeepsTheLimitsOfForcesOnLargeNetworks) {
  const ClusterGraph graph(16800, layered_edges(12, 1400, 5));
  PlaceOptions fast;
  fast.effort = Effort::kFast;
  const PlaceResult result = place_clusters(graph, square_mesh(graph.size()), fast);
  EXPECT_EQ(result.reference.how, "hilbert, force-directed l2 squared");
  EXPECT_LE(result.metrics.latency_max, result.reference.metrics.latency_max);
  EXPECT_LE(result.metrics.congestion_max, result.reference.metrics.congestion_max);
  EXPECT_LT(result.metrics.energy, result.reference.metrics.energy);
}

}  // namespace
}  // namespace ranvier::mapper::clusters
