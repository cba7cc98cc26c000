// SPDX-License-Identifier: Apache-2.0
// Multicast trees on the router mesh. All keep to the west-first turn model: a way goes west before anything else, so
// that no set of trees, nor of XY ways beside them, lets links wait for each other in a cycle (Glass and Ni, ISCA
// 1992).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapper/mapping.h"
#include "mapper/mesh.h"

namespace ranvier::mapper::routing {

/// First core of the router that the link leads to.
CoreId link_end(const chips::Board& board, LinkId link);

/// West only after west, and no turning back; anything else may follow.
bool turn_allowed(Direction in, Direction out);

/// Union of the XY ways from `from` to each of `to`: links, each after the one it goes on from.
std::vector<LinkId> xy_tree(const chips::Board& board, CoreId from, std::span<const CoreId> to);

/// What a packet of a tree crosses, and the cycles until its last destination has it, in an empty network.
struct TreeWay {
  WayLinks way;
  double longest_cycles = 0;
};
TreeWay tree_way(const chips::Board& board, CoreId from, const Route& route, double flits);

/// Links from `from` to the router of `to` on the tree, in order.
std::vector<LinkId> way_to(const chips::Board& board, CoreId from, CoreId to, std::span<const LinkId> tree);

/// Grows trees link by link under prices of links. Holds its buffers from tree to tree; one a thread.
class TreeSearch {
 public:
  explicit TreeSearch(const chips::Board& board);

  /// Destinations join nearest first, each by the cheapest west-first way from any router of the tree within the
  /// rectangle around all of them and two routers more, as neighbour-exploring routers do (Navaridas et al., Parallel
  /// Computing 45, 2015) with prices in place of distance. Where that tree costs more than xy_tree(), that is the
  /// answer. Prices are positive.
  std::vector<LinkId> grow(CoreId from, std::span<const CoreId> to, std::span<const std::int64_t> price);

 private:
  struct Reached {
    std::int64_t cost = 0;
    std::uint32_t before = 0;  // state that it was reached from
  };
  void join(std::uint32_t router, std::span<const std::int64_t> price);
  bool inside(std::int32_t x, std::int32_t y) const { return x >= west_ && x <= east_ && y >= north_ && y <= south_; }

  const chips::Board& board_;
  std::int32_t width_;
  std::int32_t west_ = 0, east_ = 0, north_ = 0, south_ = 0;  // the rectangle
  std::vector<std::uint8_t> in_tree_;                         // by router: 1 + direction that it was entered by
  std::vector<std::uint32_t> routers_;                        // of the tree
  std::vector<LinkId> links_;
  std::vector<Reached> reached_;     // by state: router * 5 + direction it was entered by, 4 at the root
  std::vector<std::uint32_t> seen_;  // by state: number of the search
  std::uint32_t search_ = 0;
};

}  // namespace ranvier::mapper::routing
