// SPDX-License-Identifier: Apache-2.0
#include "rtl/core_tile.h"

#include <bit>

namespace ranvier::rtl {
namespace {

constexpr std::int32_t kLanes = kCoreLimits.lanes;
constexpr std::int32_t kMaxGroups = kCoreLimits.neurons / kLanes;
constexpr int kGroupBits = std::bit_width(static_cast<unsigned>(kMaxGroups - 1));
constexpr int kTokenBits = std::bit_width(static_cast<unsigned>(kCoreLimits.tokens - 1));

/// Puts `width` bits of `value` at lane `lane` of a word whose lanes are `width` bits.
void put(ConfigWord& word, std::int32_t lane, int width, std::uint32_t value) {
  const std::size_t bit = static_cast<std::size_t>(lane) * static_cast<std::size_t>(width);
  const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  const std::uint64_t shifted = (value & mask) << (bit % 32);
  word[bit / 32] |= static_cast<std::uint32_t>(shifted);
  if ((shifted >> 32) != 0) word[bit / 32 + 1] |= static_cast<std::uint32_t>(shifted >> 32);
}

/// Calls `f(lane, neuron)` for the lanes of a group that hold a neuron.
template <class F>
void for_lanes(const CoreTile& tile, std::int32_t group, F f) {
  for (std::int32_t lane = 0; lane < kLanes; ++lane) {
    const std::int32_t neuron = group * kLanes + lane;
    if (neuron < tile.neurons) f(lane, neuron);
  }
}

std::size_t at(std::int32_t row, std::int32_t width, std::int32_t column) {
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(width) + static_cast<std::size_t>(column);
}

}  // namespace

ConfigWord control_word(const CoreTile& tile) {
  ConfigWord word{};
  word[0] = static_cast<std::uint32_t>(tile.groups() - 1) | static_cast<std::uint32_t>(tile.tokens - 1) << kGroupBits |
            static_cast<std::uint32_t>(tile.hi - tile.lo) << (kGroupBits + kTokenBits) |
            static_cast<std::uint32_t>(tile.graded) << (kGroupBits + kTokenBits + 8);
  return word;
}

ConfigWord synapse_word(const CoreTile& tile, std::int32_t axon, std::int32_t group) {
  ConfigWord word{};
  for_lanes(tile, group, [&](std::int32_t lane, std::int32_t neuron) {
    put(word, lane, 8, static_cast<std::uint32_t>(tile.weight[at(axon, tile.neurons, neuron)]));
  });
  return word;
}

ConfigWord threshold_word(const CoreTile& tile, std::int32_t group) {
  ConfigWord word{};
  // Lanes without a neuron rest at V = 0: the largest threshold keeps them from firing.
  for (std::int32_t lane = 0; lane < kLanes; ++lane) {
    const std::int32_t neuron = group * kLanes + lane;
    const std::int32_t threshold =
        neuron < tile.neurons ? tile.threshold[static_cast<std::size_t>(neuron)] : kPotentialMax;
    put(word, lane, 24, static_cast<std::uint32_t>(threshold));
  }
  return word;
}

ConfigWord state_word(const CoreTile& tile, const std::vector<NeuronState>& state, std::int32_t token,
                      std::int32_t group) {
  ConfigWord word{};
  for_lanes(tile, group, [&](std::int32_t lane, std::int32_t neuron) {
    const NeuronState& s = state[at(token, tile.neurons, neuron)];
    word[static_cast<std::size_t>(lane)] =
        (static_cast<std::uint32_t>(s.potential) & 0xffffffu) | static_cast<std::uint32_t>(s.code - tile.lo) << 24;
  });
  return word;
}

void unpack_state_word(const CoreTile& tile, const ConfigWord& word, std::int32_t token, std::int32_t group,
                       std::vector<NeuronState>& state) {
  for_lanes(tile, group, [&](std::int32_t lane, std::int32_t neuron) {
    const std::uint32_t bits = word[static_cast<std::size_t>(lane)];
    state[at(token, tile.neurons, neuron)] = {static_cast<std::int32_t>(bits << 8) >> 8,
                                              static_cast<std::int32_t>(bits >> 24) + tile.lo};
  });
}

std::uint32_t word_address(std::int32_t row, std::int32_t group) {
  return static_cast<std::uint32_t>(row) << kGroupBits | static_cast<std::uint32_t>(group);
}

std::vector<NeuronState> initial_state(const CoreTile& tile) {
  std::vector<NeuronState> state;
  state.reserve(tile.potential.size());
  for (const std::int32_t v : tile.potential) state.push_back({v, 0});
  return state;
}

}  // namespace ranvier::rtl
