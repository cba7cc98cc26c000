// SPDX-License-Identifier: Apache-2.0
// Cutting one stage.
#include "mapper/stage_cut.h"

#include <algorithm>

namespace ranvier::mapper {

using workloads::Program;
using workloads::Stage;
using workloads::StageKind;

namespace {

Range part(std::int32_t size, std::int32_t parts, std::int32_t i) {
  const auto at = [&](std::int32_t k) { return static_cast<std::int32_t>(std::int64_t{k} * size / parts); };
  return {at(i), at(i + 1)};
}

Range token_part(const Stage& stage, std::int32_t parts, std::int32_t i) {
  if (stage.kind != StageKind::kLif) return part(stage.tokens, parts, i);
  const std::int32_t height = stage.conv.out_height;
  const std::int32_t width = stage.conv.out_width;
  if (parts <= height) {
    const Range rows = part(height, parts, i);
    return {rows.begin * width, rows.end * width};
  }
  const std::int32_t parts_of_row = parts / height;
  const Range columns = part(width, parts_of_row, i % parts_of_row);
  const std::int32_t row = i / parts_of_row * width;
  return {row + columns.begin, row + columns.end};
}

Tile statistics_tile(const Program& program, const chips::CoreKind& core, StageId id, const StageCut& cut,
                     std::int32_t token_part_number, std::int32_t i) {
  const Stage& stage = program.stage(id);
  Tile tile;
  tile.stage = id;
  tile.outputs = {0, kStatisticsDigits};
  tile.inputs = part(stage.in_channels, cut.statistics_parts, i);
  tile.tokens = token_part(stage, cut.token_parts, token_part_number);
  tile.mode = cut.mode;
  tile.statistics = true;
  tile.demand = demand_of(program, core, tile);
  return tile;
}

/// What the largest tile of a cut asks beyond the core, if anything.
std::optional<Excess> excess_of(const Program& program, const chips::CoreKind& core, StageId stage,
                                const StageCut& cut) {
  for (const Tile& tile : tiles_of(program, core, stage, cut, TileId(0)))
    if (const auto excess = first_excess(core, tile.demand)) return excess;
  return std::nullopt;
}

/// Fewest tiles that fit, by increasing output parts; for each the fewest token parts by halving.
CutResult find_lif_cut(const Program& program, const chips::CoreKind& core, StageId id, const StageCut& from) {
  const Stage& stage = program.stage(id);
  const std::int32_t height = stage.conv.out_height;
  // Possible token parts in order: 1 .. height rows, then 2 .. width parts of each row.
  const auto token_parts = [&](std::int32_t k) { return k < height ? k + 1 : (k - height + 2) * height; };
  const std::int32_t choices = height + stage.conv.out_width - 1;
  std::int32_t first = 0;
  while (first + 1 < choices && token_parts(first) < from.token_parts) ++first;
  CutResult result;
  for (std::int32_t outputs = from.output_parts; outputs <= stage.channels; ++outputs) {
    const auto cut_of = [&](std::int32_t k) {
      StageCut cut = from;
      cut.output_parts = outputs;
      cut.token_parts = token_parts(k);
      return cut;
    };
    if (result.cut && cut_of(first).tiles() >= result.cut->tiles()) break;
    if (const auto excess = excess_of(program, core, id, cut_of(choices - 1))) {
      result.excess = *excess;
      continue;
    }
    std::int32_t low = first;
    std::int32_t high = choices - 1;
    while (low < high) {
      const std::int32_t middle = low + (high - low) / 2;
      if (excess_of(program, core, id, cut_of(middle)))
        low = middle + 1;
      else
        high = middle;
    }
    if (!result.cut || cut_of(high).tiles() < result.cut->tiles()) result.cut = cut_of(high);
  }
  return result;
}

/// Coarsest number of parts from `low` to `high` that fits, where the finest does: even cuts shrink as parts grow.
template <class Fits>
std::int32_t fewest_parts(std::int32_t low, std::int32_t high, Fits&& fits_core) {
  while (low < high) {
    const std::int32_t middle = low + (high - low) / 2;
    if (fits_core(middle))
      high = middle;
    else
      low = middle + 1;
  }
  return high;
}

/// Channels in as few parts as fit, and input channels of the statistics tiles likewise, for the fewest token parts.
CutResult find_row_cut(const Program& program, const chips::CoreKind& core, StageId id, const StageCut& from,
                       std::int32_t most_tokens) {
  const Stage& stage = program.stage(id);
  const std::int32_t least = std::clamp(from.output_parts, std::min(2, stage.channels), stage.channels);
  CutResult result;
  StageCut cut = from;
  for (cut.token_parts = std::min(from.token_parts, most_tokens); cut.token_parts <= most_tokens; ++cut.token_parts) {
    cut.output_parts = stage.channels;
    cut.statistics_parts = stage.in_channels;
    if (const auto excess = excess_of(program, core, id, cut)) {
      result.excess = *excess;
      continue;
    }
    cut.output_parts = fewest_parts(least, stage.channels, [&](std::int32_t parts) {
      StageCut coarser = cut;
      coarser.output_parts = parts;
      return !excess_of(program, core, id, coarser);
    });
    cut.statistics_parts = fewest_parts(1, stage.in_channels, [&](std::int32_t parts) {
      StageCut coarser = cut;
      coarser.statistics_parts = parts;
      return !excess_of(program, core, id, coarser);
    });
    result.cut = cut;
    return result;
  }
  return result;
}

}  // namespace

std::int32_t max_output_parts(const Stage& stage) {
  switch (stage.kind) {
    case StageKind::kScores:
    case StageKind::kMix:
      return stage.heads;
    default:
      return stage.channels;
  }
}

std::int32_t max_input_parts(const Stage& stage) { return stage.kind == StageKind::kLinear ? stage.in_channels : 1; }

bool needs_statistics(const Stage& stage) { return stage.kind == StageKind::kLayerNorm && stage.layer_norm.normalise; }

std::vector<Tile> tiles_of(const Program& program, const chips::CoreKind& core, StageId id, const StageCut& cut,
                           TileId first) {
  const Stage& stage = program.stage(id);
  const std::int32_t units = max_output_parts(stage);
  const std::int32_t unit = stage.channels / units;  // channels that stay together
  std::vector<Tile> tiles;
  for (std::int32_t t = 0; t < cut.token_parts; ++t) {
    for (std::int32_t o = 0; o < cut.output_parts; ++o) {
      const TileId owner(first.value() + tiles.size());
      const Range heads =
          cut.outputs.empty() ? part(units, cut.output_parts, o) : cut.outputs[static_cast<std::size_t>(o)];
      for (std::int32_t i = 0; i < cut.input_parts; ++i) {
        Tile tile;
        tile.stage = id;
        tile.outputs = {heads.begin * unit, heads.end * unit};
        tile.inputs = part(stage.in_channels, cut.input_parts, i);
        tile.tokens = token_part(stage, cut.token_parts, t);
        tile.mode = cut.mode;
        if (i > 0) tile.partial_of = owner;
        tile.demand = demand_of(program, core, tile);
        tiles.push_back(tile);
      }
    }
    for (std::int32_t i = 0; i < cut.statistics_parts; ++i)
      tiles.push_back(statistics_tile(program, core, id, cut, t, i));
  }
  return tiles;
}

CutResult find_cut(const Program& program, const chips::CoreKind& core, StageId id, const StageCut& from,
                   bool tokens_may_grow) {
  const Stage& stage = program.stage(id);
  if (stage.kind == StageKind::kLif) return find_lif_cut(program, core, id, from);
  const std::int64_t axons = std::max<std::int64_t>(1, core.fan_in_axons.value);
  const bool row = needs_statistics(stage);
  const std::int32_t most_outputs = row ? 1 : max_output_parts(stage);
  const std::int32_t most_inputs = max_input_parts(stage);
  const std::int32_t most_tokens = tokens_may_grow ? stage.tokens : std::min(stage.tokens, from.token_parts);
  if (row && from.output_parts > 1) return find_row_cut(program, core, id, from, most_tokens);
  std::int32_t inputs = from.input_parts;
  if (stage.kind == StageKind::kLinear)
    inputs = std::max(inputs, static_cast<std::int32_t>((stage.in_channels + axons - 1) / axons));
  inputs = std::min(inputs, most_inputs);

  CutResult result;
  StageCut cut = from;
  for (cut.token_parts = std::min(from.token_parts, most_tokens); cut.token_parts <= most_tokens; ++cut.token_parts) {
    // Finer input slices only when even single outputs do not fit.
    for (cut.input_parts = inputs; cut.input_parts <= most_inputs; ++cut.input_parts) {
      cut.output_parts = most_outputs;
      if (const auto excess = excess_of(program, core, id, cut)) {
        result.excess = *excess;
        if (excess->resource != "synapse_memory" && excess->resource != "fan_in_axons" &&
            excess->resource != "core_memory")
          break;
        continue;
      }
      cut.output_parts = fewest_parts(std::min(from.output_parts, most_outputs), most_outputs, [&](std::int32_t parts) {
        StageCut coarser = cut;
        coarser.output_parts = parts;
        return !excess_of(program, core, id, coarser);
      });
      result.cut = cut;
      return result;
    }
  }
  return row ? find_row_cut(program, core, id, from, most_tokens) : result;
}

}  // namespace ranvier::mapper
