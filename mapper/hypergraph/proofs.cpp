// SPDX-License-Identifier: Apache-2.0
// Checks of a problem and proofs by counting that nothing fits.
#include "mapper/hypergraph/proofs.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>

namespace ranvier::mapper::hypergraph {

namespace {

void need(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(what);
}

void check_lists(const Lists& lists, std::size_t items, const char* what) {
  need(!lists.offset.empty() && lists.offset.front() == 0 && lists.offset.back() == lists.items.size() &&
           std::is_sorted(lists.offset.begin(), lists.offset.end()),
       what);
  need(std::ranges::all_of(lists.items, [items](std::uint32_t item) { return item < items; }), what);
}

/// Use of every resource by a set of vertices; `say(resource, limit, used)`.
template <typename Say>
void for_each_use(const PartitionProblem& problem, const std::vector<Vertex>& vertices,
                  std::vector<std::vector<std::size_t>>& seen, std::size_t stamp, Say say) {
  for (const SummedResource& r : problem.summed) {
    std::int64_t sum = 0;
    for (const Vertex v : vertices) sum += r.demand[v];
    say(r.name, r.limit, sum);
  }
  for (std::size_t s = 0; s < problem.shared.size(); ++s) {
    std::int64_t sum = 0;
    for (const Vertex v : vertices)
      for (const std::uint32_t item : problem.shared[s].items_of[v]) {
        if (seen[s][item] == stamp) continue;
        seen[s][item] = stamp;
        sum += problem.shared[s].size[item];
      }
    say(problem.shared[s].name, problem.shared[s].limit, sum);
  }
}

std::vector<std::vector<std::size_t>> nothing_seen(const PartitionProblem& problem) {
  std::vector<std::vector<std::size_t>> seen;
  for (const SharedResource& r : problem.shared) seen.emplace_back(r.size.size(), 0);
  return seen;
}

/// Groups pairwise apart, found greedily.
std::size_t apart_clique(const PartitionProblem& problem, const Groups& groups) {
  std::map<Vertex, std::vector<Vertex>> apart;
  for (const auto& [a, b] : problem.apart) {
    apart[groups.of[a]].push_back(groups.of[b]);
    apart[groups.of[b]].push_back(groups.of[a]);
  }
  for (auto& [v, others] : apart) std::sort(others.begin(), others.end());
  std::size_t largest = 0;
  for (const auto& [v, others] : apart) {
    std::vector<Vertex> clique{v};
    for (const Vertex u : others) {
      const auto with = [&](Vertex w) { return std::ranges::binary_search(apart[u], w); };
      if (u != clique.back() && std::ranges::all_of(clique, with)) clique.push_back(u);
    }
    largest = std::max(largest, clique.size());
  }
  return largest;
}

}  // namespace

void check_problem(const PartitionProblem& problem) {
  const std::size_t n = problem.graph.vertices;
  check_lists(problem.graph.pins, n, "pins of a hyperedge are not vertices");
  need(problem.graph.weight.size() == problem.graph.pins.size(), "a weight for each hyperedge");
  need(std::ranges::all_of(problem.graph.weight, [](double w) { return std::isfinite(w) && w >= 0; }),
       "weights of hyperedges are finite and not negative");
  for (const SummedResource& r : problem.summed) {
    need(r.demand.size() == n, "a demand for each vertex");
    need(std::ranges::all_of(r.demand, [](std::int64_t d) { return d >= 0; }), "demands are not negative");
  }
  for (const SharedResource& r : problem.shared) {
    need(r.items_of.size() == n, "a list of items for each vertex");
    check_lists(r.items_of, r.size.size(), "shared items are out of range");
    need(std::ranges::all_of(r.size, [](std::int64_t d) { return d >= 0; }), "sizes of items are not negative");
  }
  need(problem.pinned.empty() || problem.pinned.size() == n, "pinned: a part for each vertex, or none at all");
  for (const Part p : problem.pinned)
    need(p == kNoPart || p < problem.most_parts, "a vertex is pinned to a part beyond most_parts");
  const auto is_vertex = [n](Vertex v) { return v < n; };
  for (const auto& set : problem.together) need(std::ranges::all_of(set, is_vertex), "together: not a vertex");
  for (const auto& [a, b] : problem.apart) need(a < n && b < n, "apart: not a vertex");
  need(n == 0 || problem.most_parts > 0, "most_parts is 0");
}

Groups groups_of(const PartitionProblem& problem) {
  std::vector<Vertex> parent(problem.graph.vertices);
  std::iota(parent.begin(), parent.end(), Vertex{0});
  const auto find = [&](Vertex v) {
    while (parent[v] != v) v = parent[v] = parent[parent[v]];
    return v;
  };
  for (const auto& set : problem.together)
    for (const Vertex v : set) {
      const Vertex a = find(set.front());
      const Vertex b = find(v);
      parent[std::max(a, b)] = std::min(a, b);
    }
  Groups groups;
  groups.of.assign(parent.size(), 0);
  for (Vertex v = 0; v < parent.size(); ++v) {
    const Vertex root = find(v);
    if (root == v) {
      groups.of[v] = static_cast<Vertex>(groups.first.size());
      groups.first.push_back(v);
    } else {
      groups.of[v] = groups.of[root];
    }
  }
  return groups;
}

std::vector<Excess> proofs_against(const PartitionProblem& problem, const Groups& groups) {
  std::vector<Excess> proofs;
  const std::size_t n = problem.graph.vertices;
  std::vector<Part> pinned(groups.count(), kNoPart);
  for (Vertex v = 0; v < problem.pinned.size(); ++v) {
    const Part p = problem.pinned[v];
    Part& of_group = pinned[groups.of[v]];
    if (p != kNoPart && of_group != kNoPart && of_group != p)
      proofs.push_back({Obstacle::kContradiction, "", groups.first[groups.of[v]], p, 0, 0});
    if (p != kNoPart) of_group = p;
  }
  for (const auto& [a, b] : problem.apart) {
    const Vertex ga = groups.of[a];
    const Vertex gb = groups.of[b];
    if (ga == gb || (pinned[ga] != kNoPart && pinned[ga] == pinned[gb]))
      proofs.push_back({Obstacle::kContradiction, "", a, pinned[ga], 0, 0});
  }
  std::vector<std::vector<Vertex>> members(groups.count());
  std::map<Part, std::vector<Vertex>> at_part;
  for (Vertex v = 0; v < n; ++v) {
    members[groups.of[v]].push_back(v);
    if (pinned[groups.of[v]] != kNoPart) at_part[pinned[groups.of[v]]].push_back(v);
  }
  auto seen = nothing_seen(problem);
  std::size_t stamp = 0;
  for (std::size_t g = 0; g < groups.count(); ++g)
    for_each_use(problem, members[g], seen, ++stamp,
                 [&](const std::string& name, std::int64_t limit, std::int64_t used) {
                   if (used > limit)
                     proofs.push_back({Obstacle::kVertexTooLarge, name, groups.first[g], kNoPart, used, limit});
                 });
  for (const auto& [part, vertices] : at_part)
    for_each_use(problem, vertices, seen, ++stamp,
                 [&, p = part](const std::string& name, std::int64_t limit, std::int64_t used) {
                   if (used > limit)
                     proofs.push_back({Obstacle::kPinsExceedLimit, name, vertices.front(), p, used, limit});
                 });
  std::vector<Vertex> all(n);
  std::iota(all.begin(), all.end(), Vertex{0});
  for_each_use(problem, all, seen, ++stamp, [&](const std::string& name, std::int64_t limit, std::int64_t used) {
    if (limit <= 0 || used == 0) return;
    const std::int64_t parts = (used - 1) / limit + 1;
    if (static_cast<std::uint64_t>(parts) > problem.most_parts)
      proofs.push_back(
          {Obstacle::kTooFewParts, name, 0, kNoPart, parts, static_cast<std::int64_t>(problem.most_parts)});
  });
  const std::size_t clique = apart_clique(problem, groups);
  if (clique > problem.most_parts)
    proofs.push_back({Obstacle::kApartNeedsParts, "", 0, kNoPart, static_cast<std::int64_t>(clique),
                      static_cast<std::int64_t>(problem.most_parts)});
  return proofs;
}

std::vector<Excess> excesses(const PartitionProblem& problem, const Parts& parts) {
  std::vector<Excess> found;
  const std::size_t n = problem.graph.vertices;
  if (parts.size() != n) throw std::invalid_argument("a part for each vertex");
  std::map<Part, std::vector<Vertex>> members;
  for (Vertex v = 0; v < n; ++v) members[parts[v]].push_back(v);
  auto seen = nothing_seen(problem);
  std::size_t stamp = 0;
  for (const auto& [part, vertices] : members)
    for_each_use(problem, vertices, seen, ++stamp,
                 [&, p = part](const std::string& name, std::int64_t limit, std::int64_t used) {
                   if (used > limit) found.push_back({Obstacle::kNoneFound, name, vertices.front(), p, used, limit});
                 });
  if (members.size() > problem.most_parts)
    found.push_back({Obstacle::kNoneFound, "parts", 0, kNoPart, static_cast<std::int64_t>(members.size()),
                     static_cast<std::int64_t>(problem.most_parts)});
  for (Vertex v = 0; v < problem.pinned.size(); ++v)
    if (problem.pinned[v] != kNoPart && parts[v] != problem.pinned[v])
      found.push_back({Obstacle::kNoneFound, "pinned", v, parts[v], 0, 0});
  for (const auto& set : problem.together)
    for (const Vertex v : set)
      if (parts[v] != parts[set.front()]) found.push_back({Obstacle::kNoneFound, "together", v, parts[v], 0, 0});
  for (const auto& [a, b] : problem.apart)
    if (parts[a] == parts[b]) found.push_back({Obstacle::kNoneFound, "apart", a, parts[a], 0, 0});
  return found;
}

std::string Excess::text() const {
  const std::string amounts = std::to_string(needed) + " of " + std::to_string(limit);
  switch (obstacle) {
    case Obstacle::kVertexTooLarge:
      return "vertex " + std::to_string(vertex) + " and what must be with it need " + amounts + " " + resource;
    case Obstacle::kTooFewParts:
      return "all vertices need " + std::to_string(needed) + " parts by their " + resource + ", " +
             std::to_string(limit) + " are allowed";
    case Obstacle::kPinsExceedLimit:
      return "what is pinned to part " + std::to_string(part) + " needs " + amounts + " " + resource;
    case Obstacle::kContradiction:
      return "vertex " + std::to_string(vertex) + " must be together with one that it must be apart from";
    case Obstacle::kApartNeedsParts:
      return std::to_string(needed) + " vertices must all be apart, " + std::to_string(limit) + " parts are allowed";
    case Obstacle::kNoneFound:
      break;
  }
  if (limit == 0 && needed == 0) return "vertex " + std::to_string(vertex) + " is not where it must be: " + resource;
  return "the best partition found needs " + amounts + " " + resource +
         (part == kNoPart ? "" : " in part " + std::to_string(part));
}

}  // namespace ranvier::mapper::hypergraph
