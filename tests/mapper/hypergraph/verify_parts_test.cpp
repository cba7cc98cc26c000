// SPDX-License-Identifier: Apache-2.0
// The checker finds each kind of fault and nothing else; bounds and traffic between parts by hand.
#include "mapper/hypergraph/verify_parts.h"

#include <gtest/gtest.h>

#include "mapper/hypergraph/part_bounds.h"
#include "mapper/hypergraph/part_graph.h"

namespace ranvier::mapper::hypergraph {
namespace {

using Lines = std::vector<std::string>;

/// 0 -> 1 2 (weight 2), 1 -> 3, 2 -> 3, 3 -> 0 3.
PartitionProblem small() {
  PartitionProblem problem;
  problem.graph.vertices = 4;
  problem.graph.pins.items = {0, 1, 2, 1, 3, 2, 3, 3, 0, 3};
  problem.graph.pins.offset = {0, 3, 5, 7, 10};
  problem.graph.weight = {2, 1, 1, 1};
  problem.summed.push_back({"neurons", 2, {1, 1, 1, 1}});
  problem.shared.push_back(in_axons(problem.graph, 4));
  return problem;
}

TEST(VerifyParts, MeasuresByDefinition) {
  const PartsReport r = verify_parts(small(), {0, 0, 1, 1});
  EXPECT_TRUE(r.valid());
  EXPECT_EQ(r.parts, 2u);
  EXPECT_EQ(r.km1, 2 + 1 + 0 + 1);
  EXPECT_EQ(r.synapse_reuse, 6.0 / 6.0);  // 0: both parts, 1 and 2: part 1, 3: both
  ASSERT_EQ(r.resources.size(), 2u);
  EXPECT_EQ(r.resources[0].largest, 2);
  EXPECT_EQ(r.resources[1].largest, 4);  // part 1 hears all, part 0 two
  EXPECT_EQ(r.resources[1].where, 1u);
  EXPECT_EQ(r.resources[1].mean, 3);
}

TEST(VerifyParts, FindsEveryFault) {
  auto problem = small();
  EXPECT_EQ(verify_parts(problem, {0, 0, 0, 1}).findings, (Lines{"part 0 uses 3 neurons, the limit is 2"}));
  problem.shared[0].limit = 2;
  EXPECT_EQ(verify_parts(problem, {0, 0, 1, 2}).findings, (Lines{"part 2 uses 3 in_axons, the limit is 2"}));
  problem.shared[0].limit = 4;
  problem.pinned = {1, kNoPart, kNoPart, kNoPart};
  EXPECT_EQ(verify_parts(problem, {0, 0, 1, 1}).findings, (Lines{"vertex 1 is in part 0, pinned to 1"}));
  problem.pinned.clear();
  problem.together = {{1, 2}};
  EXPECT_EQ(verify_parts(problem, {0, 0, 1, 1}).findings,
            (Lines{"vertex 3 is in part 1, vertex 2 that belongs with it in 0"}));
  problem.together.clear();
  problem.apart = {{2, 3}};
  EXPECT_EQ(verify_parts(problem, {0, 0, 1, 1}).findings,
            (Lines{"vertices 3 and 4 are both in part 1, but may not be"}));
  problem.apart.clear();
  problem.most_parts = 2;
  EXPECT_EQ(verify_parts(problem, {0, 1, 2, 2}).findings, (Lines{"3 parts are in use, 2 are allowed"}));
  EXPECT_EQ(verify_parts(problem, {0, 1, 1}).findings, (Lines{"3 vertices have a part, there are 4"}));
  EXPECT_EQ(verify_parts(problem, {0, 1, 1, kNoPart}).findings, (Lines{"vertex 4 has no part"}));
  EXPECT_EQ(verify_parts(problem, {0, 1, 1, 9}).findings, (Lines{"vertex 4 is in part 9 of 4"}));
}

TEST(PartBounds, CountPartsByEachResource) {
  auto problem = small();
  EXPECT_EQ(parts_bound(problem), 2u);  // 4 neurons by 2, 4 axons by 4
  problem.shared[0].limit = 1;
  EXPECT_EQ(parts_bound(problem), 4u);
  problem.shared[0].limit = 4;
  problem.summed[0] = {"neurons", 10, {6, 6, 6, 1}};
  EXPECT_EQ(parts_bound(problem), 3u);  // 19 by 10 is 2, but no two of the 6s fit
}

TEST(PartBounds, BoundConnectivityThreeWays) {
  auto problem = small();
  EXPECT_EQ(km1_bound(problem), 2);  // the source of weight 2 and its two listeners take two parts
  problem.graph.weight = {0.25, 1, 1, 1};
  EXPECT_EQ(km1_bound(problem), 1);  // vertex 3 has two sources and room for one of them
  problem.summed[0].limit = 3;
  EXPECT_EQ(km1_bound(problem), 0.25);  // two parts of a connected graph: the lightest hyperedge crosses
  problem.summed[0].limit = 1;
  EXPECT_EQ(km1_bound(problem), 0.25 * 2 + 1 + 1 + 1);
}

TEST(PartGraph, AddsUpToConnectivity) {
  const auto problem = small();
  const Parts parts{0, 0, 1, 1};
  const auto edges = part_graph(problem.graph, parts);
  ASSERT_EQ(edges.size(), 2u);
  EXPECT_EQ(edges[0].source, 0u);
  EXPECT_EQ(edges[0].target, 1u);
  EXPECT_EQ(edges[0].weight, 3);
  EXPECT_EQ(edges[1].weight, 1);
  EXPECT_EQ(edges[0].weight + edges[1].weight, connectivity(problem.graph, parts));
}

}  // namespace
}  // namespace ranvier::mapper::hypergraph
