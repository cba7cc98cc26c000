// SPDX-License-Identifier: Apache-2.0
#include "sim/tile_selection.h"

#include <charconv>
#include <optional>

#include <fmt/core.h>

#include "base/nearest_name.h"
#include "sim/errors.h"

namespace ranvier::sim {

using workloads::Stage;
using workloads::StageKind;

namespace {

constexpr std::string_view kCorePrefix = "core:";

/// Why a tile has no RTL; empty when it has.
std::string why_not(const Stage& stage, const mapper::Tile& tile) {
  if (tile.engine != mapper::Engine::kSpiking) return "it does not run on spiking cores";
  if (stage.kind != StageKind::kLinear) return fmt::format("its stage is {}, not linear", kind_name(stage.kind));
  if (!stage.encoder.present) return "the head has no encoder";
  if (tile.partial_of.valid()) return "the tile holds only some of its inputs and has no encoder";
  return {};
}

std::vector<TileId> tiles_of_core(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                                  std::string_view selection) {
  const std::string text(selection);
  const std::string_view digits = selection.substr(kCorePrefix.size());
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) {
    throw UnknownCore(text, problem.board.cores(), "not a core number");
  }
  if (number >= problem.board.cores()) throw UnknownCore(text, problem.board.cores(), "no such core");
  std::vector<TileId> tiles;
  for (std::size_t t = 0; t < problem.tiles.size(); ++t) {
    if (mapping.core_of[t] == CoreId(number)) tiles.emplace_back(t);
  }
  if (tiles.empty()) throw UnknownCore(text, problem.board.cores(), "no tile is mapped to it");
  return tiles;
}

std::vector<TileId> tiles_of_layer(const mapper::MappingProblem& problem, std::string_view selection) {
  std::vector<std::string> names;
  std::optional<StageId> found;
  for (std::size_t s = 0; s < problem.program->stages.size(); ++s) {
    names.push_back(problem.program->stages[s].name);
    if (names.back() == selection) found = StageId(s);
  }
  if (!found) throw UnknownLayer(std::string(selection), nearest_name(selection, names));
  std::vector<TileId> tiles;
  for (std::size_t t = 0; t < problem.tiles.size(); ++t) {
    if (problem.tiles[t].stage == *found) tiles.emplace_back(t);
  }
  return tiles;
}

}  // namespace

std::vector<TileId> select_tiles(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                                 std::string_view selection) {
  const std::vector<TileId> named = selection.substr(0, kCorePrefix.size()) == kCorePrefix
                                        ? tiles_of_core(problem, mapping, selection)
                                        : tiles_of_layer(problem, selection);
  std::vector<TileId> tiles;
  std::string layer, reason;
  for (const TileId id : named) {
    const mapper::Tile& tile = problem.tiles[id.value()];
    const Stage& stage = problem.program->stage(tile.stage);
    const std::string why = why_not(stage, tile);
    if (why.empty()) {
      tiles.push_back(id);
    } else if (reason.empty()) {
      layer = stage.name;
      reason = why;
    }
  }
  // A core with both kinds of tiles runs on RTL what can.
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
