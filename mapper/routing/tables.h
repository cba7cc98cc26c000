// SPDX-License-Identifier: Apache-2.0
// Routing tables of tree chips: entries from trees, merged as far as a router's table needs it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper::routing {

/// Keys that come through a router and where they go. Straight: from a link to the one opposite and nowhere else, so
/// without an entry they go there too.
struct Passage {
  KeyBlock keys;
  std::uint64_t outputs = 0;
  bool straight = false;
};

/// A table that sends every passage where it goes: entries of those that are not straight, merged until at most `limit`
/// are left or nothing more can be. Keys of no passage may go anywhere.
///
/// Passages with the same outputs make a group; groups come in ascending size. An entry of a group must keep off the
/// keys of later groups, and off straight passages that go elsewhere; those of earlier groups it may cover, for they
/// are taken before. So the largest group, which is last, is merged most freely. Merging begins there: a block takes in
/// the others of its group, nearest first, each time the smallest block that holds both keeps off what it must.
std::vector<TableEntry> make_table(std::span<const Passage> passages, std::size_t limit);

struct Tables {
  RoutingTables tables;
  std::size_t most_plain = 0;  // entries of the fullest router before merging
  std::size_t most = 0;        // and after
  std::int64_t plain = 0;      // of all routers
  std::int64_t entries = 0;
};

/// Keys and tables for the routes. Throws DoesNotFit where merging does not get a table within route_entries.
Tables make_tables(const MappingProblem& problem, const std::vector<CoreId>& core_of, const std::vector<Route>& routes);

/// What passes each router, in order of flows.
std::vector<std::vector<Passage>> passages(const MappingProblem& problem, const std::vector<CoreId>& core_of,
                                           const std::vector<Route>& routes, std::span<const KeyBlock> keys);

}  // namespace ranvier::mapper::routing
