// SPDX-License-Identifier: Apache-2.0
#include "rtl/core_tile.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace ranvier::rtl {
namespace {

int bits_of(std::int32_t count) { return std::bit_width(static_cast<unsigned>(count - 1)); }
int group_bits(const CoreLimits& c) { return bits_of(c.neurons / c.lanes); }
int token_bits(const CoreLimits& c) { return bits_of(c.tokens); }
int row_bits(const CoreLimits& c) { return bits_of(c.axons) + group_bits(c); }

/// Appends fields to a word, low ones first.
class Fields {
 public:
  Fields& add(std::int64_t value, int width) {
    const std::uint64_t bits = static_cast<std::uint64_t>(value) & ((std::uint64_t{1} << width) - 1);
    const auto at = static_cast<std::size_t>(used_ / 32);
    const std::uint64_t shifted = bits << (used_ % 32);
    word_[at] |= static_cast<std::uint32_t>(shifted);
    if ((shifted >> 32) != 0) word_[at + 1] |= static_cast<std::uint32_t>(shifted >> 32);
    used_ += width;
    return *this;
  }
  const ConfigWord& word() const { return word_; }

 private:
  ConfigWord word_{};
  int used_ = 0;
};

/// Calls `f(lane, neuron)` for the lanes of a group that hold a neuron.
template <class F>
void for_lanes(const CoreTile& tile, std::int32_t group, F f) {
  for (std::int32_t lane = 0; lane < tile.limits.lanes; ++lane) {
    const std::int32_t neuron = group * tile.limits.lanes + lane;
    if (neuron < tile.neurons) f(lane, neuron);
  }
}

std::size_t at(std::int32_t row, std::int32_t width, std::int32_t column) {
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(width) + static_cast<std::size_t>(column);
}

}  // namespace

int channel_bits(const CoreLimits& limits) { return std::max(bits_of(limits.axons), bits_of(limits.neurons)); }

std::int32_t axon_of(const CoreTile& tile, const CoreEvent& event) {
  return event.token << channel_bits(tile.limits) | event.channel;
}

CoreEvent listed_event(const CoreTile& tile, std::int32_t axon, std::int32_t payload) {
  const int bits = channel_bits(tile.limits);
  return {axon >> bits, axon & ((1 << bits) - 1), payload, false};
}

ConfigWord control_word(const CoreTile& tile) {
  return Fields()
      .add(tile.groups() - 1, group_bits(tile.limits))
      .add(tile.tokens - 1, token_bits(tile.limits))
      .add(tile.hi - tile.lo, 8)
      .add(tile.graded, 1)
      .add(static_cast<int>(tile.kind), 2)
      .add(tile.listed(), 1)
      .word();
}

ConfigWord register_word(const CoreTile& tile, std::uint32_t number) {
  const NeuronRegisters& r = tile.registers;
  if (number == 1) return Fields().add(r.current_decay, 13).add(r.voltage_decay, 13).word();
  if (number == 2) return Fields().add(r.refractory, 8).add(r.shift, 5).add(r.subtract, 1).word();
  return Fields().add(r.burst, 3).add(r.halves, 3).add(r.classic, 1).add(r.pair, 1).word();
}

ConfigWord synapse_word(const CoreTile& tile, std::int32_t axon, std::int32_t group) {
  Fields fields;
  for_lanes(tile, group, [&](std::int32_t, std::int32_t neuron) {
    fields.add(tile.weight[at(axon, tile.neurons, neuron)], tile.limits.weight_bits);
  });
  return fields.word();
}

ConfigWord listed_weights(const CoreTile& tile, std::int32_t word) {
  Fields fields;
  for (std::int32_t lane = 0; lane < tile.limits.lanes; ++lane) {
    fields.add(tile.word_weight[at(word, tile.limits.lanes, lane)], tile.limits.weight_bits);
  }
  return fields.word();
}

ConfigWord axon_word(const CoreTile& tile, std::int32_t axon) {
  const AxonList& list = tile.lists[static_cast<std::size_t>(axon)];
  const int bits = bits_of(tile.limits.list_entries);
  return Fields().add(list.first, bits).add(list.count, bits + 1).add(list.base, row_bits(tile.limits)).word();
}

