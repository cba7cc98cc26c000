// SPDX-License-Identifier: Apache-2.0
#include "rtl/plastic/plastic_tile.h"

#include <bit>

namespace ranvier::rtl {
namespace {

constexpr int kGroupBits = std::bit_width(static_cast<unsigned>(kPlasticNeurons / kPlasticLanes - 1));
constexpr int kAxonBits = std::bit_width(static_cast<unsigned>(kPlasticAxons - 1));
constexpr std::int32_t kNeverReached = kPlasticPotentialMax;  // V > this never holds

/// Writes values to ascending bits.
class BitWriter {
 public:
  explicit BitWriter(PlasticWord& word) : word_(word) {}
  void put(int width, std::int32_t value) {
    for (int i = 0; i < width; ++i, ++at_) {
      word_[at_ / 32] |= ((static_cast<std::uint32_t>(value) >> i) & 1u) << (at_ % 32);
    }
  }

 private:
  PlasticWord& word_;
  std::size_t at_ = 0;
};

class BitReader {
 public:
  explicit BitReader(const PlasticWord& word) : word_(word) {}
  std::int32_t get(int width) {
    std::uint32_t value = 0;
    for (int i = 0; i < width; ++i, ++at_) value |= ((word_[at_ / 32] >> (at_ % 32)) & 1u) << i;
    return static_cast<std::int32_t>(value);
  }
  std::int32_t get_signed(int width) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(get(width)) << (32 - width)) >> (32 - width);
  }

 private:
  const PlasticWord& word_;
  std::size_t at_ = 0;
};

std::size_t at(const PlasticTile& tile, std::int32_t axon, std::int32_t neuron) {
  return static_cast<std::size_t>(axon) * static_cast<std::size_t>(tile.neurons) + static_cast<std::size_t>(neuron);
}

/// Calls `f(neuron)` for every lane of a group; -1 for one without a neuron.
template <class F>
void for_lanes(const PlasticTile& tile, std::int32_t group, F f) {
  for (std::int32_t n = group * kPlasticLanes; n < (group + 1) * kPlasticLanes; ++n) f(n < tile.neurons ? n : -1);
}

}  // namespace

PlasticState initial_state(const PlasticTile& tile) {
  const auto neurons = static_cast<std::size_t>(tile.neurons), axons = static_cast<std::size_t>(tile.axons);
  return {tile.weight, std::vector<std::int32_t>(neurons), std::vector<std::int32_t>(neurons),
          std::vector<std::int32_t>(axons)};
}

PlasticWord control_word(const PlasticTile& tile) {
  PlasticWord word{};
  BitWriter w(word);
  const StdpRule& rule = tile.rule;
  w.put(kAxonBits, tile.axons - 1);
  w.put(kGroupBits, tile.groups() - 1);
  w.put(1, rule.learn);
  w.put(1, rule.nearest);
  w.put(1, tile.leaky);
  w.put(1, tile.subtract);
  w.put(4, tile.leak);
  w.put(4, rule.pre_decay);
  w.put(4, rule.post_decay);
  w.put(16, rule.pre_bump);
  w.put(16, rule.post_bump);
  w.put(8, rule.depress_gain);
  w.put(5, rule.depress_shift);
  w.put(8, rule.potentiate_gain);
  w.put(5, rule.potentiate_shift);
  w.put(16, rule.weight_min);
  w.put(16, rule.weight_max);
  return word;
}

PlasticWord threshold_word(const PlasticTile& tile, std::int32_t group) {
  PlasticWord word{};
  BitWriter w(word);
  for_lanes(tile, group,
            [&](std::int32_t n) { w.put(24, n < 0 ? kNeverReached : tile.threshold[static_cast<std::size_t>(n)]); });
  return word;
}

PlasticWord weight_word(const PlasticTile& tile, const PlasticState& state, std::int32_t axon, std::int32_t group) {
  PlasticWord word{};
  BitWriter w(word);
  for_lanes(tile, group, [&](std::int32_t n) { w.put(16, n < 0 ? 0 : state.weight[at(tile, axon, n)]); });
  return word;
}

PlasticWord state_word(const PlasticTile& tile, const PlasticState& state, std::int32_t group) {
  PlasticWord word{};
  BitWriter w(word);
  for_lanes(tile, group, [&](std::int32_t n) {
    w.put(24, n < 0 ? 0 : state.potential[static_cast<std::size_t>(n)]);
    w.put(16, n < 0 ? 0 : state.post[static_cast<std::size_t>(n)]);
  });
  return word;
}

PlasticWord pre_word(const PlasticState& state, std::int32_t axon) {
  return {static_cast<std::uint32_t>(state.pre[static_cast<std::size_t>(axon)])};
}

void unpack_weight_word(const PlasticTile& tile, const PlasticWord& word, std::int32_t axon, std::int32_t group,
                        PlasticState& state) {
  BitReader r(word);
  for_lanes(tile, group, [&](std::int32_t n) {
    const std::int32_t weight = r.get_signed(16);
    if (n >= 0) state.weight[at(tile, axon, n)] = static_cast<std::int16_t>(weight);
  });
}

void unpack_state_word(const PlasticTile& tile, const PlasticWord& word, std::int32_t group, PlasticState& state) {
  BitReader r(word);
  for_lanes(tile, group, [&](std::int32_t n) {
    const std::int32_t potential = r.get_signed(24), trace = r.get(16);
    if (n < 0) return;
    state.potential[static_cast<std::size_t>(n)] = potential;
    state.post[static_cast<std::size_t>(n)] = trace;
  });
}

std::uint32_t weight_address(std::int32_t axon, std::int32_t group) {
  return static_cast<std::uint32_t>(axon) << kGroupBits | static_cast<std::uint32_t>(group);
}

}  // namespace ranvier::rtl
