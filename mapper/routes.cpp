// SPDX-License-Identifier: Apache-2.0
// Relay chains and the repair of full routing tables.
#include "mapper/routes.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "mapper/engines.h"
#include "mapper/errors.h"
#include "mapper/mesh.h"
#include "mapper/routing/tree.h"

namespace ranvier::mapper {

namespace {

constexpr std::size_t kLongestTwoOpt = 64;

/// Entries by core: a flow takes one where it starts and one where it is passed on.
std::vector<std::int64_t> table_use(const MappingProblem& problem, const std::vector<CoreId>& core_of,
                                    const std::vector<Route>& routes) {
  std::vector<std::int64_t> use(problem.board.cores(), 0);
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const CoreId source = core_of[problem.flows[f].source.value()];
    if (source.valid()) ++use[source.value()];
    for (std::size_t i = 0; i + 1 < routes[f].chain.size(); ++i) ++use[routes[f].chain[i].value()];
  }
  return use;
}

/// Out axons by core: its neurons (contexts of a kLif stage, channels else) times the cores that each sends to.
std::vector<std::int64_t> out_axons(const MappingProblem& problem, const std::vector<CoreId>& core_of,
                                    const std::vector<Route>& routes) {
  std::vector<std::int64_t> use(problem.board.cores(), 0);
  // Of one tile: rectangles of neurons by destination core. Flows that differ in delay alone send from other axons.
  std::map<std::pair<std::uint32_t, CoreId>, std::vector<Range>> channels;
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const Flow& flow = problem.flows[f];
    const CoreId source = core_of[flow.source.value()];
    if (!source.valid()) continue;
    const bool contexts =
        problem.program->stage(problem.tiles[flow.source.value()].stage).kind == workloads::StageKind::kLif;
    for (const CoreId to : routes[f].chain) {
      if (contexts) {
        use[source.value()] += std::int64_t{flow.channels.size()} * flow.tokens.size();
      } else {
        channels[{flow.source.value(), to}].push_back(flow.channels);
      }
    }
  }
  for (auto& [key, ranges] : channels) {
    std::sort(ranges.begin(), ranges.end(), [](Range a, Range b) { return a.begin < b.begin; });
    std::int32_t end = ranges.front().begin;
    for (const Range& r : ranges) {
      if (r.end <= end) continue;
      use[core_of[key.first].value()] += r.end - std::max(end, r.begin);
      end = r.end;
    }
  }
  return use;
}

constexpr std::size_t kMostNames = 3;

/// Stages whose events the core sends or, on relay chips, passes on, e.g. "a, b, c and 2 more".
std::string senders_on(const MappingProblem& problem, const std::vector<CoreId>& core_of,
                       const std::vector<Route>& routes, CoreId core) {
  const bool unicast = problem.board.chip.noc.multicast == chips::Multicast::kUnicast;
  std::set<StageId> stages;
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const TileId source = problem.flows[f].source;
    const auto& chain = routes[f].chain;
    if (chain.empty()) continue;
    const bool relays = !unicast && std::find(chain.begin(), chain.end() - 1, core) != chain.end() - 1;
    if (core_of[source.value()] == core || relays) stages.insert(problem.tiles[source.value()].stage);
  }
  std::string names;
  std::size_t named = 0;
  for (const StageId stage : stages) {
    if (named == kMostNames) return names + fmt::format(" and {} more", stages.size() - named);
    names += (named++ == 0 ? "" : ", ") + problem.program->stage(stage).name;
  }
  return names;
}

void refuse_overflow(const MappingProblem& problem, const std::vector<CoreId>& core_of,
                     const std::vector<Route>& routes, const std::vector<std::int64_t>& use, const char* what,
                     const char* remedy) {
  const std::int64_t limit = problem.board.chip.core.route_entries.value;
  std::vector<Shortfall> shortfalls;
  for (std::size_t core = 0; core < use.size(); ++core)
    if (use[core] > limit)
      shortfalls.push_back({"route_entries", StageId(), senders_on(problem, core_of, routes, CoreId(core)),
                            CoreId(core), use[core], limit, what});
  if (!shortfalls.empty()) throw DoesNotFit(std::move(shortfalls), remedy);
}

}  // namespace

CoreId entry_core(const std::vector<CoreId>& core_of, TileId tile) {
  const CoreId core = core_of[tile.value()];
  return core.valid() ? core : CoreId(0);
}

