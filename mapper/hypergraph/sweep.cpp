// SPDX-License-Identifier: Apache-2.0
// Greedy sweeps, and parts that are not worth having.
#include <algorithm>
#include <numeric>

#include "base/random_stream.h"
#include "mapper/hypergraph/moves.h"

namespace ranvier::mapper::hypergraph {

std::int64_t cost(const State& state, const Prices& prices) {
  std::int64_t sum = state.cut() + prices.part * static_cast<std::int64_t>(state.parts_used());
  if (prices.move != nullptr)
    for (Vertex v = 0; v < state.instance().vertices; ++v) sum += prices.away(v, state.part(v));
  return sum;
}

void sweep(State& state, const Prices& prices, std::int32_t sweeps, std::uint64_t seed) {
  const std::size_t n = state.instance().vertices;
  std::vector<Vertex> order(n);
  std::iota(order.begin(), order.end(), Vertex{0});
  Neighbourhood near(state);
  for (std::int32_t round = 0; round < sweeps; ++round) {
    RandomStream random(seed, n, static_cast<std::uint64_t>(round));
    for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
    std::int64_t gained = 0;
    for (const Vertex v : order) {
      if (state.instance().pinned[v] != kNoPart) continue;
      near.look(v);
      const Part home = state.part(v);
      const std::int64_t leaving = near.save() + prices.away(v, home) + (state.members(home) == 1 ? prices.part : 0);
      Part best = kNoPart;
      std::int64_t best_gain = 0;
      for (const Part p : near.parts()) {
        const std::int64_t gain = leaving - near.cost(p) - prices.away(v, p);
        if (gain > best_gain && near.fits(p)) {
          best = p;
          best_gain = gain;
        }
      }
      if (best == kNoPart) continue;
      state.move(v, best);
      gained += best_gain;
    }
    if (gained <= state.cut() / 1000) break;
  }
}

void dissolve_parts(State& state, const Prices& prices) {
  std::vector<std::vector<Vertex>> members(state.parts());
  for (Vertex v = 0; v < state.instance().vertices; ++v) members[state.part(v)].push_back(v);
  std::vector<Part> order(state.parts());
  std::iota(order.begin(), order.end(), Part{0});
  std::stable_sort(order.begin(), order.end(), [&](Part a, Part b) { return members[a].size() < members[b].size(); });
  Neighbourhood near(state);
  for (const Part p : order) {
    if (state.members(p) == 0) continue;
    std::vector<std::pair<Vertex, Part>> moved;
    std::int64_t gain = prices.part;
    bool emptied = true;
    std::vector<Vertex> inside;
    for (Vertex v : members[p])
      if (state.part(v) == p) inside.push_back(v);
    for (const Vertex v : inside) {
      near.look(v);
      Part best = kNoPart;
      std::int64_t least = 0;
      for (const Part to : near.parts()) {
        const std::int64_t c = near.cost(to) - near.save() + prices.away(v, to) - prices.away(v, p);
        if ((best == kNoPart || c < least) && near.fits(to)) {
          best = to;
          least = c;
        }
      }
      if (best == kNoPart) {
        emptied = false;
        break;
      }
      state.move(v, best);
      moved.emplace_back(v, best);
      gain -= least;
    }
    if (!emptied || gain <= 0)
      for (std::size_t i = moved.size(); i-- > 0;) state.move(moved[i].first, p);
    else
      for (const auto& [v, to] : moved) members[to].push_back(v);
  }
}

}  // namespace ranvier::mapper::hypergraph
