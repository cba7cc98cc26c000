// SPDX-License-Identifier: Apache-2.0
#include "rtl/hybrid/hybrid_cycles.h"

#include <bit>

namespace ranvier::rtl {
namespace {

constexpr std::int64_t kRoot = 7;      // reciprocal root, a step a cycle
constexpr std::int64_t kLoad = 2;      // of the sums of a cut row
constexpr std::int64_t kMapDepth = 3;  // from the last value of a word to its result
constexpr std::int64_t kDivide = 17;   // bits of a quotient
constexpr std::int64_t kProduct = 2;   // of a dense word, besides its inputs: the word is read, the last product added

/// Passes over the values of a row before its words fire.
std::int64_t pass_cycles(const HybridTile& tile) {
  const std::int64_t pass = 1 + tile.values;
  if (tile.map == HybridMap::kLayerNorm) return pass + kRoot;
  if (tile.map == HybridMap::kCutNorm) return kLoad + pass + kRoot;
  if (tile.map == HybridMap::kStatistics) return pass;
  if (tile.map != HybridMap::kSoftmax) return 0;
  // Dense scores are all in memory before the first pass.
  return 2 * pass + (tile.dense ? tile.row_words() * (tile.inputs + kProduct) : 0);
}

}  // namespace

std::int64_t event_cycles(const HybridTile& tile, const HybridEvent& event) {
  if (tile.events == HybridEvents::kElements || event.port == kDirectPort || tile.dense) return 2;
  return 1 + (event.port == 1 ? tile.tokens : tile.row_words());
}

std::int64_t tick_cycles(const HybridTile& tile, std::int64_t events) {
  if (tile.encoder == HybridEncoder::kNone && !tile.dense) return 0;
  const std::int64_t bits = std::bit_width(static_cast<unsigned>(tile.hi - tile.lo));
  const bool to_rest = tile.graded && tile.encoder == HybridEncoder::kStBif;
  std::int64_t word = 2 + 1 + (to_rest ? bits : 0);
  const bool maps = tile.map != HybridMap::kNone && tile.map != HybridMap::kStatistics;
  if (maps) word += kMapDepth;
  if (tile.map == HybridMap::kSoftmax) word += kDivide;
  if (tile.map == HybridMap::kNone && tile.dense) word += tile.inputs + 1;
  const std::int64_t mapped = maps ? tile.values : 0;
  const std::int64_t row = pass_cycles(tile) + mapped + tile.fired_words() * word;
  return std::int64_t{tile.tokens} * tile.rows * row + events;
}

}  // namespace ranvier::rtl
