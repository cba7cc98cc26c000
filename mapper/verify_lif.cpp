// SPDX-License-Identifier: Apache-2.0
// The verifier's own account of convolution tiles: which inputs they take, and what their synapses need. Counted
// position by position where the solvers compute.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "mapper/verifier_parts.h"
#include "workloads/sparse_synapses.h"

namespace ranvier::mapper::verify_parts {

using workloads::ConvParams;
using workloads::Stage;
using workloads::StageKind;

namespace {

/// Input positions along one axis under the kernels of the output positions.
std::set<std::int32_t> positions_under(Range outputs, std::int32_t kernel, std::int32_t stride, std::int32_t padding,
                                       std::int32_t extent) {
  std::set<std::int32_t> covered;
  for (std::int32_t out = outputs.begin; out < outputs.end; ++out)
    for (std::int32_t k = 0; k < kernel; ++k)
      if (const std::int32_t in = out * stride + k - padding; in >= 0 && in < extent) covered.insert(in);
  return covered;
}

/// Sign bit and magnitude, or sign and two's complement where signs are mixed; a common factor of two is the
/// exponent's.
std::int64_t bits_of(std::vector<std::int16_t> weights) {
  bool positive = false;
  bool negative = false;
  for (const std::int16_t w : weights) {
    positive = positive || w > 0;
    negative = negative || w < 0;
  }
  if (!positive && !negative) return 1;
  while (std::all_of(weights.begin(), weights.end(), [](std::int16_t w) { return w % 2 == 0; }))
    for (std::int16_t& w : weights) w = static_cast<std::int16_t>(w / 2);
  for (std::int64_t mantissa = 1;; ++mantissa) {
    const std::int64_t end = std::int64_t{1} << mantissa;
    if (std::all_of(weights.begin(), weights.end(), [&](std::int16_t w) {
          return positive && negative ? w >= -end / 2 && w < end / 2 : w > -end && w < end;
        }))
      return 1 + mantissa;
  }
}

/// Each weight that occurs, once.
std::vector<std::int16_t> sparse_weights(const Stage& stage) {
  std::set<std::int16_t> all;
  for (std::int32_t s = 0; s < stage.sparse->sources(); ++s)
    stage.sparse->for_each(s, {0, stage.channels}, [&](std::int32_t, std::int32_t weight) {
      if (all.size() < 256) all.insert(static_cast<std::int16_t>(weight));
    });
  return {all.begin(), all.end()};
}

/// Words of each source's synapses into the tile, counted one by one.
Bytes sparse_bytes(const chips::CoreKind& core, const Stage& stage, const Tile& tile) {
  const std::vector<std::int64_t> fan_out = synapses_by_source(stage, tile);
  const std::int64_t outputs = tile.outputs.end - tile.outputs.begin;
  const bool dense = std::all_of(fan_out.begin(), fan_out.end(), [&](std::int64_t n) { return n == outputs; }) &&
                     stage.sparse->dense();
  const std::int64_t bits = core.weight_bits.value + (dense ? 0 : core.synapse_index_bits.value);
  std::int64_t each = 1;
  while ((each + 1) * bits <= core.synapse_word_bits.value - core.synapse_word_overhead_bits.value) ++each;
  std::map<std::int64_t, std::int64_t> total;  // bits, by synapses of a list: lists of one size are packed together
  for (const std::int64_t n : fan_out)
    total[n] += core.synapse_word_bits.value > 0 ? (n + each - 1) / each * core.synapse_word_bits.value : n * bits;
  std::int64_t bytes = 0;
  for (const auto& [size, sum] : total) bytes += (sum + 7) / 8;
  return Bytes(bytes);
}

}  // namespace

std::vector<std::int64_t> synapses_by_source(const Stage& stage, const Tile& tile) {
  std::vector<std::int64_t> fan_out(static_cast<std::size_t>(stage.in_channels), 0);
  for (std::int32_t s = 0; s < stage.in_channels; ++s)
    stage.sparse->for_each(s, {tile.outputs.begin, tile.outputs.end},
                           [&](std::int32_t, std::int32_t) { ++fan_out[static_cast<std::size_t>(s)]; });
  return fan_out;
}

std::int64_t sparse_axons(const Stage& stage, const Tile& tile) {
  const std::vector<std::int64_t> fan_out = synapses_by_source(stage, tile);
  return std::count_if(fan_out.begin(), fan_out.end(), [](std::int64_t n) { return n > 0; });
}

InputWindow input_window(const Stage& stage, const Tile& tile) {
  if (stage.sparse) return {{0, 1}, {0, stage.in_channels}};
  const ConvParams& c = stage.conv;
  const Range rows{tile.tokens.begin / c.out_width, (tile.tokens.end - 1) / c.out_width + 1};
  // Only a tile within one row leaves columns out.
  const Range columns = rows.size() == 1
                            ? Range{tile.tokens.begin % c.out_width, (tile.tokens.end - 1) % c.out_width + 1}
                            : Range{0, c.out_width};
  const auto ys = positions_under(rows, c.kernel_height, c.stride, c.padding, c.in_height);
  const auto xs = positions_under(columns, c.kernel_width, c.stride, c.padding, c.in_width);
  InputWindow window;
  if (!ys.empty() && !xs.empty())
    window.tokens = {*ys.begin() * c.in_width + *xs.begin(), *ys.rbegin() * c.in_width + *xs.rbegin() + 1};
  window.channels = c.depthwise ? tile.outputs : Range{0, stage.in_channels};
  return window;
}

Bytes expected_synapse_bytes(const chips::CoreKind& core, const Stage& stage, const Tile& tile) {
  std::int64_t lists = 0;
  std::int64_t synapses = 0;
  std::int64_t bits = core.weight_bits.value;
  if (stage.kind == StageKind::kLinear) {
    lists = tile.inputs.end - tile.inputs.begin;
    synapses = tile.outputs.end - tile.outputs.begin;
  } else if (stage.sparse) {
    return sparse_bytes(core, stage, tile);
  } else if (stage.kind == StageKind::kLif) {
    const ConvParams& c = stage.conv;
    const InputWindow window = input_window(stage, tile);
    const std::int64_t fan_out = c.depthwise ? 1 : tile.outputs.end - tile.outputs.begin;
    const std::int64_t channels = window.channels.end - window.channels.begin;
    if (c.out_height * c.out_width == 1) {
      lists = channels * (window.tokens.end - window.tokens.begin);
      synapses = fan_out;
    } else {
      // Output positions that one input position can reach along an axis.
      const auto reached = [&](std::int64_t kernel) {
        std::int64_t most = 0;
        for (std::int64_t tap = 0; tap < kernel; tap += c.stride) ++most;
        return most;
      };
      lists = channels * c.stride * c.stride;
      synapses = fan_out * reached(c.kernel_height) * reached(c.kernel_width);
      bits += core.synapse_index_bits.value;
    }
  }
  std::int64_t total = lists * synapses * bits;
  if (core.synapse_word_bits.value > 0) {
    std::int64_t each = 1;
    while ((each + 1) * bits <= core.synapse_word_bits.value - core.synapse_word_overhead_bits.value) ++each;
    std::int64_t words = synapses / each;
    if (synapses % each != 0) ++words;
    total = lists * words * core.synapse_word_bits.value;
  }
  return Bytes(total % 8 == 0 ? total / 8 : total / 8 + 1);
}

void check_weights(const MappingProblem& p, Findings& out) {
  const std::int64_t width = p.board.chip.core.weight_bits.value;
  std::vector<bool> offloaded(p.program->stages.size(), false);  // the device has no synapses
  for (const Tile& tile : p.tiles) offloaded[tile.stage.value()] = tile.engine == Engine::kOffload;
  for (std::size_t s = 0; s < p.program->stages.size(); ++s) {
    const Stage& stage = p.program->stages[s];
    std::int64_t needed = 0;
    if (stage.kind == StageKind::kLif) needed = bits_of(stage.sparse ? sparse_weights(stage) : stage.conv.weight);
    for (std::int64_t bits = 1; stage.kind == StageKind::kLinear && needed == 0; ++bits) {
      const std::int64_t half = (std::int64_t{1} << bits) / 2;
      if (std::all_of(stage.linear.weight.begin(), stage.linear.weight.end(),
                      [&](std::int8_t w) { return w >= -half && w < half; }))
        needed = bits;
    }
    if (needed > width && !offloaded[s])
      out.add({.kind = FindingKind::kCapacity,
               .stage = StageId(s),
               .text = fmt::format("weights of {} need {} bits, a synapse has {}", stage.name, needed, width)});
  }
}

}  // namespace ranvier::mapper::verify_parts
