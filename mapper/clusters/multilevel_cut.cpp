// SPDX-License-Identifier: Apache-2.0
// Cuts on several levels (Hendrickson and Leland 1995; Karypis and Kumar 1998), with biases carried along.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

#include "mapper/clusters/cut_graph.h"

namespace ranvier::mapper::clusters {

namespace {

constexpr std::size_t kCoarsest = 48;       // vertices
constexpr std::size_t kShrinkPercent = 90;  // a level that keeps more is the last
constexpr std::size_t kTries = 8;
constexpr std::size_t kTriesWork = 20'000;  // vertices of all tries, where the coarsest graph stays large
constexpr std::int64_t kLargestShare = 12;  // merged vertices hold at most so many clusters: one in this
constexpr Vertex kNone = UINT32_MAX;

/// What a merger keeps from being cut, less what two vertices that lean to different sides lose by it.
std::int64_t rating(const CutGraph& graph, Vertex v, Vertex u, std::int64_t weight) {
  const std::int64_t a = graph.bias[v], b = graph.bias[u];
  return (a < 0) == (b < 0) ? weight : weight - std::min(std::abs(a), std::abs(b));
}

/// Vertices of the coarser graph, by vertex; their count.
std::pair<std::vector<Vertex>, std::size_t> matched(const CutGraph& graph, std::int64_t largest, RandomStream& random) {
  const std::size_t count = graph.vertices();
  std::vector<Vertex> order(count);
  std::iota(order.begin(), order.end(), Vertex{0});
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
  std::vector<Vertex> coarse(count, kNone);
  Vertex next = 0;
  for (const Vertex v : order) {
    if (coarse[v] != kNone) continue;
    Vertex mate = kNone;
    std::int64_t best = 0;
    for (std::size_t i = graph.offset[v]; i < graph.offset[v + 1]; ++i) {
      const Vertex u = graph.neighbour[i];
      if (coarse[u] != kNone || std::int64_t{graph.size[u]} + graph.size[v] > largest) continue;
      const std::int64_t r = rating(graph, v, u, graph.weight[i]);
      if (r <= best) continue;
      best = r;
      mate = u;
    }
    coarse[v] = next;
    if (mate != kNone) coarse[mate] = next;
    ++next;
  }
  return {std::move(coarse), next};
}

CutGraph contracted(const CutGraph& graph, const std::vector<Vertex>& coarse, std::size_t count) {
  CutGraph out;
  out.size.assign(count, 0);
  out.bias.assign(count, 0);
  std::vector<Vertex> first(count, kNone), second(count, kNone);
  for (Vertex v = 0; v < graph.vertices(); ++v) {
    out.size[coarse[v]] += graph.size[v];
    out.bias[coarse[v]] += graph.bias[v];
    (first[coarse[v]] == kNone ? first : second)[coarse[v]] = v;
  }
  std::vector<std::size_t> slot(count, 0);  // of a neighbour in the row at hand; stale ones lie before the row
  out.offset.reserve(count + 1);
  for (Vertex c = 0; c < count; ++c) {
    const std::size_t begin = out.neighbour.size();
    for (const Vertex v : {first[c], second[c]}) {
      if (v == kNone) continue;
      for (std::size_t i = graph.offset[v]; i < graph.offset[v + 1]; ++i) {
        const Vertex to = coarse[graph.neighbour[i]];
        if (to == c) continue;
        if (slot[to] < begin || slot[to] >= out.neighbour.size() || out.neighbour[slot[to]] != to) {
          slot[to] = out.neighbour.size();
          out.neighbour.push_back(to);
          out.weight.push_back(0);
        }
        out.weight[slot[to]] += graph.weight[i];
      }
    }
    out.offset.push_back(out.neighbour.size());
  }
  return out;
}

/// Merged vertices cannot keep limits to the cluster: they may miss them by less than the largest of them.
CutLimits loosened(const CutGraph& graph, const CutLimits& limits) {
  const auto largest = std::max_element(graph.size.begin(), graph.size.end());
  const std::int64_t slack = largest == graph.size.end() ? 0 : std::int64_t{*largest} - 1;
  return {limits.least - slack, limits.most + slack};
}

/// Side 0 grows from `seed` by what costs least, up to `wanted` clusters.
Sides grown(const CutGraph& graph, Vertex seed, std::int64_t wanted) {
  Sides side(graph.vertices(), 1);
  std::vector<std::pair<std::int64_t, Vertex>> heap;  // a vertex again each time that its gain grows
  std::vector<std::int64_t> gain(graph.vertices());
  for (Vertex v = 0; v < graph.vertices(); ++v) {
    gain[v] = graph.bias[v];
    for (std::size_t i = graph.offset[v]; i < graph.offset[v + 1]; ++i) gain[v] -= graph.weight[i];
    heap.emplace_back(gain[v], v);
  }
  std::make_heap(heap.begin(), heap.end());
  std::int64_t size = 0;
  const auto take = [&](Vertex v) {
    side[v] = 0;
    size += graph.size[v];
    for (std::size_t i = graph.offset[v]; i < graph.offset[v + 1]; ++i) {
      const Vertex u = graph.neighbour[i];
      if (side[u] == 0 || graph.weight[i] == 0) continue;
      gain[u] += 2 * graph.weight[i];
      heap.emplace_back(gain[u], u);
      std::push_heap(heap.begin(), heap.end());
    }
  };
  if (size < wanted) take(seed);
  while (size < wanted && !heap.empty()) {
    std::pop_heap(heap.begin(), heap.end());
    const auto [was, v] = heap.back();
    heap.pop_back();
    if (side[v] == 1 && was == gain[v]) take(v);
  }
  return side;
}

std::int64_t miss(const CutGraph& graph, const CutLimits& limits, const Sides& side) {
  std::int64_t size = 0;
  for (Vertex v = 0; v < graph.vertices(); ++v)
    if (side[v] == 0) size += graph.size[v];
  return std::max<std::int64_t>({0, limits.least - size, size - limits.most});
}

Sides cut_coarsest(const CutGraph& graph, const CutLimits& limits, std::int64_t wanted, RandomStream& random) {
  const std::size_t tries = std::clamp<std::size_t>(kTriesWork / std::max<std::size_t>(graph.vertices(), 1), 2, kTries);
  Sides best;
  std::tuple<std::int64_t, std::int64_t> least;
  for (std::size_t t = 0; t < tries; ++t) {
    // The first from the vertex that leans there most.
    const auto seed =
        t == 0 ? static_cast<Vertex>(std::max_element(graph.bias.begin(), graph.bias.end()) - graph.bias.begin())
               : random.below(static_cast<std::uint32_t>(graph.vertices()));
    Sides side = grown(graph, seed, wanted);
    refine_cut(graph, limits, side);
    const std::tuple score{miss(graph, limits, side), cut_cost(graph, side)};
    if (t > 0 && score >= least) continue;
    least = score;
    best = std::move(side);
  }
  return best;
}

}  // namespace

Sides cut_in_two(const CutGraph& graph, const CutLimits& limits, RandomStream& random) {
  if (graph.vertices() == 0) return {};
  std::int64_t total = 0;
  for (const std::uint32_t s : graph.size) total += s;
  const std::int64_t wanted = std::clamp(total / 2, limits.least, limits.most);
  std::vector<CutGraph> levels;
  std::vector<std::vector<Vertex>> coarse;  // by level, of the next finer one
  const auto at = [&](std::size_t level) -> const CutGraph& { return level == 0 ? graph : levels[level - 1]; };
  while (at(levels.size()).vertices() > kCoarsest) {
    const CutGraph& fine = at(levels.size());
    auto [of, count] = matched(fine, std::max<std::int64_t>(2, total / kLargestShare), random);
    if (100 * count > kShrinkPercent * fine.vertices()) break;
    CutGraph next = contracted(fine, of, count);
    levels.push_back(std::move(next));
    coarse.push_back(std::move(of));
  }
  const CutGraph& coarsest = at(levels.size());
  Sides side = cut_coarsest(coarsest, loosened(coarsest, limits), wanted, random);
  for (std::size_t level = levels.size(); level-- > 0;) {
    Sides finer(at(level).vertices());
    for (Vertex v = 0; v < finer.size(); ++v) finer[v] = side[coarse[level][v]];
    side = std::move(finer);
    refine_cut(at(level), loosened(at(level), limits), side);
  }
  return side;
}

}  // namespace ranvier::mapper::clusters