std::vector<CoreId> destination_cores(const Flow& flow, const std::vector<CoreId>& core_of) {
  std::vector<CoreId> cores;
  const CoreId source = core_of[flow.source.value()];
  for (const TileId to : flow.destinations) {
    const CoreId core = core_of[to.value()];
    if (!core.valid()) return source.valid() ? std::vector<CoreId>{CoreId(0)} : std::vector<CoreId>{};
    if (core != source) cores.push_back(core);
  }
  std::sort(cores.begin(), cores.end());
  cores.erase(std::unique(cores.begin(), cores.end()), cores.end());
  return cores;
}

void order_by_nearest(const chips::Board& board, CoreId from, std::vector<CoreId>& cores) {
  for (std::size_t i = 0; i + 1 < cores.size(); ++i) {
    std::size_t best = i;
    for (std::size_t k = i + 1; k < cores.size(); ++k) {
      const auto nearer = hops(board, from, cores[k]) - hops(board, from, cores[best]);
      if (nearer < 0 || (nearer == 0 && cores[k] < cores[best])) best = k;
    }
    std::swap(cores[i], cores[best]);
    from = cores[i];
  }
}

std::int64_t chain_hops(const chips::Board& board, CoreId from, const std::vector<CoreId>& chain) {
  std::int64_t sum = 0;
  for (const CoreId to : chain) {
    sum += hops(board, from, to);
    from = to;
  }
  return sum;
}

std::vector<CoreId> shortest_chain(const chips::Board& board, CoreId from, std::vector<CoreId> cores) {
  order_by_nearest(board, from, cores);
  if (cores.size() < 2 || cores.size() > kLongestTwoOpt) return cores;
  bool better = true;
  while (better) {
    better = false;
    for (std::size_t i = 0; i + 1 < cores.size(); ++i) {
      for (std::size_t k = i + 1; k < cores.size(); ++k) {
        const CoreId before = i == 0 ? from : cores[i - 1];
        std::int32_t change = hops(board, before, cores[k]) - hops(board, before, cores[i]);
        if (k + 1 < cores.size()) change += hops(board, cores[i], cores[k + 1]) - hops(board, cores[k], cores[k + 1]);
        if (change >= 0) continue;
        std::reverse(cores.begin() + static_cast<std::ptrdiff_t>(i),
                     cores.begin() + static_cast<std::ptrdiff_t>(k) + 1);
        better = true;
      }
    }
  }
  return cores;
}

std::vector<Route> make_routes(const MappingProblem& problem, const std::vector<CoreId>& core_of) {
  const chips::Board& board = problem.board;
  const bool unicast = board.chip.noc.multicast == chips::Multicast::kUnicast;
  std::vector<Route> routes(problem.flows.size());
  if (board.chip.noc.multicast == chips::Multicast::kTree) {
    const std::vector<std::int64_t> price(link_count(board), 1);
    routing::TreeSearch search(board);
    for (std::size_t f = 0; f < problem.flows.size(); ++f) {
      routes[f].chain = destination_cores(problem.flows[f], core_of);
      if (!to_device(problem.tiles, problem.flows[f]))
        routes[f].tree = search.grow(entry_core(core_of, problem.flows[f].source), routes[f].chain, price);
    }
    return routes;
  }
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const Flow& flow = problem.flows[f];
    auto cores = destination_cores(flow, core_of);
    routes[f].chain = unicast ? std::move(cores) : shortest_chain(board, entry_core(core_of, flow.source), cores);
  }
  const std::int64_t limit = board.chip.core.route_entries.value;
  if (unicast) {
    refuse_overflow(problem, core_of, routes, out_axons(problem, core_of, routes), "out axons",
                    "cut its tiles finer, or give their destinations fewer cores");
    return routes;
  }
  std::vector<std::int64_t> use = table_use(problem, core_of, routes);
  for (std::size_t core = 0; core < use.size(); ++core) {
    // A full relay becomes the last of a chain, whose former last has room to relay.
    for (std::size_t f = 0; f < routes.size() && use[core] > limit; ++f) {
      auto& chain = routes[f].chain;
      const auto at = std::find(chain.begin(), chain.end(), CoreId(core));
      if (at == chain.end() || at + 1 == chain.end() || use[chain.back().value()] >= limit) continue;
      ++use[chain.back().value()];
      --use[core];
      std::rotate(at, at + 1, chain.end());
    }
  }
  refuse_overflow(problem, core_of, routes, use, "routing table entries",
                  "spread the tiles with preset latency, or cut fewer tiles");
  return routes;
}

}  // namespace ranvier::mapper
