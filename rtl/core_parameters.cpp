// SPDX-License-Identifier: Apache-2.0
#include "rtl/core_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace ranvier::rtl {
namespace {

std::int32_t at_least(std::int64_t value) {
  return static_cast<std::int32_t>(std::bit_ceil(static_cast<std::uint64_t>(std::max<std::int64_t>(value, 2))));
}
std::int32_t at_most(std::int64_t value) {
  return static_cast<std::int32_t>(std::bit_floor(static_cast<std::uint64_t>(std::max<std::int64_t>(value, 2))));
}

CoreLimits with_lanes(std::int32_t lanes) {
  CoreLimits set;
  set.lanes = lanes;
  return set;
}

}  // namespace

CoreLimits core_parameters(const chips::CoreKind& core) {
  constexpr std::int64_t kStateBytes = 4;  // of a context: potential and tracer
  CoreLimits p;
  p.lanes = at_least(core.lanes.value);
  p.neurons = std::max(at_least(core.neurons.value), 2 * p.lanes);
  p.fifo = at_least(core.receive_fifo_events.value);
  // A weight times a payload of 9 bits is added to the upper 24 bits of a 32-bit word: 16 bits could leave it untold.
  p.weight_bits = static_cast<std::int32_t>(std::clamp<std::int64_t>(core.weight_bits.value, 2, 15));
  const std::int64_t synapses = core.synapse_memory.value.count() * 8 / p.weight_bits;
  const std::int64_t axons = core.fan_in_axons.value;
  p.axons = std::min(at_least(axons), at_most(synapses / p.neurons));
  p.tokens = at_most(core.state_memory.value.count() / (kStateBytes * p.neurons));
  p.sources = at_least(axons);
  p.list_entries = at_most(std::max<std::int64_t>(synapses / p.lanes, p.sources));
  return p;
}

std::vector<std::string> verilator_arguments(const CoreLimits& p) {
  return {fmt::format("-GMaxNeurons={}", p.neurons), fmt::format("-GMaxAxons={}", p.axons),
          fmt::format("-GMaxTokens={}", p.tokens),   fmt::format("-GLanes={}", p.lanes),
          fmt::format("-GFifoDepth={}", p.fifo),     fmt::format("-GWeightBits={}", p.weight_bits),
          fmt::format("-GMaxSources={}", p.sources), fmt::format("-GMaxList={}", p.list_entries)};
}

const std::vector<CoreLimits>& verilated_sets() {
  static const std::vector<CoreLimits> sets{kCoreLimits, with_lanes(8), with_lanes(4)};
  return sets;
}

const CoreLimits& verilated_set_for(const chips::CoreKind& core) {
  for (const CoreLimits& set : verilated_sets())
    if (set.lanes == core.lanes.value) return set;
  return verilated_sets().front();
}

std::unique_ptr<SpikeCorePort> make_fast_port(const CoreLimits& set) {
  if (set == verilated_sets()[0]) return make_fast_port();
  if (set == verilated_sets()[1]) return make_eight_lane_port(1);
  if (set == verilated_sets()[2]) return make_four_lane_port();
  throw std::logic_error("no Verilated rv_spike_core has these parameters");
}

}  // namespace ranvier::rtl
