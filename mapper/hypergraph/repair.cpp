// SPDX-License-Identifier: Apache-2.0
// Repair of parts over their limits.
#include <algorithm>
#include <queue>
#include <tuple>

#include "mapper/hypergraph/moves.h"

namespace ranvier::mapper::hypergraph {

namespace {

struct Way {
  Part to = kNoPart;
  std::int64_t lowers = 0;  // violation
  double price = 0;         // cost for each unit lowered
};

/// The cheapest move of a vertex that lowers the sum of violations; `spare`: an empty part, kNoPart where there is
/// none.
Way way_out(const State& state, const Prices& prices, Neighbourhood& near, Vertex v, Part spare,
            const std::vector<Part>& roomy) {
  Way best;
  near.look(v);
  const Part home = state.part(v);
  const std::int64_t relief = state.violation(home) - near.violation_without();
  if (relief <= 0) return best;
  const auto consider = [&](Part p) {
    if (p == home || !state.allowed(v, p)) return;
    const std::int64_t lowers = relief - (near.violation_with(p) - state.violation(p));
    if (lowers <= 0) return;
    std::int64_t c = near.cost(p) - near.save() + prices.away(v, p) - prices.away(v, home);
    if (state.members(p) == 0) c += prices.part;
    // What costs nothing is ranked by how much it lowers, so that few moves are made.
    const double price = c > 0 ? static_cast<double>(c) / static_cast<double>(lowers)
                               : static_cast<double>(c) * static_cast<double>(lowers);
    if (best.to == kNoPart || price < best.price || (price == best.price && lowers > best.lowers))
      best = {p, lowers, price};
  };
  for (const Part p : near.parts()) consider(p);
  if (best.to == kNoPart)
    for (const Part p : roomy) consider(p);
  if (best.to == kNoPart && spare != kNoPart) consider(spare);
  return best;
}

Part empty_part(const State& state) {
  for (Part p = 0; p < state.parts(); ++p)
    if (state.members(p) == 0) return p;
  return kNoPart;
}

/// Parts in use within their limits, the emptiest first; a few, for vertices whose neighbours are all full.
std::vector<Part> parts_with_room(const State& state) {
  std::vector<std::tuple<double, Part>> fill;
  for (Part p = 0; p < state.parts(); ++p) {
    if (state.members(p) == 0 || state.violation(p) > 0) continue;
    double most = 0;
    const Instance& g = state.instance();
    for (std::size_t r = 0; r < g.summed(); ++r)
      most = std::max(most, static_cast<double>(state.load(p, r)) /
                                static_cast<double>(std::max<std::int64_t>(1, g.summed_limit[r])));
    for (std::size_t s = 0; s < g.shared(); ++s)
      most = std::max(most, static_cast<double>(state.use(p, s)) /
                                static_cast<double>(std::max<std::int64_t>(1, g.shared_limit[s])));
    fill.emplace_back(most, p);
  }
  std::sort(fill.begin(), fill.end());
  constexpr std::size_t kFew = 8;
  std::vector<Part> parts;
  for (std::size_t i = 0; i < std::min(fill.size(), kFew); ++i) parts.push_back(std::get<1>(fill[i]));
  return parts;
}

/// Moves vertices away from those they must be apart from, to where that adds least violation, then least cost.
void part_conflicts(State& state, Neighbourhood& near) {
  const Instance& g = state.instance();
  for (Vertex v = 0; v < g.vertices; ++v) {
    const auto clash = [&](Vertex u) { return state.part(u) == state.part(v); };
    if (g.pinned[v] != kNoPart || std::ranges::none_of(g.apart[v], clash)) continue;
    near.look(v);
    Part best = kNoPart;
    std::pair<std::int64_t, std::int64_t> least;
    for (Part p = 0; p < state.parts(); ++p) {
      if (!state.allowed(v, p)) continue;
      const std::pair<std::int64_t, std::int64_t> worse{near.violation_with(p) - state.violation(p), near.cost(p)};
      if (best == kNoPart || worse < least) {
        best = p;
        least = worse;
      }
    }
    if (best != kNoPart) state.move(v, best);
  }
}

}  // namespace

bool repair(State& state, const Prices& prices) {
  const std::size_t n = state.instance().vertices;
  Neighbourhood near(state);
  part_conflicts(state, near);
  std::int64_t before = state.violation();
  while (before > 0) {
    std::vector<Part> roomy = parts_with_room(state);
    Part spare = empty_part(state);
    using Entry = std::tuple<double, Vertex>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    std::vector<std::uint8_t> bad(state.parts(), 0);
    for (Part p = 0; p < state.parts(); ++p) bad[p] = state.violation(p) > 0;
    for (Vertex v = 0; v < n; ++v) {
      if (!bad[state.part(v)] || state.instance().pinned[v] != kNoPart) continue;
      const Way way = way_out(state, prices, near, v, spare, roomy);
      if (way.to != kNoPart) queue.emplace(way.price, v);
    }
    while (!queue.empty()) {
      const auto [price, v] = queue.top();
      queue.pop();
      if (state.violation(state.part(v)) == 0) continue;
      if (spare != kNoPart && state.members(spare) > 0) spare = empty_part(state);
      const Way way = way_out(state, prices, near, v, spare, roomy);
      if (way.to == kNoPart) continue;
      if (!queue.empty() && way.price > std::get<0>(queue.top()) && way.price > price) {
        queue.emplace(way.price, v);
        continue;
      }
      if (way.to == spare) roomy.push_back(spare);
      state.move(v, way.to);
    }
    const std::int64_t after = state.violation();
    if (after >= before) break;
    before = after;
  }
  return before == 0 && state.conflicts() == 0;
}

}  // namespace ranvier::mapper::hypergraph
