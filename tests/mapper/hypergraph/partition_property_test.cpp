// SPDX-License-Identifier: Apache-2.0
// Random problems of all kinds: results are valid by a count of their own, reported connectivity is right, small ones
// are as good as brute force nearly always, threads change nothing.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/random_stream.h"
#include "mapper/hypergraph/partition.h"

namespace ranvier::mapper::hypergraph {
namespace {

/// Empty hyperedges, single and repeated pins, weights of 0 among them.
PartitionProblem random_problem(std::uint64_t seed, std::uint32_t vertices) {
  RandomStream random(seed, 7);
  PartitionProblem problem;
  problem.graph.vertices = vertices;
  const std::uint32_t hyperedges = random.below(2 * vertices + 1);
  for (std::uint32_t e = 0; e < hyperedges; ++e) {
    for (std::uint32_t i = random.below(5); i > 0; --i) problem.graph.pins.items.push_back(random.below(vertices));
    problem.graph.pins.offset.push_back(problem.graph.pins.items.size());
    problem.graph.weight.push_back(random.below(4) * 0.25);
  }
  for (std::uint32_t r = random.below(3); r > 0; --r) {
    SummedResource resource{"sum", random.below(20) + 4, {}};
    for (std::uint32_t v = 0; v < vertices; ++v) resource.demand.push_back(random.below(4));
    problem.summed.push_back(resource);
  }
  for (std::uint32_t s = random.below(3); s > 0; --s) {
    SharedResource resource{"set", random.below(20) + 9, {}, {}};
    for (std::uint32_t i = 0; i < vertices; ++i) resource.size.push_back(random.below(4));
    for (std::uint32_t v = 0; v < vertices; ++v) {
      std::set<std::uint32_t> items;
      for (std::uint32_t i = random.below(4); i > 0; --i) items.insert(random.below(vertices));
      resource.items_of.items.insert(resource.items_of.items.end(), items.begin(), items.end());
      resource.items_of.offset.push_back(resource.items_of.items.size());
    }
    problem.shared.push_back(resource);
  }
  if (random.below(2) == 0) problem.most_parts = 1 + random.below(vertices);
  if (random.below(3) == 0) {
    problem.pinned.assign(vertices, kNoPart);
    problem.pinned[random.below(vertices)] =
        random.below(static_cast<std::uint32_t>(std::min<std::size_t>(problem.most_parts, 50)));
  }
  if (random.below(3) == 0) problem.together.push_back({random.below(vertices), random.below(vertices)});
  if (random.below(3) == 0) problem.apart.emplace_back(random.below(vertices), random.below(vertices));
  return problem;
}

/// The definition once more, with other containers than the solver's own check.
bool holds(const PartitionProblem& problem, const Parts& parts) {
  std::set<Part> used(parts.begin(), parts.end());
  if (used.size() > problem.most_parts || used.contains(kNoPart)) return false;
  for (const Part p : used) {
    for (const SummedResource& r : problem.summed) {
      std::int64_t sum = 0;
      for (Vertex v = 0; v < parts.size(); ++v) sum += parts[v] == p ? r.demand[v] : 0;
      if (sum > r.limit) return false;
    }
    for (const SharedResource& r : problem.shared) {
      std::set<std::uint32_t> items;
      for (Vertex v = 0; v < parts.size(); ++v)
        if (parts[v] == p) items.insert(r.items_of[v].begin(), r.items_of[v].end());
      std::int64_t sum = 0;
      for (const std::uint32_t i : items) sum += r.size[i];
      if (sum > r.limit) return false;
    }
  }
  for (Vertex v = 0; v < problem.pinned.size(); ++v)
    if (problem.pinned[v] != kNoPart && problem.pinned[v] != parts[v]) return false;
  for (const auto& set : problem.together)
    for (const Vertex v : set)
      if (parts[v] != parts[set[0]]) return false;
  for (const auto& [a, b] : problem.apart)
    if (parts[a] == parts[b]) return false;
  return true;
}

/// Least connectivity of a valid partition, -1 where there is none. Parts that pins name are taken as they are; all
/// others are alike, so a vertex opens at most one of them.
void try_all(const PartitionProblem& problem, Parts& parts, Vertex v, const std::vector<Part>& named, Part opened,
             double& best) {
  if (v == parts.size()) {
    if (holds(problem, parts)) {
      const double found = connectivity(problem.graph, parts);
      if (best < 0 || found < best) best = found;
    }
    return;
  }
  for (const Part p : named) {
    parts[v] = p;
    try_all(problem, parts, v + 1, named, opened, best);
  }
  constexpr Part kFirstFree = 100;
  for (Part p = 0; p <= opened && p < problem.most_parts; ++p) {
    parts[v] = kFirstFree + p;
    try_all(problem, parts, v + 1, named, std::max(opened, p + 1), best);
  }
}

double least_connectivity(const PartitionProblem& problem) {
  std::set<Part> named(problem.pinned.begin(), problem.pinned.end());
  named.erase(kNoPart);
  Parts parts(problem.graph.vertices, 0);
  double best = -1;
  try_all(problem, parts, 0, {named.begin(), named.end()}, 0, best);
  return best;
}

TEST(PartitionProperty, SmallProblemsAgainstBruteForce) {
  int solvable = 0, missed = 0, optimal = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const PartitionProblem problem = random_problem(seed, 2 + static_cast<std::uint32_t>(seed % 6));
    const double least = least_connectivity(problem);
    const PartitionResult result = partition(problem, {});
    if (least < 0) {
      EXPECT_FALSE(result.valid()) << seed;
      continue;
    }
    ++solvable;
    for (const Excess& excess : result.excess) EXPECT_FALSE(excess.proven()) << seed << ": " << excess.text();
    if (!result.valid()) {
      ++missed;
      continue;
    }
    EXPECT_TRUE(holds(problem, result.parts)) << seed;
    EXPECT_EQ(result.connectivity, connectivity(problem.graph, result.parts)) << seed;
    EXPECT_GE(result.connectivity, least) << seed;
    optimal += result.connectivity == least;
  }
  EXPECT_GT(solvable, 200);
  EXPECT_LE(missed * 50, solvable) << missed << " of " << solvable << " not found";
  EXPECT_GE(optimal * 20, solvable * 19) << optimal << " of " << solvable << " at the optimum";
}

TEST(PartitionProperty, LargerProblemsAreValidAndThreadsChangeNothing) {
  int valid = 0;
  for (std::uint64_t seed = 1000; seed < 1030; ++seed) {
    PartitionProblem problem = random_problem(seed, 20 + static_cast<std::uint32_t>(seed % 7) * 30);
    problem.most_parts = SIZE_MAX;
    const PartitionResult one = partition(problem, {Effort::kFast, seed, 1, 0});
    const PartitionResult three = partition(problem, {Effort::kFast, seed, 3, 0});
    EXPECT_EQ(one.parts, three.parts) << seed;
    for (const Excess& excess : one.excess) EXPECT_TRUE(excess.proven()) << seed << ": " << excess.text();
    if (!one.valid()) continue;
    ++valid;
    EXPECT_TRUE(holds(problem, one.parts)) << seed;
    const PartitionResult again = refine(problem, one.parts, {Effort::kFast, seed + 1, 1, 0});
    EXPECT_TRUE(holds(problem, again.parts)) << seed;
    EXPECT_LE(again.connectivity, one.connectivity) << seed;
  }
  EXPECT_GT(valid, 15);
}

TEST(PartitionProperty, DefaultEffortIsDeterministicAcrossThreads) {
  PartitionProblem problem = random_problem(4, 300);
  problem = {problem.graph, {{"vertices", 9, std::vector<std::int64_t>(300, 1)}}, {}, SIZE_MAX, {}, {}, {}};
  const PartitionResult one = partition(problem, {Effort::kDefault, 5, 1, 0.5});
  EXPECT_TRUE(one.valid());
  EXPECT_GE(one.parts_used, 34u);
  EXPECT_EQ(one.parts, partition(problem, {Effort::kDefault, 5, 2, 0.5}).parts);
}

}  // namespace
}  // namespace ranvier::mapper::hypergraph
