// SPDX-License-Identifier: Apache-2.0
// Cores that each neuron's spikes go to, and how many synapses they find there. Where every core holds one tile.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::sim {

/// Throws NoSimpleTiming (errors.h) where the rule `simple` does not say what a run would cost.
void check_simple(const mapper::MappingProblem& problem, const mapper::Mapping& mapping);

class FanOut {
 public:
  struct Way {
    std::uint32_t tile;
    std::uint32_t synapses;
  };
  FanOut(const mapper::MappingProblem& problem, const mapper::Mapping& mapping);

  TileId tile_of(StageId stage, std::int32_t unit) const {
    return TileId(stages_[stage.value()].tile[static_cast<std::size_t>(unit)]);
  }
  std::span<const Way> of(StageId stage, std::int32_t unit) const {
    const PerStage& s = stages_[stage.value()];
    const auto u = static_cast<std::size_t>(unit);
    return {s.ways.data() + s.offset[u], s.offset[u + 1] - s.offset[u]};
  }

 private:
  struct PerStage {
    std::vector<std::uint32_t> tile;    // by unit
    std::vector<std::uint32_t> offset;  // by unit, one more at the end
    std::vector<Way> ways;
  };
  std::vector<PerStage> stages_;
};

}  // namespace ranvier::sim
