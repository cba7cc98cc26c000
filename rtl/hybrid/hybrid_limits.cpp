// SPDX-License-Identifier: Apache-2.0
// Which tiles rv_hybrid_core cannot run, and why.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "rtl/hybrid/hybrid_stage.h"

namespace ranvier::rtl {
namespace {

using workloads::Stage;
using workloads::StageKind;

std::int32_t words_of(std::int32_t values) { return (values + kHybridLanes - 1) / kHybridLanes; }

/// Of events that are multiplied.
std::string why_not_payload(const workloads::Program& program, const Stage& stage) {
  for (const workloads::StageInput& input : stage.inputs) {
    const Stage& from = program.stage(input.stage);
    if (from.kind == StageKind::kInput) {
      if (program.input_code_max > kHybridPayloadMax)
        return fmt::format("input codes up to {} exceed its 9-bit operands", program.input_code_max);
    } else if (!from.encoder.present) {
      return fmt::format("'{}' sends differences of sums, which may exceed its 9-bit operands", from.name);
    } else if (from.encoder.hi - from.encoder.lo > kHybridPayloadMax) {
      return fmt::format("codes of '{}' from {} to {} may change by more than its 9-bit operands hold", from.name,
                         from.encoder.lo, from.encoder.hi);
    }
  }
  return {};
}

std::string why_not_rows(std::int32_t rows, std::int32_t values, std::int32_t operand_rows, std::int32_t codes) {
  if (rows * words_of(values) * kHybridLanes > kHybridLimits.outputs)
    return fmt::format("{} rows of {} outputs exceed its {} lanes of outputs", rows, values, kHybridLimits.outputs);
  if (operand_rows > kHybridLimits.operand_rows || codes > kHybridLimits.codes)
    return fmt::format("{} operand rows and {} input codes exceed its {} and {}", operand_rows, codes,
                       kHybridLimits.operand_rows, kHybridLimits.codes);
  return {};
}

std::string why_not_encoder(const Stage& stage, const mapper::Range& outputs) {
  const workloads::Encoder& encoder = stage.encoder;
  if (!encoder.present) return {};
  if (encoder.neuron != workloads::NeuronKind::kStBif) return "its neurons are not ST-BIF";
  if (encoder.hi - encoder.lo > 511 || encoder.lo < -256 || encoder.hi > 255)
    return fmt::format("codes from {} to {} exceed its 9 bits", encoder.lo, encoder.hi);
  const auto [least, most] =
      std::minmax_element(encoder.threshold.begin() + outputs.begin, encoder.threshold.begin() + outputs.end);
  if (*least < 1 || *most > kHybridThresholdMax)
    return fmt::format("thresholds from {} to {} are not within 1 and {}", *least, *most, kHybridThresholdMax);
  return {};
}

std::string why_not_elements(const Stage& stage) {
  if (static_cast<std::int32_t>(stage.inputs.size()) > kHybridLimits.ports)
    return fmt::format("{} inputs exceed its {} ports with a gain", stage.inputs.size(), kHybridLimits.ports);
  for (const workloads::StageInput& input : stage.inputs) {
    if (input.gain < 0 || input.gain > std::numeric_limits<std::uint16_t>::max())
      return fmt::format("a gain of {} does not fit its 16 bits", input.gain);
  }
  return {};
}

std::string why_not_gelu(const workloads::GeluParams& gelu) {
  if (static_cast<std::int32_t>(gelu.table.size()) > kHybridLimits.table)
    return fmt::format("a table of {} entries exceeds its {}", gelu.table.size(), kHybridLimits.table);
  const auto [least, most] = std::minmax_element(gelu.table.begin(), gelu.table.end());
  if (*least < -(1 << 23) || *most >= 1 << 23)
    return fmt::format("table entries from {} to {} exceed 24 bits", *least, *most);
  return {};
}

}  // namespace

std::string why_not_hybrid(const sim::TileSpec& spec) {
  const Stage& stage = spec.program->stage(spec.tile.stage);
  const mapper::Tile& tile = spec.tile;
  const std::int32_t outputs = tile.outputs.size();
  if (tile.engine == mapper::Engine::kOffload) return "it runs on the board's device";
  if (spec.program->temporal() || spec.program->rate()) return "the program has time, its codes are not at rest";
  if (tile.tokens.size() > kHybridLimits.tokens)
    return fmt::format("{} tokens exceed its {}", tile.tokens.size(), kHybridLimits.tokens);
  std::string why = tile.sums_for_others() ? std::string() : why_not_encoder(stage, tile.outputs);
  if (!why.empty()) return why;
  const auto& first = spec.program->stage(stage.inputs[0].stage);
  switch (stage.kind) {
    case StageKind::kLinear:
      why = why_not_payload(*spec.program, stage);
      return why.empty() ? why_not_rows(1, outputs, tile.inputs.size(), tile.inputs.size()) : why;
    case StageKind::kScores: {
      const std::int32_t keys = stage.channels / stage.heads, width = first.channels / stage.heads;
      const std::int32_t heads = outputs / keys;
      if (keys > kHybridLimits.keys) return fmt::format("{} keys exceed its {}", keys, kHybridLimits.keys);
      why = why_not_payload(*spec.program, stage);
      return why.empty() ? why_not_rows(heads, keys, heads * width, heads * width) : why;
    }
    case StageKind::kMix: {
      const std::int32_t keys = spec.program->stage(stage.inputs[1].stage).tokens;
      const std::int32_t width = stage.channels / stage.heads, heads = outputs / width;
      if (keys > kHybridLimits.keys) return fmt::format("{} keys exceed its {}", keys, kHybridLimits.keys);
      why = why_not_payload(*spec.program, stage);
      return why.empty() ? why_not_rows(heads, width, keys, heads * keys) : why;
    }
    case StageKind::kLayerNorm:
      if (tile.statistics) {
        why = why_not_elements(stage);
        return why.empty() ? why_not_rows(1, tile.inputs.size(), 0, 0) : why;
      }
      if (stage.layer_norm.normalise && outputs < stage.channels && outputs > kHybridLimits.outputs - kHybridLanes)
        return fmt::format("{} outputs of a row cut over several cores and its sums exceed its {} lanes of outputs",
                           outputs, kHybridLimits.outputs);
      break;
    case StageKind::kGelu:
      why = why_not_gelu(stage.gelu);
      break;
    case StageKind::kAdd:
      break;
    default:
      return "its neurons are compartments, or it is the host's";
  }
  if (why.empty()) why = why_not_elements(stage);
  return why.empty() ? why_not_rows(1, outputs, 0, 0) : why;
}

}  // namespace ranvier::rtl
