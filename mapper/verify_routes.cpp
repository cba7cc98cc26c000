// SPDX-License-Identifier: Apache-2.0
// The verifier's routes: chains against destinations, tables, and what links wait for.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "mapper/mesh.h"
#include "mapper/verifier_parts.h"

namespace ranvier::mapper::verify_parts {

namespace {

/// A neuron of a tile and a core that it sends to.
struct OutAxon {
  std::size_t tile;
  CoreId to;
  std::int32_t channel;
  std::int32_t token;  // 0 but for kLif, whose neurons are contexts
  friend auto operator<=>(const OutAxon&, const OutAxon&) = default;
};

void add_axons(const MappingProblem& p, const Flow& flow, const std::vector<CoreId>& cores,
               std::vector<OutAxon>& axons) {
  const std::size_t tile = flow.source.value();
  const bool contexts = p.program->stage(p.tiles[tile].stage).kind == workloads::StageKind::kLif;
  for (const CoreId to : cores)
    for (std::int32_t c = flow.channels.begin; c < flow.channels.end; ++c)
      for (std::int32_t t = flow.tokens.begin; t < (contexts ? flow.tokens.end : flow.tokens.begin + 1); ++t)
        axons.push_back({tile, to, c, contexts ? t : 0});
}

/// Sorts, and drops what is there twice.
template <class T>
void keep_distinct(std::vector<T>& all) {
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
}

/// What the links of an XY way wait for.
void add_way(const chips::Board& board, CoreId from, CoreId to, std::vector<std::set<std::size_t>>& next) {
  std::size_t before = next.size();
  for_each_xy_link(board, from, to, [&](LinkId link) {
    if (before != next.size()) next[before].insert(link.value());
    before = link.value();
  });
}

/// A packet that forks must fit a buffer whole: only then does no branch wait for another
/// (docs/explanation/network.md).
void check_fork(const MappingProblem& p, std::size_t f, std::size_t destinations, Findings& out) {
  const chips::Noc& noc = p.board.chip.noc;
  const std::int64_t flits = chips::flits_of(noc, p.flows[f].payload_bits);
  if (destinations > 1 && flits > noc.buffer_flits.value)
    out.add({.kind = FindingKind::kDeadlock,
             .tile = p.flows[f].source,
             .flow = f,
             .text = fmt::format("packets of flow {} have {} flits, more than the {} of a buffer, and fork", f, flits,
                                 noc.buffer_flits.value)});
}

}  // namespace

void check_routes(const MappingProblem& p, const Mapping& m, Findings& out) {
  const chips::Multicast style = p.board.chip.noc.multicast;
  const bool unicast = style == chips::Multicast::kUnicast;
  const bool relayed = style == chips::Multicast::kRelay;
  std::vector<OutAxon> axons;
  std::vector<std::pair<CoreId, CoreId>> ways;  // from and to, of XY ways
  std::vector<std::int64_t> entries(p.board.cores(), 0);
  std::vector<std::set<std::size_t>> next(link_count(p.board));
  std::vector<std::uint8_t> has_tree(p.flows.size(), 0);
  for (std::size_t f = 0; f < p.flows.size(); ++f) {
    const Flow& flow = p.flows[f];
    const CoreId home = m.core_of[flow.source.value()];
    std::vector<CoreId> wanted;
    const bool leaves = p.tiles[flow.destinations.front().value()].engine == Engine::kOffload;
    if (!leaves)
      for (const TileId to : flow.destinations)
        if (!home.valid() || m.core_of[to.value()] != home) wanted.push_back(m.core_of[to.value()]);
    if (leaves && home.valid()) wanted.push_back(CoreId(0));  // the way to the device begins at its router
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    const auto bad = [&](const std::string& text) {
      out.add({.kind = FindingKind::kRoute, .tile = flow.source, .flow = f, .text = text});
    };
    const std::vector<CoreId>& chain = m.routes[f].chain;
    const std::vector<std::size_t>& starts = m.routes[f].starts;
    std::size_t last_start = 0;
    bool starts_fit = starts.empty() || relayed;
    for (const std::size_t start : starts) {
      starts_fit = starts_fit && start > last_start && start < chain.size();
      last_start = start;
    }
    if (!starts_fit) {
      bad(relayed ? fmt::format("flow {}: its `starts` must ascend and be places of its chain, 1 to {}", f,
                                chain.empty() ? 0 : chain.size() - 1)
                  : fmt::format("flow {} has `starts`, which only chains of relays have", f));
      continue;
    }
    std::vector<CoreId> reached = chain;
    std::sort(reached.begin(), reached.end());
    if (reached != wanted) {  // a core twice is none of those
      const auto [at, missed] = std::mismatch(reached.begin(), reached.end(), wanted.begin(), wanted.end());
      if (at == reached.end() || (missed != wanted.end() && *missed < *at))
        bad(fmt::format("flow {} does not visit core {}, where a destination is", f, missed->value()));
      else if (at != reached.begin() && *at == *(at - 1))
        bad(fmt::format("flow {} visits core {} twice", f, at->value()));
      else
        bad(fmt::format("flow {} visits core {}, where no destination is", f, at->value()));
      continue;
    }
    const bool forks = style == chips::Multicast::kTree && !leaves;
    if (!forks && !m.routes[f].tree.empty()) {
      bad(fmt::format("flow {} has a tree, which its packets do not take", f));
      continue;
    }
    if (forks && !chain.empty()) {
      const std::size_t root = home.valid() ? p.board.router_of(home) : 0;
      if (const std::string fault = tree_fault(p.board, root, m.routes[f], next); !fault.empty()) {
        bad(fmt::format("flow {}: {}", f, fault));
        continue;
      }
      has_tree[f] = 1;
      check_fork(p, f, chain.size(), out);
      continue;
    }
    if (unicast && home.valid())
      add_axons(p, flow, chain, axons);
    else if (relayed && home.valid())
      entries[home.value()] += 1 + static_cast<std::int64_t>(starts.size());
    const CoreId entry = home.valid() ? home : CoreId(0);
    CoreId at = entry;
    for (std::size_t i = 0; i < chain.size(); ++i) {
      const bool anew = std::binary_search(starts.begin(), starts.end(), i);
      if (relayed && i > 0 && !anew) ++entries[chain[i - 1].value()];
      // A relay takes the packet off the mesh, so a dependency ends there; unicasts all begin at the source.
      if (anew) at = entry;
      ways.emplace_back(at, chain[i]);
      if (relayed) at = chain[i];
    }
  }
  keep_distinct(ways);  // many flows go the same way, which is walked once
  keep_distinct(axons);
  for (const auto& [from, to] : ways) add_way(p.board, from, to, next);
  if (style == chips::Multicast::kTree) {
    check_tables(p, m, has_tree, out);
    // Potentials go to the host over the same links.
    for (std::size_t t = 1; t < p.tiles.size(); ++t)
      if (p.tiles[t].stage.value() + 1 == p.program->stages.size() && m.core_of[t].valid())
        add_way(p.board, m.core_of[t], CoreId(0), next);
  }
  for (const OutAxon& axon : axons) ++entries[m.core_of[axon.tile].value()];
  for (std::size_t c = 0; c < entries.size(); ++c)
    if (entries[c] > p.board.chip.core.route_entries.value)
      out.add(
          {.kind = FindingKind::kRouteEntries,
           .core = CoreId(c),
           .text = fmt::format("core {} has {} route_entries, {} {}", c, p.board.chip.core.route_entries.value,
                               entries[c], unicast ? "out axons start there" : "flows start or are relayed there")});
  if (const auto cycle = find_cycle(next); !cycle.empty())
    out.add({.kind = FindingKind::kDeadlock,
             .core = link_source(p.board, LinkId(cycle.front())),
             .text = fmt::format("{} links wait for each other in a cycle, from core {}", cycle.size(),
                                 link_source(p.board, LinkId(cycle.front())).value())});
}

}  // namespace ranvier::mapper::verify_parts
