// SPDX-License-Identifier: Apache-2.0
// What the tiles of a core take together. Some of it they share: two tiles that hear the same source channel need one
// axon, tiles with the same weights one copy of them, tiles of one stage one neuron configuration and weight format.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// Where each tile is a program of its own (chips with a limit of `tiles`), it has its own axons and weights.
bool tiles_share(const chips::CoreKind& core);

/// The needs of all tiles of a problem as sets: runs on one line of all axons, and numbers of weight copies. The
/// problem must outlive it.
class TileNeeds {
 public:
  struct Run {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    friend bool operator==(const Run&, const Run&) = default;
  };
  explicit TileNeeds(const MappingProblem& problem);

  const MappingProblem& problem() const { return *problem_; }
  const Demand& demand(TileId tile) const { return problem_->tiles[tile.value()].demand; }
  /// Ascending and apart; as long together as the tile's demand of axons. Empty where tiles share nothing.
  std::span<const Run> axons(TileId tile) const {
    return {runs_.data() + first_run_[tile.value()], first_run_[tile.value() + 1] - first_run_[tile.value()]};
  }
  /// Equal for tiles that one copy of the weights serves.
  std::uint32_t weights(TileId tile) const { return weights_[tile.value()]; }
  StageId stage(TileId tile) const { return problem_->tiles[tile.value()].stage; }
  bool share() const { return share_; }
  /// Axons are counted by sets of bits where runs are short: neurons of an irregular network hear scattered sources.
  bool by_bits() const { return words_ > 0; }
  /// Axons of all of both together; by_bits() alone.
  std::int64_t count_axons(std::span<const TileId> some, std::span<const TileId> more = {}) const;

 private:
  void make_bits();

  const MappingProblem* problem_;
  bool share_;
  std::vector<std::size_t> first_run_;
  std::vector<Run> runs_;
  std::size_t words_ = 0;            // of a tile's set of axons; 0: there are none
  std::vector<std::uint64_t> bits_;  // by tile
  std::vector<std::uint32_t> weights_;
};

/// Tiles on one core. Adding and removing is cheap; the sets are united when somebody asks for what sums do not decide.
/// Not for several threads at once.
class CoreLoad {
 public:
  void add(const TileNeeds& needs, TileId tile);
  void remove(const TileNeeds& needs, TileId tile);
  const std::vector<TileId>& tiles() const { return tiles_; }

  /// Exactly what the tiles take; `receive_bytes` is that of the tile that receives most.
  const Demand& total(const TileNeeds& needs) const;
  /// The same with `more` added, none of which is on the core.
  Demand total_with(const TileNeeds& needs, std::span<const TileId> more) const;
  /// True when total_with() fits the core.
  bool has_room(const TileNeeds& needs, std::span<const TileId> more) const;
  bool has_room(const TileNeeds& needs, TileId tile) const { return has_room(needs, std::span(&tile, 1)); }

 private:
  std::vector<TileId> tiles_;
  Demand sums_;  // without `receive_bytes`
  mutable bool stale_ = true;
  mutable Demand total_;
  mutable std::vector<TileNeeds::Run> axons_;  // of all tiles, united; empty where bits count them
};

}  // namespace ranvier::mapper
