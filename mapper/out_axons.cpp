// SPDX-License-Identifier: Apache-2.0
// Out axons before placement.
#include "mapper/out_axons.h"

#include <algorithm>
#include <map>
#include <utility>

namespace ranvier::mapper {

std::vector<std::int64_t> most_out_axons(const workloads::Program& program, const std::vector<Tile>& tiles,
                                         const std::vector<Flow>& flows) {
  std::vector<std::int64_t> most(tiles.size(), 0);
  std::map<std::pair<TileId, TileId>, std::vector<Range>> channels;  // between stages whose tokens share an axon
  for (const Flow& flow : flows) {
    const bool contexts = program.stage(tiles[flow.source.value()].stage).kind == workloads::StageKind::kLif;
    if (contexts) {
      most[flow.source.value()] +=
          std::int64_t{flow.tokens.size()} * flow.channels.size() * static_cast<std::int64_t>(flow.destinations.size());
      continue;
    }
    for (const TileId to : flow.destinations) channels[{flow.source, to}].push_back(flow.channels);
  }
  for (auto& [ends, ranges] : channels) {
    std::sort(ranges.begin(), ranges.end(), [](Range a, Range b) { return a.begin < b.begin; });
    std::int32_t end = 0;
    for (const Range& r : ranges) {
      most[ends.first.value()] += std::max(0, r.end - std::max(end, r.begin));
      end = std::max(end, r.end);
    }
  }
  return most;
}

}  // namespace ranvier::mapper
