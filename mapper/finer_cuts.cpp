// SPDX-License-Identifier: Apache-2.0
#include "mapper/finer_cuts.h"

#include <algorithm>

#include "mapper/levels.h"
#include "mapper/partition.h"

namespace ranvier::mapper {

using workloads::Program;
using workloads::Stage;
using workloads::StageKind;

namespace {

constexpr std::int64_t kTries = 50'000;  // placements of a tile: this is asked of several cuts

StageCut finer(const Stage& stage, StageCut cut, std::int32_t times) {
  const std::int32_t outputs = std::min(max_output_parts(stage), cut.output_parts * times);
  const bool whole_rows = stage.kind == StageKind::kLayerNorm || stage.kind == StageKind::kScores;
  if (!whole_rows && outputs > cut.output_parts) {
    cut.output_parts = outputs;
  } else if (stage.kind != StageKind::kLinear && stage.kind != StageKind::kLif) {
    cut.token_parts = std::min(stage.tokens, cut.token_parts * times);
  }
  return cut;
}

}  // namespace

PackingVerdict packs(const MappingProblem& problem) {
  std::vector<TileId> tiles;
  for (std::size_t t = 1; t < problem.tiles.size(); ++t)
    if (problem.tiles[t].engine != Engine::kOffload) tiles.push_back(TileId(t));
  if (tiles.size() <= problem.board.cores()) return PackingVerdict::kFound;
  const std::vector<std::int32_t> level = compute_levels(problem);
  std::stable_sort(tiles.begin(), tiles.end(), [&](TileId a, TileId b) { return level[a.value()] < level[b.value()]; });
  const TileNeeds needs(problem);
  const auto cores = static_cast<std::int64_t>(problem.board.cores());
  if (cluster_tiles(needs, PlaceRules(problem), tiles, false).size() <= problem.board.cores())
    return PackingVerdict::kFound;
  return pack_exactly(needs, tiles, cores, kTries).verdict;
}

std::vector<StageCut> finer_cuts(const Program& program, const chips::CoreKind& core, const std::vector<StageCut>& cuts,
                                 const std::vector<Engine>& engines, std::int32_t times) {
  std::vector<StageCut> result = cuts;
  for (std::size_t s = 1; s < cuts.size(); ++s) {
    if (engines[s] == Engine::kOffload || !cuts[s].outputs.empty()) continue;
    const Stage& stage = program.stages[s];
    const StageCut from = finer(stage, cuts[s], times);
    const CutResult found = find_cut(program, core, StageId(s), from, false);
    if (found.cut && found.cut->tiles() > cuts[s].tiles()) result[s] = *found.cut;
  }
  return result;
}

}  // namespace ranvier::mapper
