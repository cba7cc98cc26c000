// SPDX-License-Identifier: Apache-2.0
// Cuts with biases: limits kept, never worse by refinement, and the best where it is known.
#include "mapper/clusters/cut_graph.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace ranvier::mapper::clusters {
namespace {

using Weights = std::map<std::pair<Vertex, Vertex>, std::int64_t>;  // each pair once

CutGraph graph_of(std::vector<std::uint32_t> size, std::vector<std::int64_t> bias, const Weights& weights) {
  CutGraph graph;
  graph.size = std::move(size);
  graph.bias = std::move(bias);
  for (Vertex v = 0; v < graph.vertices(); ++v) {
    for (const auto& [ends, weight] : weights) {
      if (ends.first != v && ends.second != v) continue;
      graph.neighbour.push_back(ends.first == v ? ends.second : ends.first);
      graph.weight.push_back(weight);
    }
    graph.offset.push_back(graph.neighbour.size());
  }
  return graph;
}

std::int64_t on_first(const CutGraph& graph, const Sides& side) {
  std::int64_t sum = 0;
  for (Vertex v = 0; v < graph.vertices(); ++v) sum += side[v] == 0 ? graph.size[v] : 0;
  return sum;
}

std::int64_t least_cost(const CutGraph& graph, const CutLimits& limits) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (std::uint32_t mask = 0; mask < 1U << graph.vertices(); ++mask) {
    Sides side(graph.vertices());
    for (Vertex v = 0; v < graph.vertices(); ++v) side[v] = (mask >> v) & 1U;
    const std::int64_t first = on_first(graph, side);
    if (first >= limits.least && first <= limits.most) least = std::min(least, cut_cost(graph, side));
  }
  return least;
}

CutGraph random_graph(std::size_t vertices, RandomStream& random) {
  Weights weights;
  for (std::size_t e = 0; e < 2 * vertices; ++e) {
    const Vertex a = random.below(static_cast<std::uint32_t>(vertices));
    const Vertex b = random.below(static_cast<std::uint32_t>(vertices));
    if (a < b) weights[{a, b}] = random.below(100);
  }
  std::vector<std::int64_t> bias;
  for (std::size_t v = 0; v < vertices; ++v) bias.push_back(std::int64_t{random.below(100)} - 50);
  return graph_of(std::vector<std::uint32_t>(vertices, 1), bias, weights);
}

TEST(Cut, CostOfEdgesAndBiases) {
  const CutGraph graph = graph_of({1, 1, 1}, {5, -7, 11}, {{{0, 1}, 100}, {{1, 2}, 1000}});
  EXPECT_EQ(cut_cost(graph, {0, 0, 0}), 0);
  EXPECT_EQ(cut_cost(graph, {0, 1, 0}), 100 + 1000 - 7);
  EXPECT_EQ(cut_cost(graph, {1, 1, 0}), 1000 + 5 - 7);
  EXPECT_EQ(cut_cost(graph, {1, 1, 1}), 5 - 7 + 11);
}

TEST(Cut, TwoCliquesPartAtTheEdgeBetweenThem) {
  constexpr Vertex kSide = 60;
  Weights weights{{{kSide - 1, kSide}, 3}};
  for (const Vertex base : {Vertex{0}, kSide})
    for (Vertex a = 0; a < kSide; ++a)
      for (Vertex b = a + 1; b < kSide; ++b) weights[{base + a, base + b}] = 1;
  const CutGraph graph =
      graph_of(std::vector<std::uint32_t>(2 * kSide, 1), std::vector<std::int64_t>(2 * kSide), weights);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    RandomStream random(seed, 0);
    EXPECT_EQ(cut_cost(graph, cut_in_two(graph, {kSide, kSide}, random)), 3);
  }
}

TEST(Cut, BiasesDecideWhereThereAreNoEdges) {
  const CutGraph graph = graph_of({1, 1, 1, 1, 1}, {-64, 32, 8, 128, -16}, {});
  RandomStream random(1, 0);
  EXPECT_EQ(cut_in_two(graph, {2, 2}, random), (Sides{1, 0, 1, 0, 1}));
  EXPECT_EQ(cut_in_two(graph, {0, 5}, random), (Sides{1, 0, 0, 0, 1}));
  EXPECT_EQ(cut_in_two(graph, {4, 4}, random), (Sides{1, 0, 0, 0, 0}));
}

// A heavy edge outweighs what its ends lean to.
TEST(Cut, AnEdgeHoldsAgainstSmallerBiases) {
  const CutGraph graph = graph_of({1, 1, 1, 1}, {10, -9, 0, 0}, {{{0, 1}, 20}});
  RandomStream random(1, 0);
  const Sides side = cut_in_two(graph, {2, 2}, random);
  EXPECT_EQ(side, (Sides{0, 0, 1, 1}));
  EXPECT_EQ(cut_cost(graph, side), 0);
}

TEST(Cut, NothingToCut) {
  RandomStream random(1, 0);
  EXPECT_TRUE(cut_in_two({}, {0, 0}, random).empty());
}

RC_GTEST_PROP(Cut, NoBetterThanTheBestAndOftenAsGood, ()) {
  RandomStream random(*rc::gen::arbitrary<std::uint64_t>(), 0);
  const auto vertices = *rc::gen::inRange<std::size_t>(1, 11);
  const CutGraph graph = random_graph(vertices, random);
  const std::int64_t count = random.below(static_cast<std::uint32_t>(vertices + 1));
  const CutLimits limits{count, count};
  const Sides side = cut_in_two(graph, limits, random);
  RC_ASSERT(on_first(graph, side) == count);
  const std::int64_t best = least_cost(graph, limits);
  RC_ASSERT(cut_cost(graph, side) >= best);
  RC_CLASSIFY(cut_cost(graph, side) == best, "best");
}

TEST(Cut, TheBestOfSmallGraphsNineTimesInTen) {
  RandomStream random(3, 0);
  int best = 0;
  for (int g = 0; g < 100; ++g) {
    const CutGraph graph = random_graph(10, random);
    best += cut_cost(graph, cut_in_two(graph, {5, 5}, random)) == least_cost(graph, {5, 5}) ? 1 : 0;
  }
  EXPECT_GE(best, 90);
}

RC_GTEST_PROP(Cut, RefinementKeepsLimitsAndNeverLoses, ()) {
  RandomStream random(*rc::gen::arbitrary<std::uint64_t>(), 0);
  const auto vertices = *rc::gen::inRange<std::size_t>(1, 200);
  const CutGraph graph = random_graph(vertices, random);
  Sides start(vertices);
  for (auto& s : start) s = static_cast<std::uint8_t>(random.below(2));
  const std::int64_t first = on_first(graph, start);
  Sides side = start;
  refine_cut(graph, {first, first}, side);
  RC_ASSERT(on_first(graph, side) == first);
  RC_ASSERT(cut_cost(graph, side) <= cut_cost(graph, start));
  // From outside of the limits it comes inside.
  const std::int64_t other = random.below(static_cast<std::uint32_t>(vertices + 1));
  refine_cut(graph, {other, other}, side);
  RC_ASSERT(on_first(graph, side) == other);
}

}  // namespace
}  // namespace ranvier::mapper::clusters
