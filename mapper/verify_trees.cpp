// SPDX-License-Identifier: Apache-2.0
// The verifier's trees: shape, and what packets of every key really do in the routers' tables.
#include <fmt/format.h>

#include <map>
#include <set>

#include "mapper/mesh.h"
#include "mapper/verifier_parts.h"

namespace ranvier::mapper::verify_parts {

namespace {

constexpr std::size_t kNoLink = static_cast<std::size_t>(-1);

/// Router at the other end; false where there is none.
bool next_router(const chips::Board& b, std::size_t router, std::size_t direction, std::size_t& next) {
  const auto width = static_cast<std::size_t>(b.width());
  const std::size_t x = router % width, y = router / width;
  switch (static_cast<Direction>(direction)) {
    case Direction::kEast:
      next = router + 1;
      return x + 1 < width;
    case Direction::kWest:
      next = router - 1;
      return x > 0;
    case Direction::kSouth:
      next = router + width;
      return y + 1 < static_cast<std::size_t>(b.height());
    case Direction::kNorth:
      next = router - width;
      return y > 0;
  }
  return false;
}

std::size_t opposite(std::size_t direction) { return direction ^ 1u; }

/// A router, and the link that packets came by.
struct Place {
  std::size_t router;
  std::size_t link;  // kNoLink at the source
};

/// Follows every key of a block through the tables, whole blocks as far as they go together.
class Follower {
 public:
  Follower(const chips::Board& board, const RoutingTables& tables) : board_(board), tables_(tables) {}

  /// True where each key of the block, sent into `router`, crosses exactly these links, once each, and gets to exactly
  /// these cores.
  bool delivers(const KeyBlock& keys, std::size_t router, const std::set<std::size_t>& links,
                const std::set<CoreId>& cores) {
    std::vector<KeyBlock> parts{keys};
    while (!parts.empty()) {
      const KeyBlock part = parts.back();
      parts.pop_back();
      std::uint32_t bit = 0;
      if (!follow(part, router, bit)) return false;
      if (bit != 0) {  // its keys part there: each half by itself
        parts.push_back({part.key, part.mask | bit});
        parts.push_back({part.key | bit, part.mask | bit});
      } else if (links_ != links || cores_ != cores) {
        return false;
      }
    }
    return true;
  }

 private:
  /// `bit`: one that an entry tells the keys apart by; what was followed means nothing then. False where packets
  /// circle, leave the mesh, or have no entry where they start.
  bool follow(const KeyBlock& keys, std::size_t router, std::uint32_t& bit) {
    links_.clear();
    cores_.clear();
    std::vector<Place> open{{router, kNoLink}};
    while (!open.empty()) {
      const Place place = open.back();
      open.pop_back();
      std::uint64_t outputs = place.link == kNoLink ? 0 : std::uint64_t{1} << (place.link % 4);
      bool matched = false;
      for (const TableEntry& entry : tables_.of_router[place.router]) {
        if (((entry.keys.key ^ keys.key) & entry.keys.mask & keys.mask) != 0) continue;
        if (const std::uint32_t told = entry.keys.mask & ~keys.mask; told != 0) {
          bit = told & (~told + 1u);
          return true;
        }
        outputs = entry.outputs;
        matched = true;
        break;
      }
      if (!matched && place.link == kNoLink) return false;
      if (!leave(place.router, outputs, open)) return false;
    }
    return true;
  }

  bool leave(std::size_t router, std::uint64_t outputs, std::vector<Place>& open) {
    for (std::size_t d = 0; d < 4; ++d) {
      if ((outputs >> d & 1) == 0) continue;
      std::size_t next = 0;
      if (!next_router(board_, router, d, next)) return false;
      if (!links_.insert(router * 4 + d).second) return false;
      open.push_back({next, router * 4 + d});
    }
    for (std::size_t i = 0; i < 60; ++i) {
      if ((outputs >> (4 + i) & 1) == 0) continue;
      if (i >= board_.cores_per_router()) return false;
      cores_.insert(CoreId(router * board_.cores_per_router() + i));
    }
    return true;
  }

