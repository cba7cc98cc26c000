// SPDX-License-Identifier: Apache-2.0
#include "mapper/merged_flows.h"

#include <algorithm>
#include <map>
#include <utility>

namespace ranvier::mapper {

namespace {

constexpr std::size_t kManyFlowsOfATile = 16;

}  // namespace

std::optional<MappingProblem> merged_flows(const MappingProblem& problem) {
  if (problem.board.chip.noc.multicast != chips::Multicast::kUnicast ||
      problem.flows.size() <= kManyFlowsOfATile * problem.tiles.size())
    return std::nullopt;
  struct Pair {
    std::size_t first_flow = 0;
    double events = 0;
  };
  std::map<std::pair<TileId, TileId>, Pair> pairs;
  for (std::size_t f = 0; f < problem.flows.size(); ++f)
    for (const TileId to : problem.flows[f].destinations)
      pairs.try_emplace({problem.flows[f].source, to}, Pair{f, 0}).first->second.events += problem.flow_events[f];
  MappingProblem merged = problem;
  merged.flows.clear();
  merged.flow_events.clear();
  for (const auto& [ends, pair] : pairs) {
    Flow flow = problem.flows[pair.first_flow];
    flow.destinations = {ends.second};
    merged.flows.push_back(std::move(flow));
    merged.flow_events.push_back(pair.events);
  }
  return merged;
}

}  // namespace ranvier::mapper
