// SPDX-License-Identifier: Apache-2.0
// Tables by merging key blocks group after group.
#include "mapper/routing/tables.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include <fmt/format.h>

#include "mapper/errors.h"
#include "mapper/mesh.h"
#include "mapper/routes.h"
#include "mapper/routing/keys.h"
#include "mapper/routing/tree.h"

namespace ranvier::mapper::routing {

namespace {

/// Merges blocks of one group; stops when `spare`, the entries that have to go, is 0.
std::vector<KeyBlock> merge(std::vector<KeyBlock> blocks, const std::vector<KeyBlock>& keep_off, std::size_t& spare) {
  std::vector<KeyBlock> merged;
  std::vector<std::tuple<int, std::size_t>> nearest;
  while (!blocks.empty() && spare > 0) {
    KeyBlock grown = blocks.front();
    nearest.clear();
    for (std::size_t i = 1; i < blocks.size(); ++i) {
      const std::uint32_t apart = (grown.key ^ blocks[i].key) | (grown.mask ^ blocks[i].mask);
      nearest.emplace_back(std::popcount(apart), i);
    }
    std::sort(nearest.begin(), nearest.end());
    std::vector<std::uint8_t> taken(blocks.size(), 0);
    taken[0] = 1;
    for (const auto& [apart, i] : nearest) {
      if (spare == 0) break;
      const KeyBlock both = join(grown, blocks[i]);
      const auto hits = [&](const KeyBlock& other) { return overlap(both, other); };
      if (both != grown && std::any_of(keep_off.begin(), keep_off.end(), hits)) continue;
      grown = both;
      taken[i] = 1;
      --spare;
    }
    merged.push_back(grown);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i)
      if (taken[i] == 0) blocks[kept++] = blocks[i];
    blocks.resize(kept);
  }
  merged.insert(merged.end(), blocks.begin(), blocks.end());
  return merged;
}

constexpr std::size_t kMostNames = 3;

/// Stages of the flows through a router, e.g. "a, b, c and 2 more".
std::string senders(const MappingProblem& problem, const std::vector<Passage>& through,
                    const std::vector<KeyBlock>& keys) {
  std::set<std::uint32_t> blocks;
  for (const Passage& p : through) blocks.insert(p.keys.key);
  std::set<StageId> stages;
  for (std::size_t f = 0; f < keys.size(); ++f)
    if (keys[f].mask != 0 && blocks.contains(keys[f].key))
      stages.insert(problem.tiles[problem.flows[f].source.value()].stage);
  std::string names;
  std::size_t named = 0;
  for (const StageId stage : stages) {
    if (named == kMostNames) return names + fmt::format(" and {} more", stages.size() - named);
    if (problem.program == nullptr || !stage.valid()) continue;
    names += (named++ == 0 ? "" : ", ") + problem.program->stage(stage).name;
  }
  return names;
}

}  // namespace

std::vector<TableEntry> make_table(std::span<const Passage> passages, std::size_t limit) {
  std::vector<TableEntry> table;
  for (const Passage& p : passages)
    if (!p.straight) table.push_back({p.keys, p.outputs});
  if (table.size() <= limit) return table;
  std::size_t spare = table.size() - limit;

  std::map<std::uint64_t, std::vector<KeyBlock>> by_outputs;
  for (const TableEntry& entry : table) by_outputs[entry.outputs].push_back(entry.keys);
  std::vector<std::tuple<std::size_t, std::uint64_t>> order;
  for (const auto& [outputs, blocks] : by_outputs) order.emplace_back(blocks.size(), outputs);
  std::sort(order.begin(), order.end());
  std::vector<KeyBlock> later;
  for (std::size_t g = order.size(); g-- > 0 && spare > 0;) {
    const std::uint64_t outputs = std::get<1>(order[g]);
    std::vector<KeyBlock>& blocks = by_outputs[outputs];
    std::vector<KeyBlock> keep_off = later;
    for (const Passage& p : passages)
      if (p.straight && p.outputs != outputs) keep_off.push_back(p.keys);
    later.insert(later.end(), blocks.begin(), blocks.end());
    blocks = merge(std::move(blocks), keep_off, spare);
  }
  table.clear();
  for (const auto& [size, outputs] : order)
    for (const KeyBlock& keys : by_outputs[outputs]) table.push_back({keys, outputs});
  return table;
}

std::vector<std::vector<Passage>> passages(const MappingProblem& problem, const std::vector<CoreId>& core_of,
                                           const std::vector<Route>& routes, std::span<const KeyBlock> keys) {
  const chips::Board& board = problem.board;
  std::vector<std::vector<Passage>> by_router(board.routers());
  for (std::size_t f = 0; f < routes.size(); ++f) {
    if (keys[f].mask == 0) continue;
    std::map<std::size_t, Passage> here;  // by router of the tree
    const auto at = [&](std::size_t router) -> Passage& {
      Passage& p = here[router];
      p.keys = keys[f];
      return p;
    };
    const std::size_t root = board.router_of(entry_core(core_of, problem.flows[f].source));
    at(root);
    std::map<std::size_t, std::uint64_t> entered;  // by router: the link that goes straight on
    for (const LinkId link : routes[f].tree) {
      const std::uint64_t bit = std::uint64_t{1} << (link.value() % 4);
      at(link.value() / 4).outputs |= bit;
      entered[board.router_of(link_end(board, link))] = bit;
    }
    for (const CoreId core : routes[f].chain)
      at(board.router_of(core)).outputs |= std::uint64_t{1} << (4 + core.value() % board.cores_per_router());
    for (auto& [router, passage] : here) {
      passage.straight = router != root && passage.outputs == entered[router];
      by_router[router].push_back(passage);
    }
  }
  return by_router;
}

Tables make_tables(const MappingProblem& problem, const std::vector<CoreId>& core_of,
                   const std::vector<Route>& routes) {
  const auto limit = static_cast<std::size_t>(problem.board.chip.core.route_entries.value);
  Tables made;
  made.tables.keys = assign_keys(problem, routes);
  std::vector<Shortfall> shortfalls;
  for (const auto& through : passages(problem, core_of, routes, made.tables.keys)) {
    const auto plain = static_cast<std::size_t>(
        std::count_if(through.begin(), through.end(), [](const Passage& p) { return !p.straight; }));
    made.tables.of_router.push_back(make_table(through, limit));
    const std::size_t entries = made.tables.of_router.back().size();
    made.plain += static_cast<std::int64_t>(plain);
    made.entries += static_cast<std::int64_t>(entries);
    made.most_plain = std::max(made.most_plain, plain);
    made.most = std::max(made.most, entries);
    if (entries > limit)
      shortfalls.push_back({"route_entries", StageId(), senders(problem, through, made.tables.keys),
                            CoreId((made.tables.of_router.size() - 1) * problem.board.cores_per_router()),
                            static_cast<std::int64_t>(entries), static_cast<std::int64_t>(limit),
                            "entries of its router's table, merged"});
  }
  if (!shortfalls.empty()) throw DoesNotFit(std::move(shortfalls), "cut fewer tiles, or spread them over more routers");
  return made;
}

}  // namespace ranvier::mapper::routing
