// SPDX-License-Identifier: Apache-2.0
// Dense mode in closed form.
#include "mapper/engine_work.h"

#include <algorithm>
#include <cmath>

#include "mapper/delivery.h"
#include "mapper/engines.h"
#include "mapper/step_work.h"
#include "mapper/work.h"

namespace ranvier::mapper {

using workloads::StageKind;

std::int64_t dense_products_of(const workloads::Program& program, const Tile& tile) {
  const workloads::Stage& s = program.stage(tile.stage);
  const std::int64_t contexts = contexts_of(tile);
  if (tile.statistics)  // gains, and a square a value
    return std::int64_t{tile.inputs.size()} * tile.tokens.size() * static_cast<std::int64_t>(s.inputs.size() + 1);
  switch (s.kind) {
    case StageKind::kLinear:
      return contexts * tile.inputs.size();
    case StageKind::kScores:
      return contexts * head_width(program, s);
    case StageKind::kMix:
      return contexts * key_tokens(program, s);
    case StageKind::kLayerNorm:
    case StageKind::kAdd:
      return contexts * static_cast<std::int64_t>(s.inputs.size());  // gains
    case StageKind::kInput:
    case StageKind::kGelu:
    case StageKind::kLif:
      return 0;
  }
  return 0;
}

std::int64_t dense_product_cycles(const chips::CoreKind& core, std::int64_t products) {
  const std::int64_t lanes = std::max<std::int64_t>(1, core.dense_lanes.value);
  return (products + lanes - 1) / lanes;
}

std::vector<bool> sends_zeros(const MappingProblem& problem) {
  std::vector<bool> sends(problem.tiles.size(), false);
  for (const Flow& flow : problem.flows)
    if (carries_zeros(problem.tiles, flow)) sends[flow.source.value()] = true;
  return sends;
}

void set_engine_cycles(MappingProblem& problem) {
  const workloads::Program& program = *problem.program;
  const chips::CoreKind& core = problem.board.chip.core;
  const std::vector<bool> zeros = sends_zeros(problem);
  const auto lanes = static_cast<double>(std::max<std::int64_t>(1, core.lanes.value));
  std::vector<bool> dense(problem.tiles.size(), false);
  for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
    const Tile& tile = problem.tiles[t];
    if (tile.engine == Engine::kSpiking) continue;
    double& cycles = problem.tile_cycles[t];
    cycles = 0;
    if (tile.engine == Engine::kOffload) continue;
    dense[t] = true;
    const auto contexts = static_cast<double>(contexts_of(tile));
    const double sent =
        zeros[t] || tile.sums_for_others() ? 1.0 : events_per_value(program, tile.stage, problem.schedule);
    cycles += static_cast<double>(dense_product_cycles(core, dense_products_of(program, tile))) +
              std::ceil(contexts / lanes) * static_cast<double>(core.soma_cycles.value) +
              static_cast<double>(map_values_of(program, tile) * core.map_cycles.value) +
              contexts * sent * static_cast<double>(core.emit_cycles.value);
    if (core.bulk_bytes_per_cycle.value > 0)
      cycles +=
          swapped_bytes_of(program, tile, problem.schedule) / static_cast<double>(core.bulk_bytes_per_cycle.value);
  }
  for (std::size_t f = 0; f < problem.flows.size(); ++f)
    for (const TileId to : problem.flows[f].destinations)
      if (dense[to.value()])
        problem.tile_cycles[to.value()] += problem.flow_events[f] * receive_cycles(problem, problem.flows[f], to);
}

}  // namespace ranvier::mapper
