// SPDX-License-Identifier: Apache-2.0
#include "mapper/column_mapping.h"

#include <fmt/format.h>

#include "mapper/errors.h"
#include "mapper/levels.h"
#include "mapper/routing/route.h"

namespace ranvier::mapper {

std::vector<CoreId> cores_by_column(const chips::Board& board) {
  std::vector<CoreId> cores;
  cores.reserve(board.cores());
  for (std::int32_t x = 0; x < board.width(); ++x)
    for (std::int32_t y = 0; y < board.height(); ++y)
      for (std::size_t i = 0; i < board.cores_per_router(); ++i) cores.emplace_back(board.core_at(x, y).value() + i);
  return cores;
}

Mapping map_by_column(const MappingProblem& problem) {
  const std::vector<CoreId> cores = cores_by_column(problem.board);
  const std::size_t tiles = problem.tiles.size() - 1;
  if (tiles > cores.size()) {
    const auto needed = static_cast<std::int64_t>(tiles);
    const auto there = static_cast<std::int64_t>(cores.size());
    const std::string& chip = problem.board.chip.name;
    const std::int64_t chips = static_cast<std::int64_t>(problem.board.chips());
    throw DoesNotFit({{"cores", StageId(), "", CoreId(), needed, there, "board"}},
                     fmt::format("{}:{}x1 has enough", chip, (needed * chips + there - 1) / there));
  }
  Mapping mapping;
  mapping.level = compute_levels(problem);
  mapping.core_of.resize(problem.tiles.size());
  for (std::size_t t = 1; t < problem.tiles.size(); ++t) mapping.core_of[t] = cores[t - 1];
  mapping.delay = balance_delays(problem, mapping.level).delay;
  if (problem.board.chip.noc.multicast == chips::Multicast::kTree) {
    routing::route(problem, mapping);
    return mapping;
  }
  const bool unicast = problem.board.chip.noc.multicast == chips::Multicast::kUnicast;
  for (const Flow& flow : problem.flows) {
    std::vector<CoreId> chain = destination_cores(flow, mapping.core_of);
    if (!unicast) chain = shortest_chain(problem.board, entry_core(mapping.core_of, flow.source), std::move(chain));
    mapping.routes.push_back({std::move(chain)});
  }
  return mapping;
}

}  // namespace ranvier::mapper
