// SPDX-License-Identifier: Apache-2.0
// Synapse memory; docs/explanation/mapping.md has the formulas.
#include "mapper/synapse_storage.h"

#include <algorithm>
#include <bit>

#include "mapper/delivery.h"
#include "workloads/conv.h"
#include "workloads/sparse_synapses.h"

namespace ranvier::mapper {

using workloads::Stage;
using workloads::StageKind;

namespace {

std::int64_t divided_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Least b with -2^(b-1) <= low and high < 2^(b-1).
std::int32_t twos_complement_bits(std::int64_t low, std::int64_t high) {
  const std::int64_t magnitude = std::max(high, -low - 1);
  return 1 +
         static_cast<std::int32_t>(std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(0, magnitude))));
}

workloads::SparseSynapses::WeightRange weights_of(const Stage& stage) {
  if (stage.sparse) return stage.sparse->weights();
  workloads::SparseSynapses::WeightRange range;
  for (const std::int16_t w : stage.conv.weight) {
    range.low = std::min<std::int32_t>(range.low, w);
    range.high = std::max<std::int32_t>(range.high, w);
    range.together |= static_cast<std::uint32_t>(static_cast<std::int32_t>(w));
  }
  return range;
}

std::int32_t lif_bits(const Stage& stage) {
  const auto [low, high, together] = weights_of(stage);
  if (together == 0) return 1;
  const std::int32_t unit = std::int32_t{1} << std::countr_zero(together);
  if (low < 0 && high > 0) return 1 + twos_complement_bits(low / unit, high / unit);
  return 1 + static_cast<std::int32_t>(std::bit_width(static_cast<std::uint32_t>(std::max(-low, high) / unit)));
}

}  // namespace

SynapseLists synapse_lists(const workloads::Program& program, const Tile& tile) {
  const Stage& stage = program.stage(tile.stage);
  if (stage.kind == StageKind::kLinear) return {tile.inputs.size(), tile.outputs.size(), true};
  if (stage.kind != StageKind::kLif) return {};
  const workloads::ConvParams& conv = stage.conv;
  const std::int64_t targets = conv.depthwise ? 1 : tile.outputs.size();
  const Reach reach = reach_of(program, tile, 0);
  if (workloads::out_tokens(conv) == 1)
    return {std::int64_t{reach.tokens.size()} * reach.channels.size(), targets, true};
  // Axons whose position falls alike into the strides see the same kernel taps: they share a list.
  const std::int64_t phases = std::int64_t{conv.stride} * conv.stride;
  const std::int64_t taps = divided_up(conv.kernel_height, conv.stride) * divided_up(conv.kernel_width, conv.stride);
  return {reach.channels.size() * phases, taps * targets, false};
}

std::int64_t synapse_words(const chips::CoreKind& core, std::int64_t synapses, bool dense) {
  const std::int64_t word = core.synapse_word_bits.value;
  if (word == 0) return 0;
  const std::int64_t each = core.weight_bits.value + (dense ? 0 : core.synapse_index_bits.value);
  return divided_up(synapses, std::max<std::int64_t>(1, (word - core.synapse_word_overhead_bits.value) / each));
}

Bytes sparse_synapse_bytes(const chips::CoreKind& core, const Stage& stage, Range outputs) {
  if (stage.sparse->dense()) return synapse_bytes(core, {stage.sparse->sources(), outputs.size(), true});
  std::vector<std::int64_t> lists(static_cast<std::size_t>(outputs.size()) + 1);  // by synapses
  for (std::int32_t s = 0; s < stage.sparse->sources(); ++s)
    ++lists[static_cast<std::size_t>(stage.sparse->count(s, {outputs.begin, outputs.end}))];
  Bytes sum;
  for (std::size_t n = 1; n < lists.size(); ++n)
    sum += synapse_bytes(core, {lists[n], static_cast<std::int64_t>(n), false});
  return sum;
}

Bytes synapse_bytes(const chips::CoreKind& core, const SynapseLists& lists) {
  const std::int64_t each = core.weight_bits.value + (lists.dense ? 0 : core.synapse_index_bits.value);
  const std::int64_t word = core.synapse_word_bits.value;
  if (word == 0) return Bytes(divided_up(lists.lists * lists.synapses * each, 8));
  return Bytes(divided_up(lists.lists * synapse_words(core, lists.synapses, lists.dense) * word, 8));
}

std::int32_t weight_bits_needed(const Stage& stage) {
  if (stage.kind == StageKind::kLif) return lif_bits(stage);
  if (stage.kind != StageKind::kLinear || stage.linear.weight.empty()) return 0;
  const auto [low, high] = std::minmax_element(stage.linear.weight.begin(), stage.linear.weight.end());
  return twos_complement_bits(*low, *high);
}

}  // namespace ranvier::mapper
