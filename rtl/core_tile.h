// SPDX-License-Identifier: Apache-2.0
// What rv_spike_core is loaded with, and the events of its ports; how both lie in its memories. Indices are local to
// the tile. docs/reference/rv-spike-core.md has the layout.
#pragma once

#include <cstdint>
#include <vector>

#include "rtl/spike_core_port.h"

namespace ranvier::rtl {

/// An encoder of lo = hi = 0 never fires: the head.
struct CoreTile {
  std::int32_t neurons = 0;
  std::int32_t axons = 0;
  std::int32_t tokens = 0;
  bool graded = true;
  std::int32_t lo = 0;
  std::int32_t hi = 0;
  std::vector<std::int8_t> weight;      // [axon][neuron]
  std::vector<std::int32_t> threshold;  // [neuron]
  std::vector<std::int32_t> potential;  // [token][neuron], before the first event

  std::int32_t groups() const { return (neurons + kCoreLimits.lanes - 1) / kCoreLimits.lanes; }
  std::int32_t words() const { return tokens * groups(); }
};

struct CoreEvent {
  std::int32_t token = 0;
  std::int32_t channel = 0;
  std::int32_t payload = 0;
  bool direct = false;  // adds the payload itself to neuron `channel`
  friend bool operator==(const CoreEvent&, const CoreEvent&) = default;
};

struct CoreSpike {
  std::int32_t token = 0;
  std::int32_t neuron = 0;
  std::int32_t payload = 0;
  friend bool operator==(const CoreSpike&, const CoreSpike&) = default;
};

/// Potential and tracer (code) of one neuron and token.
struct NeuronState {
  std::int32_t potential = 0;
  std::int32_t code = 0;
  friend bool operator==(const NeuronState&, const NeuronState&) = default;
};

inline constexpr std::int32_t kPotentialMin = -(1 << 23), kPotentialMax = (1 << 23) - 1;
inline constexpr std::int32_t kThresholdMax = 1 << 20;
inline constexpr std::int32_t kPayloadMin = -256, kPayloadMax = 255;
inline constexpr std::int32_t kSpanMax = 255;    // hi - lo: the tracer is stored as 8 bits, code - lo
inline constexpr std::int64_t kDrainCycles = 1;  // of the accumulate pipeline, after the last event of a train

/// Occupancy of the core by one event of a train; a train keeps it busy for the sum of these and kDrainCycles.
constexpr std::int64_t event_cycles(const CoreTile& tile, const CoreEvent& event) {
  return 1 + (event.direct ? 1 : tile.groups());
}

ConfigWord control_word(const CoreTile& tile);
ConfigWord synapse_word(const CoreTile& tile, std::int32_t axon, std::int32_t group);
ConfigWord threshold_word(const CoreTile& tile, std::int32_t group);
/// `state` is [token][neuron].
ConfigWord state_word(const CoreTile& tile, const std::vector<NeuronState>& state, std::int32_t token,
                      std::int32_t group);
void unpack_state_word(const CoreTile& tile, const ConfigWord& word, std::int32_t token, std::int32_t group,
                       std::vector<NeuronState>& state);
std::uint32_t word_address(std::int32_t row, std::int32_t group);

std::vector<NeuronState> initial_state(const CoreTile& tile);

}  // namespace ranvier::rtl
