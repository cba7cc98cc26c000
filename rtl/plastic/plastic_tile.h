// SPDX-License-Identifier: Apache-2.0
// What rv_plastic_core is loaded with, its events and state, and how they lie in its memories.
// docs/reference/rv-plastic-core.md has the layout, docs/explanation/plasticity.md the equations.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace ranvier::rtl {

/// The parameter set that is Verilated.
inline constexpr std::int32_t kPlasticNeurons = 256, kPlasticAxons = 256, kPlasticLanes = 16;
inline constexpr std::int32_t kPlasticPotentialMin = -(1 << 23), kPlasticPotentialMax = (1 << 23) - 1;
inline constexpr std::int32_t kTraceMax = 65535;

/// How the synapses of a tile learn. All shifts are 0 to 15, of the products 0 to 31.
struct StdpRule {
  bool learn = true;
  bool nearest = false;        // a spike sets its trace to the bump; else it adds it
  std::int32_t pre_decay = 4;  // a trace loses a 2^-this of itself a step
  std::int32_t post_decay = 4;
  std::int32_t pre_bump = 1024;  // 0 to 65535
  std::int32_t post_bump = 1024;
  std::int32_t depress_gain = 1;  // 0 to 255
  std::int32_t depress_shift = 4;
  std::int32_t potentiate_gain = 1;
  std::int32_t potentiate_shift = 4;
  std::int32_t weight_min = 0;      // 1/256 of a unit, -32768 to 0
  std::int32_t weight_max = 32767;  // 0 to 32767
};

struct PlasticTile {
  std::int32_t neurons = 0;
  std::int32_t axons = 0;
  bool subtract = false;  // a spike takes the threshold off the potential; else it becomes 0
  bool leaky = false;
  std::int32_t leak = 0;  // a potential loses a 2^-this of itself a step, 0 to 15
  StdpRule rule;
  std::vector<std::int16_t> weight;     // [axon][neuron], 1/256 of a unit, within the rule's bounds
  std::vector<std::int32_t> threshold;  // [neuron], 0 to 2^23 - 1; a spike above it, strictly

  std::int32_t groups() const { return (neurons + kPlasticLanes - 1) / kPlasticLanes; }
};

struct PlasticEvent {
  std::int32_t channel = 0;
  std::int32_t payload = 0;  // direct events only
  bool direct = false;       // adds the payload to the potential of neuron `channel`; else a spike of axon `channel`
  friend bool operator==(const PlasticEvent&, const PlasticEvent&) = default;
};

struct PlasticState {
  std::vector<std::int16_t> weight;     // [axon][neuron]
  std::vector<std::int32_t> potential;  // [neuron]
  std::vector<std::int32_t> post;       // [neuron]
  std::vector<std::int32_t> pre;        // [axon]
  friend bool operator==(const PlasticState&, const PlasticState&) = default;
};
PlasticState initial_state(const PlasticTile& tile);

enum class PlasticMemory : std::uint8_t { kWeights = 0, kState = 1, kThresholds = 2, kPre = 3, kControl = 4 };

/// A word of the config port: lanes times 40 bits.
using PlasticWord = std::array<std::uint32_t, kPlasticLanes * 40 / 32>;

PlasticWord control_word(const PlasticTile& tile);
PlasticWord threshold_word(const PlasticTile& tile, std::int32_t group);
PlasticWord weight_word(const PlasticTile& tile, const PlasticState& state, std::int32_t axon, std::int32_t group);
PlasticWord state_word(const PlasticTile& tile, const PlasticState& state, std::int32_t group);
PlasticWord pre_word(const PlasticState& state, std::int32_t axon);
void unpack_weight_word(const PlasticTile& tile, const PlasticWord& word, std::int32_t axon, std::int32_t group,
                        PlasticState& state);
void unpack_state_word(const PlasticTile& tile, const PlasticWord& word, std::int32_t group, PlasticState& state);
std::uint32_t weight_address(std::int32_t axon, std::int32_t group);

}  // namespace ranvier::rtl
