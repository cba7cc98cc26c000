// SPDX-License-Identifier: Apache-2.0
// Constraints of a problem, tile by tile: what solvers ask before they put a tile somewhere.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// The problem must outlive it. Cheap where there are no constraints.
class PlaceRules {
 public:
  /// Throws ConstraintNamesNoTile, ConstraintsConflict where a tile is left no core or tiles must be both together and
  /// apart.
  explicit PlaceRules(const MappingProblem& problem);

  bool any() const { return any_; }
  bool works(CoreId core) const;  // is not dead
  std::size_t working_cores(ChipId chip) const;
  std::size_t working_cores() const;

  bool allows(TileId tile, CoreId core) const;
  bool allows(std::span<const TileId> tiles, CoreId core) const;
  /// Whether any of `a` must not share a core with any of `b`.
  bool apart(std::span<const TileId> a, std::span<const TileId> b) const;
  /// Tiles that have to share the tile's core, itself too, ascending. Only where there are any() constraints.
  std::span<const TileId> company(TileId tile) const;
  /// Cores that all the tiles may go to, ascending; empty optional where none of them is pinned.
  std::optional<std::vector<CoreId>> choices(std::span<const TileId> tiles) const;
  bool forbidden_anywhere(std::span<const TileId> tiles) const;

 private:
  struct Rule {
    std::vector<CoreId> cores;  // ascending
    std::vector<ChipId> chips;
  };
  bool lists(const Rule& rule, CoreId core) const;
  void add(const std::vector<TileId>& tiles, Rule rule, std::vector<std::vector<std::uint32_t>>& by_tile);
  void join(const std::vector<TileId>& tiles);
  void join_those_of_one_core();
  void check() const;

  const MappingProblem* problem_;
  bool any_ = false;
  std::vector<CoreId> dead_;  // ascending
  std::vector<Rule> rules_;
  std::vector<std::vector<std::uint32_t>> pins_, forbids_, apart_;  // by tile: rules, rules, groups
  std::vector<std::uint32_t> company_of_;                           // by tile
  std::vector<std::vector<TileId>> companies_;
};

/// Tiles on cores that "tile:12" or a glob over stage names means. Throws ConstraintNamesNoTile where the problem has
/// none of that name.
std::vector<TileId> tiles_named(const MappingProblem& problem, const ConstraintName& name);

/// Names of the problem's constraints that only tiles on no core have: the rules do not bind there.
std::vector<ConstraintName> idle_names(const MappingProblem& problem);

}  // namespace ranvier::mapper
