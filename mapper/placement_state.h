// SPDX-License-Identifier: Apache-2.0
// A placement whose cost is kept up to date while tiles move: the inner loop of placing and of remapping.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "mapper/core_load.h"
#include "mapper/mapping.h"
#include "mapper/pair_traffic.h"
#include "mapper/peaks.h"
#include "mapper/place.h"
#include "mapper/place_rules.h"
#include "mapper/step_work.h"

namespace ranvier::mapper {

struct Relocation {
  TileId tile;
  CoreId to;
};

/// Cost in cycles of one image, by PlaceWeights. Loads are kept per level of the sending tile, since staged levels do
/// not meet on a link; asynchronous schedules have one. Chains are by nearest neighbour, trees unions of XY ways.
class PlacementState {
 public:
  /// `needs` and `work`: those of the problem, where they are made already.
  PlacementState(const MappingProblem& problem, const std::vector<std::int32_t>& level, const PlaceWeights& weights,
                 std::vector<CoreId> core_of, std::shared_ptr<const TileNeeds> needs = nullptr,
                 std::shared_ptr<const StepWork> work = nullptr);

  double cost() const { return cost_; }
  const std::vector<CoreId>& core_of() const { return core_of_; }
  const std::vector<TileId>& tiles_on(CoreId core) const { return loads_[load_of_[core.value()]].tiles(); }
  const std::vector<std::size_t>& flows_of(TileId tile) const { return flows_of_[tile.value()]; }
  std::size_t moved_tiles() const { return moved_; }

  /// True when the tile could join those that are on the core, constraints apart.
  bool has_room(TileId tile, CoreId core) const;
  /// True when the constraints allow where all tiles would be after the move.
  bool allows(std::span<const Relocation> relocations) const;

  /// Moves the tiles; returns the change of cost. Capacities are the caller's concern. revert() takes the last one
  /// back.
  double move(std::span<const Relocation> relocations);
  void revert();

  double core_busy(CoreId core) const;   // summed over levels
  double link_flits(LinkId link) const;  // summed over levels

 private:
  void relocate(TileId tile, CoreId to);
  CoreLoad& load(CoreId core);
  void order_chain(const Flow& flow, std::vector<CoreId>& chain) const;
  void add_flow(std::size_t flow, double sign);
  void add_ways(std::size_t flow, double sign);
  void flush_pairs();
  void add_busy(TileId tile, CoreId core, double sign);
  void add_unit(std::size_t bucket, std::size_t unit, CoreId core, double cycles);
  void touch(std::size_t bucket);
  void settle();  // prices the steps of the buckets touched
  double price_of(std::size_t bucket);
  std::size_t bucket_of(TileId tile) const;

  const MappingProblem& problem_;
  PlaceWeights weights_;
  std::vector<CoreId> core_of_;
  std::vector<CoreId> home_;  // cores at construction, for the price of migration
  std::shared_ptr<const StepWork> work_;
  LevelSteps steps_;
  std::vector<double> bucket_time_;  // slowest tile of the level
  std::vector<double> flits_;        // by flow, per image
  std::shared_ptr<const TileNeeds> needs_;
  PlaceRules rules_;
  std::vector<std::uint32_t> load_of_;  // by core: its load, 0 while it never had a tile
  std::vector<CoreLoad> loads_;         // the first stays empty
  std::vector<std::vector<std::size_t>> flows_of_;
  std::vector<std::vector<CoreId>> chain_;  // by flow; empty where pairs_ are kept
  std::optional<PairTraffic> pairs_;
  std::vector<std::uint32_t> in_tree_;  // tree chips, by link: the last tree that it was counted in
  std::uint32_t tree_number_ = 0;
  std::vector<double> across_;  // by column: cycles a flit to the next one
  std::vector<double> along_;   // by row
  std::size_t fire_unit_ = 0;   // that a core's firing is counted under
  std::int64_t barrier_ = 0;    // cycles at a step's end, with the routers in use at construction
  std::vector<Peaks> links_;    // by bucket: cycles of each link
  std::vector<Peaks> units_;    // by bucket: cycles of each unit of each core
  std::vector<Peaks> busy_;     // by bucket: cycles of each core
  std::vector<double> price_;   // by bucket: of its steps, as cost_ holds it
  std::vector<std::size_t> to_settle_;
  std::vector<std::uint8_t> settled_;  // by bucket: 0 while it waits in to_settle_
  double cost_ = 0;
  std::size_t moved_ = 0;

  struct Undo {
    std::vector<Relocation> back;
    std::vector<std::size_t> flows;
    std::vector<std::vector<CoreId>> chains;
    std::vector<std::pair<std::size_t, double>> links;  // pairs_: what was added to their load
    std::vector<std::pair<std::size_t, double>> units;
    std::vector<std::pair<std::size_t, double>> prices;
    double cost = 0;
  } undo_;
  std::vector<std::uint32_t> touched_;  // by flow: number of the move that touched it last
  std::uint32_t move_number_ = 0;
};

}  // namespace ranvier::mapper
