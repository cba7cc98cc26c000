// SPDX-License-Identifier: Apache-2.0
#include "sim/tile_selection.h"

#include <fnmatch.h>

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "base/nearest_name.h"
#include "mapper/engines.h"
#include "sim/errors.h"

namespace ranvier::sim {

using workloads::Stage;
using workloads::StageKind;

namespace {

constexpr std::string_view kCorePrefix = "core:", kAll = "all";

std::uint32_t core_number(std::string_view selection, std::uint64_t cores) {
  const std::string text(selection);
  const std::string_view digits = selection.substr(kCorePrefix.size());
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) throw UnknownCore(text, cores, "not a core number");
  if (number >= cores) throw UnknownCore(text, cores, "no such core");
  return number;
}

std::vector<TileId> tiles_of_core(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                                  std::string_view selection) {
  const CoreId core(core_number(selection, problem.board.cores()));
  std::vector<TileId> tiles;
  for (std::size_t t = 0; t < problem.tiles.size(); ++t) {
    if (mapping.core_of[t] == core) tiles.emplace_back(t);
  }
  if (tiles.empty()) throw UnknownCore(std::string(selection), problem.board.cores(), "no tile is mapped to it");
  return tiles;
}

/// The host's tile has no core.
std::vector<TileId> all_tiles(const mapper::MappingProblem& problem) {
  std::vector<TileId> tiles;
  for (std::size_t t = 1; t < problem.tiles.size(); ++t) tiles.emplace_back(t);
  return tiles;
}

/// By stage: whether `selection` is its name, or a pattern of the shell for it.
std::vector<bool> stages_named(const workloads::Program& program, const std::string& selection) {
  std::vector<std::string> names;
  std::vector<bool> chosen;
  for (const Stage& stage : program.stages) {
    names.push_back(stage.name);
    chosen.push_back(stage.name == selection || ::fnmatch(selection.c_str(), stage.name.c_str(), 0) == 0);
  }
  if (std::find(chosen.begin(), chosen.end(), true) == chosen.end())
    throw UnknownLayer(selection, nearest_name(selection, names));
  return chosen;
}

std::vector<TileId> tiles_of_layers(const mapper::MappingProblem& problem, const std::string& selection) {
  const std::vector<bool> chosen = stages_named(*problem.program, selection);
  std::vector<TileId> tiles;
  for (std::size_t t = 0; t < problem.tiles.size(); ++t) {
    if (chosen[problem.tiles[t].stage.value()]) tiles.emplace_back(t);
  }
  return tiles;
}

bool names_core(std::string_view selection) { return selection.substr(0, kCorePrefix.size()) == kCorePrefix; }

std::vector<TileId> named_tiles(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                                std::string_view selection) {
  if (selection == kAll) return all_tiles(problem);
  if (names_core(selection)) return tiles_of_core(problem, mapping, selection);
  return tiles_of_layers(problem, std::string(selection));
}

}  // namespace

void check_selection(const workloads::Program& program, std::uint64_t cores, std::string_view selection) {
  if (selection == kAll) return;
  if (names_core(selection)) {
    core_number(selection, cores);
  } else {
    stages_named(program, std::string(selection));
  }
}

TileSpec tile_spec(const mapper::MappingProblem& problem, TileId tile) {
  TileSpec spec{problem.program, problem.tiles[tile.value()], &problem.board.chip.core,
                problem.schedule == mapper::Schedule::kStagedGraded};
  if (spec.tile.engine == mapper::Engine::kDense)
    spec.sends_zeros = std::any_of(problem.flows.begin(), problem.flows.end(), [&](const mapper::Flow& flow) {
      return flow.source == tile && mapper::carries_zeros(problem.tiles, flow);
    });
  return spec;
}

std::vector<TileId> select_tiles(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                                 std::string_view selection, const RtlRefusal& why_not) {
  std::vector<TileId> tiles;
  std::string layer, reason;
  for (const TileId id : named_tiles(problem, mapping, selection)) {
    const mapper::Tile& tile = problem.tiles[id.value()];
    const Stage& stage = problem.program->stage(tile.stage);
    std::string why;
    if (stage.kind == StageKind::kInput)
      why = "the host computes it";
    else if (tile.engine == mapper::Engine::kOffload)
      why = "the board's device computes it";
    else
      why = why_not(tile_spec(problem, id));
    if (why.empty()) {
      tiles.push_back(id);
    } else if (reason.empty()) {
      layer = stage.name;
      reason = why;
    }
  }
  // Of tiles of both kinds, those run on RTL that can.
  if (tiles.empty()) throw NotOnRtl(std::string(selection), layer, reason);
  return tiles;
}

std::string tile_name(const mapper::MappingProblem& problem, TileId tile) {
  return fmt::format("{} (tile {})", problem.program->stage(problem.tiles[tile.value()].stage).name, tile.value());
}

std::string_view kind_name(StageKind kind) {
  switch (kind) {
    case StageKind::kInput:
      return "input";
    case StageKind::kLinear:
      return "linear";
    case StageKind::kLayerNorm:
      return "layer_norm";
    case StageKind::kScores:
      return "scores";
    case StageKind::kMix:
      return "mix";
    case StageKind::kGelu:
      return "gelu";
    case StageKind::kLif:
      return "lif";
    case StageKind::kAdd:
      return "add";
  }
  return "unknown";
}

}  // namespace ranvier::sim
