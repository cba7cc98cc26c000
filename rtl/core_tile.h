// SPDX-License-Identifier: Apache-2.0
// What rv_spike_core is loaded with, and the events of its ports; how both lie in its memories. Indices are local to
// the tile. docs/reference/rv-spike-core.md has the layout.
#pragma once

#include <cstdint>
#include <vector>

#include "rtl/spike_core_port.h"

namespace ranvier::rtl {

/// kLif: IF too, which does not decay. kBurst: classic IF of rate semantics too.
enum class CoreNeuron : std::uint8_t { kStBif = 0, kLif = 1, kCuba = 2, kBurst = 3 };

/// Registers of the neurons other than ST-BIF; docs/explanation/integer-units.md 7 and methods.md 2 have the equations.
struct NeuronRegisters {
  std::int32_t current_decay = 4096;  // kCuba, of 4096
  std::int32_t voltage_decay = 0;     // kLif, kCuba
  std::int32_t refractory = 0;        // steps
  std::int32_t shift = 0;             // kCuba: of the sum of weights
  bool subtract = false;              // kLif, kCuba: reset by subtraction
  std::int32_t burst = 0;             // kBurst: most corrections a step, up to 4
  std::int32_t halves = 0;            // kBurst: start in halves of a unit
  bool classic = false;               // kBurst: IF
  bool pair = false;                  // kBurst: two of them
};

/// A synapse list: entries [first, first + count), their words of weights counted from `base`.
struct AxonList {
  std::int32_t base = 0;
  std::int32_t first = 0;
  std::int32_t count = 0;
};
/// Adds `word` times the payload to the neurons of `group` of `token`. Neighbours in a list reach different words.
struct ListEntry {
  std::int32_t token = 0;
  std::int32_t group = 0;
  std::int32_t word = 0;
};

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
  std::vector<std::int32_t> potential;  // [token][neuron], before the first event; kLif, kCuba: sums, 0
  CoreNeuron kind = CoreNeuron::kStBif;
  NeuronRegisters registers{};
  std::vector<std::int32_t> bias{};         // [neuron], added in every step; empty: 0. Not ST-BIF
  std::vector<std::int32_t> membrane{};     // [token][neuron], before the first step; empty: 0. kLif, kCuba
  std::vector<AxonList> lists{};            // by axon; not empty: in place of `weight`, and `axons` is 0
  std::vector<ListEntry> entries{};         // of all lists
  std::vector<std::int16_t> word_weight{};  // [word][lane]
  CoreLimits limits = kCoreLimits;

  bool listed() const { return !lists.empty(); }
  std::int32_t groups() const { return (neurons + limits.lanes - 1) / limits.lanes; }
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

/// State of one neuron and token: ST-BIF potential and tracer (code); kLif and kCuba the sum that arrived and the steps
/// still held; kBurst the residual. Then u and v, or M+ and M-.
struct NeuronState {
  std::int32_t potential = 0;
  std::int32_t code = 0;
  std::int32_t lower = 0;
  std::int32_t upper = 0;
  friend bool operator==(const NeuronState&, const NeuronState&) = default;
};

inline constexpr std::int32_t kPotentialMin = -(1 << 23), kPotentialMax = (1 << 23) - 1;
inline constexpr std::int32_t kThresholdMax = 1 << 20;
inline constexpr std::int32_t kPayloadMin = -256, kPayloadMax = 255;
inline constexpr std::int32_t kSpanMax = 255;    // hi - lo: the tracer is stored as 8 bits, code - lo
inline constexpr std::int64_t kDrainCycles = 1;  // of the accumulate pipeline, after the last event of a train

/// Bits of the port's channel; an axon of a listed tile is {token, channel}.
int channel_bits(const CoreLimits& limits);
std::int32_t axon_of(const CoreTile& tile, const CoreEvent& event);
CoreEvent listed_event(const CoreTile& tile, std::int32_t axon, std::int32_t payload);

/// Occupancy of the core by one event of a train; a train keeps it busy for the sum of these and, where the last one of
/// them reached a word, kDrainCycles.
inline std::int64_t event_cycles(const CoreTile& tile, const CoreEvent& event) {
  if (event.direct) return 2;
  if (tile.listed()) return 2 + tile.lists[static_cast<std::size_t>(axon_of(tile, event))].count;
  return 1 + tile.groups();
}
inline std::int64_t drain_cycles(const CoreTile& tile, const CoreEvent& last) {
  const bool nothing =
      !last.direct && tile.listed() && tile.lists[static_cast<std::size_t>(axon_of(tile, last))].count == 0;
  return nothing ? 0 : kDrainCycles;
}

ConfigWord control_word(const CoreTile& tile);
/// Registers 1 to 3.
ConfigWord register_word(const CoreTile& tile, std::uint32_t number);
ConfigWord bias_word(const CoreTile& tile, std::int32_t group);
/// `half` 0: lower, 1: upper.
ConfigWord dynamics_word(const CoreTile& tile, const std::vector<NeuronState>& state, std::int32_t token,
                         std::int32_t group, int half);
void unpack_dynamics_word(const CoreTile& tile, const ConfigWord& word, std::int32_t token, std::int32_t group,
                          int half, std::vector<NeuronState>& state);
ConfigWord axon_word(const CoreTile& tile, std::int32_t axon);
ConfigWord entry_word(const CoreTile& tile, std::int32_t entry);
/// Word `word` of the weights of a listed tile.
ConfigWord listed_weights(const CoreTile& tile, std::int32_t word);
ConfigWord synapse_word(const CoreTile& tile, std::int32_t axon, std::int32_t group);
ConfigWord threshold_word(const CoreTile& tile, std::int32_t group);
/// `state` is [token][neuron].
ConfigWord state_word(const CoreTile& tile, const std::vector<NeuronState>& state, std::int32_t token,
                      std::int32_t group);
void unpack_state_word(const CoreTile& tile, const ConfigWord& word, std::int32_t token, std::int32_t group,
                       std::vector<NeuronState>& state);
std::uint32_t word_address(std::int32_t row, std::int32_t group, const CoreLimits& limits = kCoreLimits);
std::uint32_t dynamics_address(const CoreTile& tile, std::int32_t token, std::int32_t group, int half);

std::vector<NeuronState> initial_state(const CoreTile& tile);

}  // namespace ranvier::rtl
