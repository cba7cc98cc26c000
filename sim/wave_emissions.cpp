// SPDX-License-Identifier: Apache-2.0
#include "sim/wave_emissions.h"

#include <algorithm>

#include "mapper/waves.h"

namespace ranvier::sim {

void WaveEmissions::begin_image() {
  for (std::vector<Part>& parts : later_) parts.clear();
}

Cycles WaveEmissions::deal(TileId id, const mapper::Tile& tile, std::int32_t waves, Cycles cycles,
                           std::vector<Emission>& fired) {
  std::vector<Part>& later = later_[id.value()];
  later.assign(static_cast<std::size_t>(waves) - 1, {});
  const mapper::WaveRule wave_of(tile, waves);
  std::int64_t first_cycles = 0, until = 0;
  std::size_t kept = 0;
  for (Emission e : fired) {
    const std::int64_t took = std::max<std::int64_t>(0, e.at.count() - until);
    until += took;
    const std::int32_t wave = wave_of(e.token, e.channel);
    if (wave == 0) {
      e.at = Cycles(first_cycles += took);
      fired[kept++] = e;
    } else {
      Part& part = later[static_cast<std::size_t>(wave) - 1];
      e.at = Cycles(part.cycles += took);
      part.emissions.push_back(e);
    }
  }
  fired.resize(kept);
  later.back().cycles += cycles.count() - until;
  return Cycles(first_cycles);
}

Cycles WaveEmissions::take(TileId tile, std::int32_t wave, std::vector<Emission>& out) {
  std::vector<Part>& later = later_[tile.value()];
  Part part = std::move(later[static_cast<std::size_t>(wave) - 1]);
  if (static_cast<std::size_t>(wave) == later.size()) later.clear();
  out = std::move(part.emissions);
  return Cycles(part.cycles);
}

void WaveEmissions::restore(StateReader& r, const mapper::MappingProblem& problem, const FlowTable& flows,
                            const std::vector<TileId>& firing, std::int32_t wave, std::int32_t waves) {
  r.shaped(later_);
  for (std::size_t t = 0; t < later_.size(); ++t) {
    const bool fires = wave > 0 && std::binary_search(firing.begin(), firing.end(), TileId(t));
    if (later_[t].size() != (fires ? static_cast<std::size_t>(waves) - 1 : 0))
      throw StateMismatch("events kept for other waves");
    const mapper::WaveRule wave_of(problem.tiles[t], waves);
    for (std::size_t w = 0; w < later_[t].size(); ++w) {
      std::int64_t until = 0;
      for (const Emission& e : later_[t][w].emissions) {
        if (!problem.tiles[t].tokens.contains(e.token) || !problem.tiles[t].outputs.contains(e.channel) ||
            !flows.sends(TileId(t), e.token, e.channel) ||
            wave_of(e.token, e.channel) != static_cast<std::int32_t>(w) + 1)
          throw StateMismatch("a kept event that the tile does not send in its wave");
        if (e.at.count() < until) throw StateMismatch("kept events out of order");
        until = e.at.count();
      }
      if (later_[t][w].cycles < until) throw StateMismatch("a wave that ends before its last event");
    }
  }
}

}  // namespace ranvier::sim
