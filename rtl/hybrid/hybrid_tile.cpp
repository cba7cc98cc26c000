// SPDX-License-Identifier: Apache-2.0
#include "rtl/hybrid/hybrid_tile.h"

#include <algorithm>
#include <bit>

namespace ranvier::rtl {
namespace {

/// Calls `f(lane, output)` for the lanes of a word that hold an output.
template <class F>
void for_lanes(const HybridTile& tile, std::int32_t word, F f) {
  const std::int32_t first = word % tile.row_words() * kHybridLanes;
  for (std::int32_t lane = 0; lane < kHybridLanes && first + lane < tile.values; ++lane)
    f(lane, tile.output_at(word * kHybridLanes + lane));
}

std::uint64_t field(std::int64_t value) { return static_cast<std::uint64_t>(value); }

}  // namespace

void put_bits(HybridWord& word, int at, int width, std::uint64_t value) {
  for (int i = 0; i < width; ++i) {
    const auto bit = static_cast<std::size_t>(at + i);
    word[bit / 32] |= static_cast<std::uint32_t>((value >> i) & 1) << (bit % 32);
  }
}

HybridWord control_word(const HybridTile& tile) {
  HybridWord word{};
  int at = 0;
  const auto put = [&](int width, std::uint64_t value) {
    put_bits(word, at, width, value);
    at += width;
  };
  put(1, tile.events == HybridEvents::kElements);
  put(1, tile.key_to_row);
  put(1, tile.keeps());
  put(1, tile.dense);
  put(1, tile.graded);
  put(3, field(static_cast<std::int64_t>(tile.map)));
  put(2, field(static_cast<std::int64_t>(tile.encoder)));
  put(10, field(tile.lo));
  put(10, field(tile.hi));
  put(4, static_cast<std::uint64_t>(std::bit_width(static_cast<unsigned>(tile.hi - tile.lo))));
  put(6, field(tile.tokens - 1));
  put(4, field(tile.rows - 1));
  put(4, field(tile.fired_words() - 1));
  put(8, field(tile.values - 1));
  put(8, field(tile.inputs - 1));
  put(8, field(tile.row_stride));
  put(8, field(tile.code_stride));
  for (std::size_t port = 0; port < 4; ++port) put(16, port < tile.gain.size() ? field(tile.gain[port]) : 1);
  put(32, field(tile.first_code));
  put(32, field(tile.scale));
  put(62, field(tile.epsilon));
  put(1, tile.zeros);
  return word;
}

HybridWord axon_word(const AxonEntry& entry) {
  HybridWord word{};
  put_bits(word, 0, 8, field(entry.row));
  put_bits(word, 8, 8, field(entry.code));
  put_bits(word, 16, 8, field(entry.output));
  put_bits(word, 24, 4, field(entry.words - 1));
  return word;
}

HybridWord lanes_word(const HybridTile& tile, const std::int32_t* values, std::int32_t word, int bits,
                      std::int32_t filler) {
  HybridWord lanes{};
  std::array<std::int32_t, kHybridLanes> value;
  value.fill(filler);
  for_lanes(tile, word,
            [&](std::int32_t lane, std::int32_t output) { value[static_cast<std::size_t>(lane)] = values[output]; });
  for (std::size_t lane = 0; lane < value.size(); ++lane) {
    if (bits == 32)
      lanes[lane] = static_cast<std::uint32_t>(value[lane]);
    else
      put_bits(lanes, static_cast<int>(lane) * bits, bits, field(value[lane]));
  }
  return lanes;
}

void unpack_lanes(const HybridTile& tile, const HybridWord& lanes, std::int32_t word, int bits, std::int32_t* values) {
  for_lanes(tile, word, [&](std::int32_t lane, std::int32_t output) {
    const auto at = static_cast<std::size_t>(lane) * static_cast<std::size_t>(bits);
    std::uint64_t pair = lanes[at / 32];
    if (at / 32 + 1 < lanes.size()) pair |= static_cast<std::uint64_t>(lanes[at / 32 + 1]) << 32;
    const auto raw = static_cast<std::uint32_t>(pair >> (at % 32)) << (32 - bits);
    values[output] = static_cast<std::int32_t>(raw) >> (32 - bits);
  });
}

std::int32_t codes_of(const HybridTile& tile) {
  if (!tile.keeps()) return 0;
  std::int32_t codes = 0;
  for (const AxonEntry& axon : tile.axons[0]) codes = std::max(codes, axon.code + 1);
  return codes;
}

std::int32_t operand_rows_of(const HybridTile& tile) {
  std::int32_t rows = 0;
  for (const AxonEntry& axon : tile.axons[0]) rows = std::max(rows, axon.row + 1);
  return rows;
}

HybridState initial_state(const HybridTile& tile) {
  const auto contexts = static_cast<std::size_t>(tile.tokens) * static_cast<std::size_t>(tile.outputs());
  HybridState state;
  state.sums = tile.start.empty() ? std::vector<std::int32_t>(contexts) : tile.start;
  state.codes = tile.is_dense_head() ? state.sums : std::vector<std::int32_t>(contexts);
  state.inputs.assign(static_cast<std::size_t>(tile.tokens) * static_cast<std::size_t>(codes_of(tile)), 0);
  if (tile.map == HybridMap::kCutNorm)
    state.row_sums.assign(static_cast<std::size_t>(tile.tokens) * static_cast<std::size_t>(kStatisticsLanes), 0);
  if (tile.events == HybridEvents::kProduct) {
    state.operands.assign(static_cast<std::size_t>(operand_rows_of(tile)) * static_cast<std::size_t>(tile.words()), {});
  }
  return state;
}

bool codes_lie_in_sums(const HybridTile& tile) {
  return tile.encoder != HybridEncoder::kStBif && !tile.is_dense_head();
}

std::vector<std::int32_t> codes_in(const HybridTile& tile, const HybridState& state) {
  if (tile.map == HybridMap::kStatistics) return {};  // it has none
  return codes_lie_in_sums(tile) ? state.sums : state.codes;
}

std::vector<std::int64_t> potentials_in(const HybridTile& tile, const HybridState& state) {
  if (tile.map != HybridMap::kNone || tile.dense) return {};  // f(X) is made when the tile fires, and not kept
  std::vector<std::int64_t> all(state.sums.begin(), state.sums.end());
  if (tile.encoder != HybridEncoder::kStBif) return all;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::int64_t theta = tile.theta[i % tile.theta.size()];
    all[i] += theta / 2 - theta * state.codes[i];
  }
  return all;
}

}  // namespace ranvier::rtl
