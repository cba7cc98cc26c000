// SPDX-License-Identifier: Apache-2.0
// The verifier's routes: chains against destinations, tables, and a cycle search over link dependencies.
#include <fmt/format.h>

#include <set>

#include "mapper/mesh.h"
#include "mapper/verifier_parts.h"

namespace ranvier::mapper::verify_parts {

std::vector<std::size_t> find_cycle(const std::vector<std::set<std::size_t>>& next) {
  enum : std::uint8_t { kNew, kOpen, kDone };
  std::vector<std::uint8_t> state(next.size(), kNew);
  for (std::size_t root = 0; root < next.size(); ++root) {
    if (state[root] != kNew) continue;
    std::vector<std::pair<std::size_t, std::set<std::size_t>::const_iterator>> path;
    path.emplace_back(root, next[root].begin());
    state[root] = kOpen;
    while (!path.empty()) {
      auto& [link, at] = path.back();
      if (at == next[link].end()) {
        state[link] = kDone;
        path.pop_back();
        continue;
      }
      const std::size_t to = *at++;
      if (state[to] == kOpen) {
        std::vector<std::size_t> cycle;
        for (const auto& step : path)
          if (!cycle.empty() || step.first == to) cycle.push_back(step.first);
        return cycle;
      }
      if (state[to] == kNew) {
        state[to] = kOpen;
        path.emplace_back(to, next[to].begin());
      }
    }
  }
  return {};
}

namespace {

/// A neuron of a tile and a core that it sends to.
struct OutAxon {
  std::size_t tile;
  CoreId to;
  std::int32_t channel;
  std::int32_t token;  // 0 but for kLif, whose neurons are contexts
  friend auto operator<=>(const OutAxon&, const OutAxon&) = default;
};

void add_axons(const MappingProblem& p, const Flow& flow, const std::vector<CoreId>& cores, std::set<OutAxon>& axons) {
  const std::size_t tile = flow.source.value();
  const bool contexts = p.program->stage(p.tiles[tile].stage).kind == workloads::StageKind::kLif;
  for (const CoreId to : cores)
    for (std::int32_t c = flow.channels.begin; c < flow.channels.end; ++c)
      for (std::int32_t t = flow.tokens.begin; t < (contexts ? flow.tokens.end : flow.tokens.begin + 1); ++t)
        axons.insert({tile, to, c, contexts ? t : 0});
}

}  // namespace

void check_routes(const MappingProblem& p, const Mapping& m, Findings& out) {
  const bool unicast = p.board.chip.noc.multicast == chips::Multicast::kUnicast;
  std::set<OutAxon> axons;
  std::vector<std::int64_t> entries(p.board.cores(), 0);
  std::vector<std::set<std::size_t>> next(link_count(p.board));
  for (std::size_t f = 0; f < p.flows.size(); ++f) {
    const Flow& flow = p.flows[f];
    const CoreId home = m.core_of[flow.source.value()];
    std::set<CoreId> wanted;
    const bool leaves = p.tiles[flow.destinations.front().value()].engine == Engine::kOffload;
    if (!leaves)
      for (const TileId to : flow.destinations) wanted.insert(m.core_of[to.value()]);
    if (home.valid()) wanted.erase(home);
    if (leaves && home.valid()) wanted.insert(CoreId(0));  // the way to the device begins at its router
    const std::vector<CoreId>& chain = m.routes[f].chain;
    const std::set<CoreId> reached(chain.begin(), chain.end());
    if (reached != wanted || reached.size() != chain.size()) {
      out.add(
          {.kind = FindingKind::kRoute,
           .tile = flow.source,
           .flow = f,
           .text = fmt::format("flow {} visits {} cores, its destinations are on {}", f, chain.size(), wanted.size())});
      continue;
    }
    if (unicast && home.valid())
      add_axons(p, flow, chain, axons);
    else if (home.valid())
      ++entries[home.value()];
    for (std::size_t i = 0; !unicast && i + 1 < chain.size(); ++i) ++entries[chain[i].value()];
    CoreId at = home.valid() ? home : CoreId(0);
    for (const CoreId to : chain) {
      // A relay takes the packet off the mesh, so a dependency ends there; unicasts all begin at the source.
      std::size_t before = next.size();
      for_each_xy_link(p.board, at, to, [&](LinkId link) {
        if (before != next.size()) next[before].insert(link.value());
        before = link.value();
      });
      if (!unicast) at = to;
    }
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
