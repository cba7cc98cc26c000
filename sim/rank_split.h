// SPDX-License-Identifier: Apache-2.0
// Which rank computes which tile: chips in order, each rank a run of them with about the same number of tiles.
#pragma once

#include <vector>

#include "mapper/mapping.h"

namespace ranvier::sim {

class RankSplit {
 public:
  /// Tiles on no core are rank 0's; the host's input codes every rank sends by itself.
  RankSplit(const mapper::MappingProblem& problem, const mapper::Mapping& mapping, int ranks, int rank);

  int ranks() const { return ranks_; }
  int rank() const { return rank_; }
  int owner(TileId tile) const { return owner_[tile.value()]; }
  bool mine(TileId tile) const { return owner(tile) == rank_; }
  /// Chips and tiles of a rank, for the remarks of a dry run.
  std::size_t chips(int rank) const { return chips_[static_cast<std::size_t>(rank)]; }
  std::size_t tiles(int rank) const { return tiles_[static_cast<std::size_t>(rank)]; }

 private:
  int ranks_, rank_;
  std::vector<int> owner_;  // by tile
  std::vector<std::size_t> chips_, tiles_;
};

}  // namespace ranvier::sim
