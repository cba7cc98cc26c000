// SPDX-License-Identifier: Apache-2.0
// Annealing of a state by single moves to parts that a vertex's nets reach.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/random_stream.h"
#include "mapper/hypergraph/moves.h"

namespace ranvier::mapper::hypergraph {

namespace {

/// -ln(u) at 1024 quantiles, so that no logarithm is taken in the loop. In units of 1/65536.
std::array<std::int64_t, 1024> exponential_quantiles() {
  std::array<std::int64_t, 1024> table{};
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i] = std::llround(-std::log((static_cast<double>(i) + 0.5) / 1024) * 65536);
  return table;
}

}  // namespace

void anneal(State& state, const Prices& prices, std::int64_t moves, double hot, std::uint64_t seed) {
  const Instance& g = state.instance();
  if (g.vertices < 2 || g.pins.size() == 0) return;
  static const std::array<std::int64_t, 1024> quantile = exponential_quantiles();
  double weight = 0;
  std::size_t weighted = 0;
  for (const std::int64_t w : g.weight)
    if (w > 0) {
      weight += static_cast<double>(w);
      ++weighted;
    }
  if (weighted == 0) return;
  const double hottest = hot * weight / static_cast<double>(weighted);

  constexpr std::int64_t kSteps = 256;  // of temperature
  RandomStream random(seed, g.vertices, 0x616e6e);
  std::int64_t now = cost(state, prices);
  std::int64_t best = now;
  Parts best_parts = state.assignment();
  std::vector<Vertex> changed;  // since the best
  for (std::int64_t step = 0; step < kSteps; ++step) {
    const double left = 1 - static_cast<double>(step) / kSteps;
    const auto temperature = static_cast<std::int64_t>(hottest * left * left);
    for (std::int64_t m = moves * step / kSteps; m < moves * (step + 1) / kSteps; ++m) {
      const auto v = static_cast<Vertex>(random.below(static_cast<std::uint32_t>(g.vertices)));
      const auto nets = g.nets_of[v];
      if (nets.empty() || g.pinned[v] != kNoPart) continue;
      const Net e = nets[random.below(static_cast<std::uint32_t>(nets.size()))];
      const std::uint32_t spread = state.spread(e);
      if (spread < 2 || g.weight[e] == 0) continue;
      const Part home = state.part(v);
      Part to = home;
      std::uint32_t pick = random.below(spread);
      state.for_each_part(e, [&](Part p, std::uint32_t) {
        if (pick-- == 0) to = p;
      });
      if (to == home) continue;
      std::int64_t delta = prices.away(v, to) - prices.away(v, home) - (state.members(home) == 1 ? prices.part : 0);
      for (const Net f : nets) {
        if (g.weight[f] == 0) continue;
        const auto [at_home, there] = state.counts(f, home, to);
        if (at_home == 1) delta -= g.weight[f];
        if (there == 0) delta += g.weight[f];
      }
      if (delta > 0 && delta > (quantile[random.next() & 1023] * temperature) >> 16) continue;
      if (!state.fits(v, to)) continue;
      state.move(v, to);
      now += delta;
      changed.push_back(v);
      if (now < best) {
        best = now;
        for (const Vertex u : changed) best_parts[u] = state.part(u);
        changed.clear();
      }
    }
  }
  for (const Vertex v : changed)
    if (state.part(v) != best_parts[v]) state.move(v, best_parts[v]);
}

}  // namespace ranvier::mapper::hypergraph