ConfigWord entry_word(const CoreTile& tile, std::int32_t entry) {
  const ListEntry& e = tile.entries[static_cast<std::size_t>(entry)];
  return Fields()
      .add(e.group, group_bits(tile.limits))
      .add(e.token, token_bits(tile.limits))
      .add(e.word, row_bits(tile.limits))
      .word();
}

ConfigWord threshold_word(const CoreTile& tile, std::int32_t group) {
  ConfigWord word{};
  // Lanes without a neuron rest at 0, their weights are 0: the largest threshold keeps them from firing.
  for (std::int32_t lane = 0; lane < tile.limits.lanes; ++lane) {
    const std::int32_t neuron = group * tile.limits.lanes + lane;
    const std::int32_t threshold = neuron < tile.neurons ? tile.threshold[static_cast<std::size_t>(neuron)]
                                                         : std::numeric_limits<std::int32_t>::max();
    word[static_cast<std::size_t>(lane)] = static_cast<std::uint32_t>(threshold);
  }
  return word;
}

ConfigWord bias_word(const CoreTile& tile, std::int32_t group) {
  ConfigWord word{};
  if (tile.bias.empty()) return word;
  for_lanes(tile, group, [&](std::int32_t lane, std::int32_t neuron) {
    word[static_cast<std::size_t>(lane)] = static_cast<std::uint32_t>(tile.bias[static_cast<std::size_t>(neuron)]);
  });
  return word;
}

ConfigWord dynamics_word(const CoreTile& tile, const std::vector<NeuronState>& state, std::int32_t token,
                         std::int32_t group, int half) {
  ConfigWord word{};
  for_lanes(tile, group, [&](std::int32_t lane, std::int32_t neuron) {
    const NeuronState& s = state[at(token, tile.neurons, neuron)];
    word[static_cast<std::size_t>(lane)] = static_cast<std::uint32_t>(half == 0 ? s.lower : s.upper);
  });
  return word;
}

void unpack_dynamics_word(const CoreTile& tile, const ConfigWord& word, std::int32_t token, std::int32_t group,
                          int half, std::vector<NeuronState>& state) {
  for_lanes(tile, group, [&](std::int32_t lane, std::int32_t neuron) {
    NeuronState& s = state[at(token, tile.neurons, neuron)];
    (half == 0 ? s.lower : s.upper) = static_cast<std::int32_t>(word[static_cast<std::size_t>(lane)]);
  });
}

ConfigWord state_word(const CoreTile& tile, const std::vector<NeuronState>& state, std::int32_t token,
                      std::int32_t group) {
  ConfigWord word{};
  for_lanes(tile, group, [&](std::int32_t lane, std::int32_t neuron) {
    const NeuronState& s = state[at(token, tile.neurons, neuron)];
    word[static_cast<std::size_t>(lane)] =
        static_cast<std::uint32_t>(s.potential) << 8 | static_cast<std::uint32_t>(s.code - tile.lo);
  });
  return word;
}

void unpack_state_word(const CoreTile& tile, const ConfigWord& word, std::int32_t token, std::int32_t group,
                       std::vector<NeuronState>& state) {
  for_lanes(tile, group, [&](std::int32_t lane, std::int32_t neuron) {
    const std::uint32_t bits = word[static_cast<std::size_t>(lane)];
    NeuronState& s = state[at(token, tile.neurons, neuron)];
    s.potential = static_cast<std::int32_t>(bits) >> 8;
    s.code = static_cast<std::int32_t>(bits & 0xff) + tile.lo;
  });
}

std::uint32_t word_address(std::int32_t row, std::int32_t group, const CoreLimits& limits) {
  return static_cast<std::uint32_t>(row) << group_bits(limits) | static_cast<std::uint32_t>(group);
}

std::uint32_t dynamics_address(const CoreTile& tile, std::int32_t token, std::int32_t group, int half) {
  return static_cast<std::uint32_t>(half) << (token_bits(tile.limits) + group_bits(tile.limits)) |
         word_address(token, group, tile.limits);
}

std::vector<NeuronState> initial_state(const CoreTile& tile) {
  std::vector<NeuronState> state;
  state.reserve(tile.potential.size());
  for (const std::int32_t v : tile.potential) state.push_back({v, 0});
  for (std::size_t i = 0; i < tile.membrane.size(); ++i) state[i].upper = tile.membrane[i];
  return state;
}

}  // namespace ranvier::rtl
