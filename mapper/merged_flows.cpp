// SPDX-License-Identifier: Apache-2.0
#include "mapper/merged_flows.h"

#include <algorithm>
#include <utility>

namespace ranvier::mapper {

std::optional<MappingProblem> merged_flows(const MappingProblem& problem) {
  if (problem.board.chip.noc.multicast != chips::Multicast::kUnicast ||
      problem.flows.size() <= kManyFlowsOfATile * problem.tiles.size())
    return std::nullopt;
  MappingProblem merged;
  merged.program = problem.program;
  merged.board = problem.board;
  merged.schedule = problem.schedule;
  merged.tiles = problem.tiles;
  merged.tile_cycles = problem.tile_cycles;
  merged.constraints = problem.constraints;
  std::vector<std::vector<std::size_t>> flows_of(problem.tiles.size());
  for (std::size_t f = 0; f < problem.flows.size(); ++f) flows_of[problem.flows[f].source.value()].push_back(f);
  struct Pair {
    std::size_t first_flow = 0;
    double events = 0;
    bool listed = false;
  };
  std::vector<Pair> row(problem.tiles.size());  // by destination
  std::vector<TileId> columns;
  for (std::size_t source = 0; source < flows_of.size(); ++source) {
    columns.clear();
    for (const std::size_t f : flows_of[source])
      for (const TileId to : problem.flows[f].destinations) {
        Pair& pair = row[to.value()];
        if (!pair.listed) {
          columns.push_back(to);
          pair = {f, 0, true};
        }
        pair.events += problem.flow_events[f];
      }
    std::sort(columns.begin(), columns.end());
    for (const TileId to : columns) {
      Pair& pair = row[to.value()];
      const Flow& first = problem.flows[pair.first_flow];
      merged.flows.push_back({first.source, first.tokens, first.channels, {to}, first.payload_bits});
      merged.flow_events.push_back(pair.events);
      pair.listed = false;
    }
  }
  return merged;
}

}  // namespace ranvier::mapper
