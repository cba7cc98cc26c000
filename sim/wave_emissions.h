// SPDX-License-Identifier: Apache-2.0
// What tiles fired in the first wave of their level and send in later ones. Cores know nothing of waves: they fire once
// a pass, and here their events and cycles are dealt out.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/mapping.h"
#include "sim/core_model.h"
#include "sim/flow_table.h"
#include "sim/state_bytes.h"

namespace ranvier::sim {

class WaveEmissions {
 public:
  explicit WaveEmissions(std::size_t tiles) : later_(tiles) {}

  void begin_image();
  /// All that the tile fired, in the order in which it did, and the cycles that it took. `fired` keeps what it sends in
  /// the first of `waves`; returns the cycles of that. Every event takes its wave the cycles since the one before it;
  /// what is left behind the last one goes to the last wave. Times count from the wave's begin.
  Cycles deal(TileId id, const mapper::Tile& tile, std::int32_t waves, Cycles cycles, std::vector<Emission>& fired);
  /// What the tile sends in a later wave, and the cycles of it.
  Cycles take(TileId tile, std::int32_t wave, std::vector<Emission>& out);

  void save(StateWriter& w) const { w.shaped(later_); }
  /// Throws StateMismatch for what is not kept in wave `wave` of `waves`, those of the tiles in `firing` alone.
  void restore(StateReader& r, const mapper::MappingProblem& problem, const FlowTable& flows,
               const std::vector<TileId>& firing, std::int32_t wave, std::int32_t waves);

 private:
  struct Part {
    std::vector<Emission> emissions;
    std::int64_t cycles = 0;
    template <class Archive, class Self>
    static void state(Archive& a, Self& s) {
      a(s.emissions, s.cycles);
    }
  };
  std::vector<std::vector<Part>> later_;  // by tile: by wave but the first; none where its level has no wave to come
};

}  // namespace ranvier::sim
