// SPDX-License-Identifier: Apache-2.0
// Counting bounds.
#include "mapper/bounds.h"

#include <algorithm>
#include <limits>

#include "mapper/core_load.h"
#include "mapper/demand.h"

namespace ranvier::mapper {

namespace {

std::vector<ResourceBound> resource_bounds(const chips::CoreKind& core, const Demand& demand) {
  std::vector<ResourceBound> bounds;
  for (const ResourceUse& use : resource_uses(core, demand)) {
    if (use.available == std::numeric_limits<std::int64_t>::max() || use.available <= 0) continue;
    bounds.push_back({use.resource, use.needed, use.available, (use.needed + use.available - 1) / use.available});
  }
  std::stable_sort(bounds.begin(), bounds.end(),
                   [](const ResourceBound& a, const ResourceBound& b) { return a.cores > b.cores; });
  return bounds;
}

/// Of these tiles, which are on cores.
std::int64_t cores_for(const TileNeeds& needs, const std::vector<TileId>& tiles) {
  CoreLoad load;
  for (const TileId t : tiles) load.add(needs, t);
  const auto bounds = resource_bounds(needs.problem().board.chip.core, load.total(needs));
  return std::max<std::int64_t>(bounds.empty() ? 1 : bounds.front().cores, 1);
}

}  // namespace

std::int64_t shell_distance(std::int64_t cores, std::int64_t cores_per_router) {
  std::int64_t left = cores - (cores_per_router - 1);
  std::int64_t sum = 0;
  for (std::int64_t d = 1; left > 0; ++d) {
    const std::int64_t in_shell = std::min(left, 4 * d * cores_per_router);
    sum += d * in_shell;
    left -= in_shell;
  }
  return sum;
}

Bounds lower_bounds(const MappingProblem& problem) {
  Bounds bounds;
  const TileNeeds needs(problem);
  CoreLoad all;
  for (std::size_t t = 1; t < problem.tiles.size(); ++t)
    if (problem.tiles[t].engine != Engine::kOffload) all.add(needs, TileId(t));
  if (all.tiles().empty()) return bounds;
  bounds.resources = resource_bounds(problem.board.chip.core, all.total(needs));
  bounds.cores = 1;
  if (!bounds.resources.empty()) {
    bounds.cores = std::max<std::int64_t>(1, bounds.resources.front().cores);
    bounds.cores_resource = bounds.resources.front().resource;
  }
  const auto per_router = static_cast<std::int64_t>(problem.board.cores_per_router());
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const Flow& flow = problem.flows[f];
    std::vector<TileId> ends;
    for (const TileId to : flow.destinations)
      if (problem.tiles[to.value()].engine != Engine::kOffload) ends.push_back(to);
    if (ends.empty()) continue;
    // The host and the device are on no core: every core that listens is another one.
    const bool on_core = flow.source.value() != 0 && problem.tiles[flow.source.value()].engine != Engine::kOffload;
    if (on_core && std::find(ends.begin(), ends.end(), flow.source) == ends.end()) ends.push_back(flow.source);
    const std::int64_t others = cores_for(needs, ends) - (on_core ? 1 : 0);
    const double events = problem.flow_events[f];
    const std::int64_t routers = (others + (on_core ? 1 : 0) + per_router - 1) / per_router;
    bounds.connectivity += events * static_cast<double>(others);
    bounds.tree_hops += events * static_cast<double>(routers - 1);
    // The host's packets enter at a router whose cores are all at distance 0.
    bounds.weighted_hops += events * static_cast<double>(shell_distance(on_core ? others : others - 1, per_router));
  }
  return bounds;
}

}  // namespace ranvier::mapper
