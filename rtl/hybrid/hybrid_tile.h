// SPDX-License-Identifier: Apache-2.0
// What rv_hybrid_core is loaded with, and how it lies in its memories: docs/reference/rv-hybrid-core.md has the layout.
// Outputs are numbered in words of kHybridLanes: each row (a head of a product, else the whole token) begins a word.
#pragma once

#include <cstdint>
#include <vector>

#include "rtl/hybrid/hybrid_port.h"

namespace ranvier::rtl {

/// kStatistics: a row's sum and sum of squares, in kStatisticsLanes lanes of a word, instead of its values. kCutNorm:
/// kLayerNorm of a row whose other values are elsewhere; those sums of it arrive.
enum class HybridMap : std::uint8_t { kNone, kTable, kLayerNorm, kAffine, kSoftmax, kStatistics, kCutNorm };
/// With a gain and a bias by channel.
inline bool normalises(HybridMap map) {
  return map == HybridMap::kLayerNorm || map == HybridMap::kAffine || map == HybridMap::kCutNorm;
}
enum class HybridEncoder : std::uint8_t { kNone, kStBif, kDifference };
enum class HybridEvents : std::uint8_t { kRows, kProduct, kElements };

/// Largest tile of the core as it is Verilated.
struct HybridLimits {
  std::int32_t outputs = 256;  // with each row's last word filled up
  std::int32_t operand_rows = 256;
  std::int32_t codes = 256;  // input codes of a token
  std::int32_t tokens = 64;
  std::int32_t keys = 256;
  std::int32_t ports = 4;
  std::int32_t table = 512;
};
inline constexpr HybridLimits kHybridLimits;
inline constexpr std::int32_t kStatisticsLanes = 3;
inline constexpr std::int32_t kDirectPort = 7;
inline constexpr std::int32_t kHybridPayloadMin = -256, kHybridPayloadMax = 255;  // but of element events: 24 bits
inline constexpr std::int32_t kHybridThresholdMax = 1 << 20;

/// Where an event of a channel goes: operand row, input code, first output, words of the row.
struct AxonEntry {
  std::int32_t row = 0;
  std::int32_t code = 0;
  std::int32_t output = 0;
  std::int32_t words = 1;
};

struct HybridTile {
  HybridEvents events = HybridEvents::kRows;
  bool key_to_row = false;  // product: the key of a column event counts rows and codes (mix), else outputs (scores)
  bool dense = false;
  bool graded = true;
  bool zeros = false;  // every output is sent, changed or not
  HybridMap map = HybridMap::kNone;
  HybridEncoder encoder = HybridEncoder::kStBif;
  std::int32_t lo = 0;
  std::int32_t hi = 0;
  std::int32_t tokens = 1;
  std::int32_t rows = 1;    // of a token
  std::int32_t values = 1;  // of a row
  std::int32_t keys = 0;    // product
  std::int32_t inputs = 1;  // dense: of a row
  std::int32_t row_stride = 0;
  std::int32_t code_stride = 0;
  std::vector<std::int32_t> gain;  // by port
  std::int32_t first_code = 0;
  std::int32_t scale = 0;  // softmax; LayerNorm: values of the whole row
  std::int64_t epsilon = 0;
  std::vector<AxonEntry> axons[2];   // by port, channel
  std::vector<HybridWord> operands;  // at the start: [row][word], 9 bits a lane; LayerNorm: gain and bias by channel
  std::vector<std::int32_t> theta;   // by row and value
  std::vector<std::int32_t> start;   // sums before the first event: [token][row and value]
  std::vector<std::int32_t> table;   // of the map

  std::int32_t row_words() const { return (values + kHybridLanes - 1) / kHybridLanes; }
  std::int32_t words() const { return rows * row_words(); }
  std::int32_t outputs() const { return rows * values; }
  /// Words and outputs of a row that fire.
  std::int32_t fired_words() const { return map == HybridMap::kStatistics ? 1 : row_words(); }
  std::int32_t fired_outputs() const { return map == HybridMap::kStatistics ? kStatisticsLanes : outputs(); }
  /// The head: what it makes is read, never sent.
  bool is_dense_head() const { return encoder == HybridEncoder::kNone && dense; }
  bool row_sums() const { return map == HybridMap::kCutNorm; }  // arrive
  bool keeps() const { return events == HybridEvents::kProduct || dense; }
  /// Lane of output `o` of the tile, counted over all words of a token; and back.
  std::int32_t lane_of(std::int32_t o) const { return o / values * row_words() * kHybridLanes + o % values; }
  std::int32_t output_at(std::int32_t lane) const {
    const std::int32_t width = row_words() * kHybridLanes;
    return lane / width * values + lane % width;
  }
};

/// An event as the core's port takes it; indices are local to the tile.
struct HybridEvent {
  std::int32_t port = 0;
  std::int32_t token = 0;
  std::int32_t channel = 0;
  std::int32_t payload = 0;
};

struct HybridSpike {
  std::int32_t token = 0;
  std::int32_t output = 0;
  std::int32_t payload = 0;
  friend bool operator==(const HybridSpike&, const HybridSpike&) = default;
};

/// All that changes while a tile runs.
struct HybridState {
  std::vector<std::int32_t> sums;    // [token][output]
  std::vector<std::int32_t> codes;   // the same; of an encoder without tracer: what has been sent; of a dense head: its
                                     // sums as of its last tick
  std::vector<std::int16_t> inputs;  // [token][code], where row events leave theirs
  std::vector<HybridWord> operands;  // product: codes of the other stream, [row][word]
  std::vector<std::int32_t> row_sums;  // kCutNorm: [token][kStatisticsLanes], in the word behind the token's last
};
HybridState initial_state(const HybridTile& tile);
/// What CoreModel::codes() gives back: the sums, else the codes.
bool codes_lie_in_sums(const HybridTile& tile);
/// What CoreModel::codes() and potentials() are of a core in this state.
std::vector<std::int32_t> codes_in(const HybridTile& tile, const HybridState& state);
std::vector<std::int64_t> potentials_in(const HybridTile& tile, const HybridState& state);

HybridWord control_word(const HybridTile& tile);
HybridWord axon_word(const AxonEntry& entry);
/// `values` of one token, by output.
HybridWord lanes_word(const HybridTile& tile, const std::int32_t* values, std::int32_t word, int bits,
                      std::int32_t filler = 0);
void unpack_lanes(const HybridTile& tile, const HybridWord& lanes, std::int32_t word, int bits, std::int32_t* values);
/// Puts the low `width` bits of `value` at bit `at`.
void put_bits(HybridWord& word, int at, int width, std::uint64_t value);

/// How many input codes and operand rows of a token are in use.
std::int32_t codes_of(const HybridTile& tile);
std::int32_t operand_rows_of(const HybridTile& tile);

}  // namespace ranvier::rtl
