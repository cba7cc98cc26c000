// SPDX-License-Identifier: Apache-2.0
#include "rtl/stage_tile.h"

namespace ranvier::rtl {

CoreTile stage_tile(const sim::TileSpec& spec) {
  const workloads::Stage& stage = spec.program->stage(spec.tile.stage);
  const mapper::Tile& tile = spec.tile;
  CoreTile core;
  core.neurons = tile.outputs.size();
  core.axons = tile.inputs.size();
  core.tokens = tile.tokens.size();
  core.graded = spec.graded;
  if (stage.encoder.present) {
    core.lo = stage.encoder.lo;
    core.hi = stage.encoder.hi;
  }
  for (std::int32_t i = tile.inputs.begin; i < tile.inputs.end; ++i) {
    const std::int8_t* row = stage.linear.weight.data() + std::ptrdiff_t{i} * stage.channels;
    core.weight.insert(core.weight.end(), row + tile.outputs.begin, row + tile.outputs.end);
  }
  for (std::int32_t o = tile.outputs.begin; o < tile.outputs.end; ++o) {
    core.threshold.push_back(stage.encoder.present ? stage.encoder.threshold[static_cast<std::size_t>(o)] : 2);
  }
  for (std::int32_t t = tile.tokens.begin; t < tile.tokens.end; ++t) {
    const std::int32_t row = stage.linear.bias_per_token ? t * stage.channels : 0;
    for (std::int32_t o = tile.outputs.begin; o < tile.outputs.end; ++o) {
      const std::int32_t bias = stage.linear.bias.empty() ? 0 : stage.linear.bias[static_cast<std::size_t>(row + o)];
      const std::int32_t half = stage.encoder.present ? stage.encoder.threshold[static_cast<std::size_t>(o)] / 2 : 0;
      core.potential.push_back(half + bias);
    }
  }
  return core;
}

}  // namespace ranvier::rtl
