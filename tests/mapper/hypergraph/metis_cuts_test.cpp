// SPDX-License-Identifier: Apache-2.0
// METIS never speaks on standard output, whatever the weights; networks that do not coarsen get valid, good parts.
#include "mapper/hypergraph/metis_cuts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "base/random_stream.h"
#include "mapper/hypergraph/flat.h"
#include "mapper/hypergraph/partition.h"
#include "mapper/hypergraph/seeds.h"
#include "mapper/hypergraph/starts.h"
#include "mapper/hypergraph/verify_parts.h"

namespace ranvier::mapper::hypergraph {
namespace {

/// Nets of up to six listeners, some of none; weights 0, 1 and 2.
Hypergraph random_graph(RandomStream& random, std::uint32_t vertices) {
  Hypergraph graph;
  graph.vertices = vertices;
  for (std::uint32_t nets = random.below(2 * vertices); nets > 0; --nets) {
    std::vector<Vertex> pins{random.below(vertices)};
    for (std::uint32_t i = random.below(6); i > 0; --i) {
      const Vertex to = random.below(vertices);
      if (std::find(pins.begin() + 1, pins.end(), to) == pins.end()) pins.push_back(to);
    }
    graph.pins.items.insert(graph.pins.items.end(), pins.begin(), pins.end());
    graph.pins.offset.push_back(graph.pins.items.size());
    graph.weight.push_back(random.below(3));
  }
  return graph;
}

/// Few vertices have all the weight, or nearly all.
std::vector<std::int64_t> uneven_demand(RandomStream& random, std::uint32_t vertices, bool some_zero) {
  std::vector<std::int64_t> demand(vertices);
  for (std::int64_t& d : demand) d = random.below(8) == 0 ? 1000 : some_zero ? 0 : random.below(5);
  return demand;
}

/// A ring of 600 vertices with chords to random ones.
MetisInput chorded_ring() {
  RandomStream random(9, 0, 0);
  constexpr std::uint32_t kVertices = 600;
  std::vector<std::vector<idx_t>> next(kVertices);
  const auto join = [&](std::uint32_t a, std::uint32_t b) {
    next[a].push_back(static_cast<idx_t>(b));
    next[b].push_back(static_cast<idx_t>(a));
  };
  for (std::uint32_t v = 0; v < kVertices; ++v) {
    join(v, (v + 1) % kVertices);
    join(v, (v + 2 + random.below(kVertices - 4)) % kVertices);
  }
  MetisInput graph;
  for (const auto& of : next) {
    graph.neighbour.insert(graph.neighbour.end(), of.begin(), of.end());
    graph.first.push_back(static_cast<idx_t>(graph.neighbour.size()));
  }
  graph.edge_weight.assign(graph.neighbour.size(), 1);
  graph.vertex_weight.assign(kVertices, 1);
  return graph;
}

// METIS draws from one generator for the process: calls side by side took each other's numbers.
TEST(Metis, CutsTheSameBesideOthers) {
  const MetisInput graph = chorded_ring();
  const auto alone = cut_k_way(graph, 12, {1.05F}, 3);
  std::vector<int> same(8, 0);
  {
    std::vector<std::jthread> threads;
    for (int& count : same)
      threads.emplace_back([&] {
        for (int i = 0; i < 10; ++i) count += cut_k_way(graph, 12, {1.05F}, 3) == alone ? 1 : 0;
      });
  }
  EXPECT_EQ(same, std::vector<int>(8, 10));
}

TEST(Metis, SaysNothingOnStandardOutputHoweverUnevenTheWeights) {
  RandomStream random(5, 0, 0);
  testing::internal::CaptureStdout();
  for (std::uint32_t t = 0; t < 300; ++t) {
    const std::uint32_t n = 3 + random.below(60);
    PartitionProblem problem;
    problem.graph = random_graph(random, n);
    problem.summed.push_back({"a", 1000000, uneven_demand(random, n, t % 2 == 0)});
    if (t % 3 == 0) problem.summed.push_back({"b", 1000000, uneven_demand(random, n, true)});
    problem.most_parts = 2 + random.below(n - 1);
    std::vector<Vertex> group(n);
    for (Vertex v = 0; v < n; ++v) group[v] = v;
    const Instance instance = make_instance(problem, group, n, fixed_point_for(problem.graph, 0));
    std::vector<double> weight;
    for (const std::int64_t d : problem.summed[0].demand) weight.push_back(0.05 + static_cast<double>(d));
    for (const Parts& parts :
         {start_by_metis(instance, problem.most_parts, 1.03, t), start_by_cuts(instance, problem.most_parts, weight, t),
          fill_with_metis(problem, MetisGraph::kStar, t), fill_with_metis(problem, MetisGraph::kEdges, t)}) {
      ASSERT_EQ(parts.size(), n);
      ASSERT_LT(*std::ranges::max_element(parts), problem.most_parts);
    }
  }
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST(Metis, HalvesFollowTheSharesOfOddPartCounts) {
  MetisInput path;  // 9 vertices of weight 1
  for (idx_t v = 0; v < 9; ++v) {
    if (v > 0) path.neighbour.push_back(v - 1);
    if (v < 8) path.neighbour.push_back(v + 1);
    path.first.push_back(static_cast<idx_t>(path.neighbour.size()));
    path.vertex_weight.push_back(1);
  }
  path.edge_weight.assign(path.neighbour.size(), 1);
  EXPECT_TRUE(is_even(path, 3));
  EXPECT_FALSE(is_even(path, 4));
  std::vector<int> members(3, 0);
  for (const idx_t p : cut_in_halves(path, 3, 1.03, 1)) ++members.at(static_cast<std::size_t>(p));
  EXPECT_EQ(members, (std::vector<int>{3, 3, 3}));
}

/// 40 x 40 cells on a torus, each heard by 20 others at most 5 cells away: no two share many listeners.
PartitionProblem random_neighbours() {
  constexpr std::uint32_t kSide = 40;
  RandomStream random(3, 0, 0);
  PartitionProblem problem;
  problem.graph.vertices = kSide * kSide;
  for (Vertex v = 0; v < kSide * kSide; ++v) {
    std::vector<Vertex> pins{v};
    while (pins.size() < 21) {
      const std::uint32_t y = (v / kSide + kSide - 5 + random.below(11)) % kSide;
      const std::uint32_t x = (v % kSide + kSide - 5 + random.below(11)) % kSide;
      if (std::ranges::find(pins, y * kSide + x) == pins.end()) pins.push_back(y * kSide + x);
    }
    problem.graph.pins.items.insert(problem.graph.pins.items.end(), pins.begin(), pins.end());
    problem.graph.pins.offset.push_back(problem.graph.pins.items.size());
  }
  problem.graph.weight.assign(problem.graph.vertices, 1.0);
  problem.summed.push_back({"neurons", 1000, std::vector<std::int64_t>(problem.graph.vertices, 1)});
  problem.shared.push_back(in_axons(problem.graph, 400));
  return problem;
}

TEST(Flat, RandomNeighboursAreCutBetterThanByOverlap) {
  const PartitionProblem problem = random_neighbours();
  std::vector<Vertex> group(problem.graph.vertices);
  for (Vertex v = 0; v < group.size(); ++v) group[v] = v;
  const Instance instance = make_instance(problem, group, group.size(), fixed_point_for(problem.graph, 0));
  const Parts parts = solve_flat(instance, {});
  EXPECT_TRUE(verify_parts(problem, parts).valid());
  EXPECT_LT(connectivity(problem.graph, parts), 0.9 * connectivity(problem.graph, fill_by_overlap(problem)));
  EXPECT_EQ(parts, solve_flat(instance, {}));
}

}  // namespace
}  // namespace ranvier::mapper::hypergraph
