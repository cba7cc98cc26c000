// SPDX-License-Identifier: Apache-2.0
// Which events of a producing stage a tile takes on each of its ports.
#include "mapper/delivery.h"

#include <algorithm>

#include "workloads/conv.h"
#include "workloads/sparse_synapses.h"
#include "workloads/stage_inputs.h"

namespace ranvier::mapper {

using workloads::Program;
using workloads::Stage;
using workloads::StageKind;

std::int32_t key_tokens(const Program& program, const Stage& stage) {
  return program.stage(stage.inputs[1].stage).tokens;
}

std::int32_t head_width(const Program& program, const Stage& stage) {
  return program.stage(stage.inputs[1].stage).channels / stage.heads;
}

Range heads_of(const Program& program, const Tile& tile) {
  const Stage& stage = program.stage(tile.stage);
  const std::int32_t per_head = stage.channels / stage.heads;
  return {tile.outputs.begin / per_head, tile.outputs.end / per_head};
}

Reach reach_of(const Program& program, const Tile& tile, std::size_t port) {
  const Stage& stage = program.stage(tile.stage);
  const Stage& producer = program.stage(stage.inputs[port].stage);
  Reach reach{tile.tokens, {0, producer.channels}};
  switch (stage.kind) {
    case StageKind::kInput:
      break;
    case StageKind::kLayerNorm:
      reach.channels = tile.statistics ? tile.inputs : tile.outputs;
      break;
    case StageKind::kLinear:
      reach.channels = tile.inputs;
      break;
    case StageKind::kGelu:
    case StageKind::kAdd:
      reach.channels = tile.outputs;
      break;
    case StageKind::kScores:
    case StageKind::kMix: {
      const Range heads = heads_of(program, tile);
      const std::int32_t width = producer.channels / stage.heads;
      reach.channels = {heads.begin * width, heads.end * width};
      if (port == 1) reach.tokens = {0, producer.tokens};
      break;
    }
    case StageKind::kLif: {
      if (stage.sparse) {
        reach.tokens = {0, 1};  // of which channels reach() alone cannot say: synapse_runs()
        break;
      }
      const auto under = workloads::input_tokens_for(stage.conv, {tile.tokens.begin, tile.tokens.end});
      reach.tokens = {under.first, under.end};
      if (stage.conv.depthwise) reach.channels = tile.outputs;
      break;
    }
  }
  reach.tokens.end = std::min(reach.tokens.end, producer.tokens);
  return reach;
}

std::vector<Range> synapse_runs(const Program& program, const Stage& stage, std::size_t port, Range outputs) {
  std::vector<Range> runs;
  const std::int32_t first = workloads::first_source(program, stage, port);
  for (std::int32_t source = 0; source < program.stage(stage.inputs[port].stage).channels; ++source) {
    if (stage.sparse->count(first + source, {outputs.begin, outputs.end}) == 0) continue;
    if (!runs.empty() && runs.back().end == source)
      ++runs.back().end;
    else
      runs.push_back({source, source + 1});
  }
  return runs;
}

SynapseRuns::SynapseRuns(const Program& program, const std::vector<Tile>& tiles) : runs_(tiles.size()) {
  std::vector<std::vector<std::size_t>> of_stage(program.stages.size());
  for (std::size_t t = 0; t < tiles.size(); ++t)
    if (const Stage& stage = program.stage(tiles[t].stage); stage.sparse) {
      of_stage[tiles[t].stage.value()].push_back(t);
      runs_[t].resize(stage.inputs.size());
    }
  for (std::size_t s = 0; s < of_stage.size(); ++s) {
    if (of_stage[s].empty()) continue;
    const Stage& stage = program.stages[s];
    std::vector<std::vector<std::size_t>> tiles_of(static_cast<std::size_t>(stage.channels));  // by unit
    for (const std::size_t t : of_stage[s])
      for (std::int32_t unit = std::max(0, tiles[t].outputs.begin);
           unit < std::min(stage.channels, tiles[t].outputs.end); ++unit)
        tiles_of[static_cast<std::size_t>(unit)].push_back(t);
    for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
      const std::int32_t first = workloads::first_source(program, stage, port);
      for (std::int32_t source = 0; source < program.stage(stage.inputs[port].stage).channels; ++source)
        stage.sparse->for_each(first + source, {0, stage.channels}, [&](std::int32_t target, std::int32_t) {
          for (const std::size_t t : tiles_of[static_cast<std::size_t>(target)]) {
            auto& runs = runs_[t][port];
            if (runs.empty() || runs.back().end < source)
              runs.push_back({source, source + 1});
            else
              runs.back().end = source + 1;
          }
        });
    }
  }
}

}  // namespace ranvier::mapper