  const chips::Board& board_;
  const RoutingTables& tables_;
  std::set<std::size_t> links_;
  std::set<CoreId> cores_;
};

}  // namespace

std::string tree_fault(const chips::Board& board, std::size_t root, const Route& route,
                       std::vector<std::set<std::size_t>>& next) {
  std::map<std::size_t, std::size_t> entered{{root, kNoLink}};  // by router: the link
  std::set<std::size_t> ends{root};                             // routers that nothing goes on from
  for (const LinkId id : route.tree) {
    const std::size_t link = id.value(), from = link / 4;
    std::size_t to = 0;
    if (from >= board.routers() || !next_router(board, from, link % 4, to))
      return fmt::format("its tree has a link {} that the mesh has not", link);
    const auto before = entered.find(from);
    if (before == entered.end()) return fmt::format("link {} of its tree goes on from nowhere", link);
    if (!entered.emplace(to, link).second) return fmt::format("its tree comes to router {} twice", to);
    if (before->second != kNoLink) {
      if (link % 4 == opposite(before->second % 4)) return fmt::format("its tree turns back at router {}", from);
      next[before->second].insert(link);
    }
    ends.erase(from);
    ends.insert(to);
  }
  for (const CoreId core : route.chain) {
    const std::size_t router = board.router_of(core);
    if (!entered.contains(router)) return fmt::format("its tree does not come to core {}", core.value());
    ends.erase(router);
  }
  ends.erase(root);
  if (!ends.empty()) return fmt::format("its tree ends at router {}, which has no destination", *ends.begin());
  return {};
}

void check_tables(const MappingProblem& p, const Mapping& m, const std::vector<std::uint8_t>& has_tree, Findings& out) {
  const RoutingTables& tables = m.tables;
  if (tables.keys.size() != p.flows.size() || tables.of_router.size() != p.board.routers()) {
    out.add({.kind = FindingKind::kTable,
             .text = fmt::format("keys of {} flows and tables of {} routers, {} and {} expected", tables.keys.size(),
                                 tables.of_router.size(), p.flows.size(), p.board.routers())});
    return;
  }
  // Blocks in order of keys: each begins behind the one before it.
  std::map<std::uint32_t, std::size_t> first_key;
  for (std::size_t f = 0; f < p.flows.size(); ++f) {
    if (has_tree[f] == 0) continue;
    const Flow& flow = p.flows[f];
    const std::uint32_t free = ~tables.keys[f].mask;
    const auto events = static_cast<std::uint64_t>(flow.tokens.end - flow.tokens.begin) *
                        static_cast<std::uint64_t>(flow.channels.end - flow.channels.begin);
    const bool block = (free & (free + 1u)) == 0 && free != UINT32_MAX && (tables.keys[f].key & free) == 0;
    if (!block || events > std::uint64_t{free} + 1 || !first_key.emplace(tables.keys[f].key, f).second)
      out.add({.kind = FindingKind::kTable,
               .tile = flow.source,
               .flow = f,
               .text = fmt::format("flow {} has no block of keys of its own for its {} neurons", f, events)});
  }
  std::size_t before = kNoLink;
  for (const auto& [key, f] : first_key) {
    if (before != kNoLink && (key & tables.keys[before].mask) == tables.keys[before].key)
      out.add({.kind = FindingKind::kTable, .flow = f, .text = fmt::format("flows {} and {} share keys", before, f)});
    before = f;
  }
  const std::int64_t limit = p.board.chip.core.route_entries.value;
  for (std::size_t r = 0; r < tables.of_router.size(); ++r)
    if (static_cast<std::int64_t>(tables.of_router[r].size()) > limit)
      out.add(
          {.kind = FindingKind::kRouteEntries,
           .core = CoreId(r * p.board.cores_per_router()),
           .text = fmt::format("router {} has {} route_entries, its table {}", r, limit, tables.of_router[r].size())});
  Follower follower(p.board, tables);
  for (std::size_t f = 0; f < p.flows.size(); ++f) {
    if (has_tree[f] == 0) continue;
    const CoreId home = m.core_of[p.flows[f].source.value()];
    const std::size_t root = home.valid() ? p.board.router_of(home) : 0;
    std::set<std::size_t> links;
    for (const LinkId link : m.routes[f].tree) links.insert(link.value());
    const std::set<CoreId> cores(m.routes[f].chain.begin(), m.routes[f].chain.end());
    if (follower.delivers(tables.keys[f], root, links, cores)) continue;
    out.add({.kind = FindingKind::kTable,
             .tile = p.flows[f].source,
             .flow = f,
             .text = fmt::format("packets of flow {} do not go where its tree goes by the routers' tables", f)});
  }
}

}  // namespace ranvier::mapper::verify_parts
