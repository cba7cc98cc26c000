// SPDX-License-Identifier: Apache-2.0
// Cores that each neuron's spikes go to, and what they cost there. Where every core holds one tile.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::sim {

/// Throws NoSimpleTiming (errors.h) where the rule `simple` does not say what a run would cost.
void check_simple(const mapper::MappingProblem& problem, const mapper::Mapping& mapping);

/// What a spike of each neuron of a stage costs the cores that it goes to.
class FanOut {
 public:
  FanOut(const mapper::MappingProblem& problem, StageId stage);

  /// Tiles of the stages that the stage feeds, ascending.
  const std::vector<std::size_t>& consumers() const { return consumers_; }
  TileId tile_of(std::int32_t unit) const { return TileId(tile_[static_cast<std::size_t>(unit)]); }
  std::int64_t messages(std::int32_t unit) const { return messages_[static_cast<std::size_t>(unit)]; }
  /// By consumer: cycles to receive the spike, 0 where it has no synapse.
  std::span<const std::uint32_t> cycles(std::int32_t unit) const {
    return {cycles_.data() + static_cast<std::size_t>(unit) * consumers_.size(), consumers_.size()};
  }
  /// Synapses that a message found, by what it cost consumer `k`.
  std::int64_t synapses(std::size_t k, std::uint32_t cycles) const {
    return (cycles - decode_cycles_) / synapse_cycles_[k];
  }

 private:
  std::int64_t decode_cycles_;
  std::vector<std::size_t> consumers_;
  std::vector<std::int64_t> synapse_cycles_;  // by consumer
  std::vector<std::uint32_t> tile_;           // by unit
  std::vector<std::int64_t> messages_;        // by unit
  std::vector<std::uint32_t> cycles_;         // [unit][consumer]
};

}  // namespace ranvier::sim
