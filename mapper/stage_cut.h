// SPDX-License-Identifier: Apache-2.0
// How one stage is cut into tiles, and the search for a cut whose tiles fit a core.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "chips/chip.h"
#include "mapper/demand.h"
#include "mapper/mapping.h"

namespace ranvier::mapper {

/// Even cuts: part i of n covers [i * size / n, (i + 1) * size / n). Tokens of kLif stages: up to out_height parts,
/// whole rows; beyond it a multiple of out_height, each row cut evenly.
struct StageCut {
  std::int32_t output_parts = 1;  // kScores and kMix: parts of the heads
  std::int32_t input_parts = 1;   // kLinear only
  std::int32_t token_parts = 1;
  TokenMode mode = TokenMode::kShared;
  std::int32_t statistics_parts = 0;  // cut LayerNorm rows only: statistics tiles of a token part
  std::vector<Range> outputs{};       // parts of any size instead of even ones, output_parts of them; empty: even
  std::int64_t tiles() const { return (std::int64_t{output_parts} * input_parts + statistics_parts) * token_parts; }
};

/// Most parts that the stage's outputs, and inputs, can be cut into.
std::int32_t max_output_parts(const workloads::Stage& stage);
std::int32_t max_input_parts(const workloads::Stage& stage);

/// True where a part of a token's channels needs the statistics of all of them.
bool needs_statistics(const workloads::Stage& stage);

/// The tiles of a cut, each owner followed by its input slices, those of a token part by its statistics tiles. `first`
/// is the id of the first.
std::vector<Tile> tiles_of(const workloads::Program& program, const chips::CoreKind& core, StageId stage,
                           const StageCut& cut, TileId first);

/// kLif: fewest tiles, then fewest output parts. Others: fewest input parts, then output parts, then (if
/// `tokens_may_grow`) token parts with which all tiles fit; at least those of `from`. A LayerNorm row is cut only where
/// no token parts make whole rows fit, or `from` cuts it. On failure the excess of the finest cut.
struct CutResult {
  std::optional<StageCut> cut;
  Excess excess;
};
CutResult find_cut(const workloads::Program& program, const chips::CoreKind& core, StageId stage, const StageCut& from,
                   bool tokens_may_grow);

}  // namespace ranvier::mapper
