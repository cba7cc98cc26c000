// SPDX-License-Identifier: Apache-2.0
// The integer units. Tables are made at compile time with integer arithmetic only: no libm, no rounding luck.
#include "workloads/units.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>

namespace ranvier::workloads {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  const std::int64_t q = a / b;
  return q - (a % b != 0 && a < 0 ? 1 : 0);
}

constexpr std::uint64_t floor_square_root(Wide square) {
  std::uint64_t root = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const std::uint64_t tried = root | (std::uint64_t{1} << bit);
    if (Wide{tried} * tried <= square) root = tried;
  }
  return root;
}

/// round(2^31 / sqrt((j + 1/2) 2^24)) = round(sqrt(2^39 / (2j + 1))): the largest t with (2t - 1)^2 (2j + 1) <= 2^41.
constexpr std::array<std::uint16_t, 192> make_root_table() {
  std::array<std::uint16_t, 192> table{};
  for (std::uint64_t j = 64; j < 256; ++j) {
    const std::uint64_t odd = floor_square_root((std::uint64_t{1} << 41) / (2 * j + 1));
    table[j - 64] = static_cast<std::uint16_t>((odd + 1) / 2);
  }
  return table;
}
constexpr auto kRootTable = make_root_table();
static_assert(kRootTable.front() == 65281 && kRootTable.back() == 32800);

/// round(2^15 2^(-i/256)) through 2^(-1/2), 2^(-1/4), ... in units of 2^-62; every floor loses less than one unit, so
/// the product is at most kUnitsLost too small, and no entry lies that close to a tie.
struct ExponentialTable {
  std::array<std::uint16_t, 256> entry{};
  bool certain = true;
};
constexpr ExponentialTable make_exponential_table() {
  constexpr int kFraction = 62;
  constexpr std::uint64_t kUnitsLost = 64;
  std::array<std::uint64_t, 8> factor{};  // 2^(-2^b / 256)
  Wide previous = Wide{1} << (kFraction - 1);
  for (int b = 7; b >= 0; --b) {
    factor[static_cast<std::size_t>(b)] = floor_square_root(previous << kFraction);
    previous = factor[static_cast<std::size_t>(b)];
  }
  ExponentialTable table;
  for (std::size_t i = 0; i < 256; ++i) {
    std::uint64_t power = std::uint64_t{1} << kFraction;
    for (std::size_t b = 0; b < 8; ++b) {
      if ((i >> b & 1) != 0) power = static_cast<std::uint64_t>(Wide{power} * factor[b] >> kFraction);
    }
    constexpr std::uint64_t kHalf = std::uint64_t{1} << (kFraction - 15 - 1);
    table.entry[i] = static_cast<std::uint16_t>((power + kHalf) >> (kFraction - 15));
    if (table.entry[i] != (power + kUnitsLost + kHalf) >> (kFraction - 15)) table.certain = false;
  }
  return table;
}
constexpr ExponentialTable kExponentials = make_exponential_table();
static_assert(kExponentials.certain);
static_assert(kExponentials.entry[0] == 32768 && kExponentials.entry[128] == 23170);

}  // namespace

std::int32_t code_at_rest(std::int64_t total, std::int32_t threshold, std::int32_t lo, std::int32_t hi) {
  const std::int64_t code = floor_divide(total + threshold / 2, threshold);
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(code, lo, hi));
}

std::int32_t st_bif_to_rest(std::int32_t& potential, std::int32_t& tracer, std::int32_t threshold, std::int32_t lo,
                            std::int32_t hi) {
  const std::int64_t due = floor_divide(potential, threshold);
  const auto fires = static_cast<std::int32_t>(std::clamp<std::int64_t>(tracer + due, lo, hi) - tracer);
  potential -= threshold * fires;
  tracer += fires;
  return fires;
}

const std::array<std::uint16_t, 192>& reciprocal_root_table() { return kRootTable; }
const std::array<std::uint16_t, 256>& exponential_table() { return kExponentials.entry; }

RootOperand normalise_square(std::uint64_t square) {
  assert(square > 0 && square < std::uint64_t{1} << 62);
  const int exponent = (static_cast<int>(std::bit_width(square)) - 31) >> 1;
  const std::uint64_t mantissa = exponent >= 0 ? square >> (2 * exponent) : square << (-2 * exponent);
  return {static_cast<std::uint32_t>(mantissa), exponent};
}

std::uint32_t reciprocal_root(std::uint32_t mantissa) {
  assert(mantissa >= 1u << 30);
  const std::uint64_t m = mantissa;
  const std::uint64_t t = kRootTable[(mantissa >> 24) - 64];
  const std::uint64_t h = ((m * t) >> 16) * t;
  return static_cast<std::uint32_t>((t * ((std::uint64_t{3} << 32) - (h >> 14))) >> 33);
}

namespace {

void affine_range(const std::int32_t* x, std::int32_t first, std::int32_t end, const LayerNormParams& params,
                  std::int32_t* y) {
  constexpr std::int64_t kHalf = std::int64_t{1} << (kAffineFraction - 1);
  for (std::int32_t i = first; i < end; ++i) {
    const auto channel = static_cast<std::size_t>(i);
    const std::int64_t scaled = (std::int64_t{x[i - first]} * params.gain[channel] + kHalf) >> kAffineFraction;
    y[i - first] = static_cast<std::int32_t>(scaled) + params.bias[channel];
  }
}

/// Without change where they are those of a row of n channels.
RowStatistics within_range(const RowStatistics& row, std::int32_t n) {
  constexpr std::int64_t kMost = std::int64_t{1} << 15;
  return {std::clamp(row.sum, -n * kMost, n * kMost), std::clamp<std::int64_t>(row.squares, 0, n * kMost * kMost)};
}

}  // namespace

RowStatistics row_statistics(const std::int32_t* x, std::int32_t n) {
  RowStatistics row;
  for (std::int32_t i = 0; i < n; ++i) {
    row.sum += x[i];
    row.squares += std::int64_t{x[i]} * x[i];
  }
  return row;
}

void layer_norm_range(const std::int32_t* x, std::int32_t first, std::int32_t end, std::int32_t n,
                      const RowStatistics& row, const LayerNormParams& params, std::int32_t* y) {
  if (!params.normalise) return affine_range(x, first, end, params, y);
  assert(n <= kLayerNormMaxChannels);
  const bool whole = end - first == n;
  const auto [sum, squares] = whole ? row : within_range(row, n);
  const std::int64_t furthest =
      whole ? std::numeric_limits<std::int64_t>::max() : (n - 1) * std::int64_t{(1 << 16) - 2};
  const auto centred = [&, s = sum](std::int32_t i) {
    return std::clamp(std::int64_t{n} * x[i - first] - s, -furthest, furthest);
  };
  // The squares of these channels are part of the row's: only where the statistics lag behind are they more.
  std::int64_t own = 0;
  for (std::int32_t i = first; i < end; ++i) own += centred(i) * centred(i);
  const std::int64_t spread = whole ? own : std::max(n * (n * squares - sum * sum), own);
  constexpr std::uint64_t kMostSquare = (std::uint64_t{1} << 62) - 1;
  const std::uint64_t square = static_cast<std::uint64_t>(spread) + static_cast<std::uint64_t>(params.epsilon);
  const RootOperand operand = normalise_square(std::min(square, kMostSquare));
  const std::int64_t root = reciprocal_root(operand.mantissa);
  const int shift = 31 + kLayerNormFraction + operand.exponent;
  const std::int64_t half = std::int64_t{1} << (shift - 1);
  for (std::int32_t i = first; i < end; ++i) {
    const auto channel = static_cast<std::size_t>(i);
    const std::int64_t scaled = (centred(i) * root * params.gain[channel] + half) >> shift;
    y[i - first] = static_cast<std::int32_t>(scaled) + params.bias[channel];
  }
}

void layer_norm_row(const std::int32_t* x, std::int32_t n, const LayerNormParams& params, std::int32_t* y) {
  layer_norm_range(x, 0, n, n, row_statistics(x, n), params, y);
}

void softmax_row(const std::int32_t* scores, std::int32_t n, const SoftmaxParams& params, std::int32_t* y) {
  const std::int64_t greatest = *std::max_element(scores, scores + n);
  std::uint64_t sum = 0;
  for (std::int32_t j = 0; j < n; ++j) {
    const std::int64_t z = ((greatest - scores[j]) * params.scale) >> kSoftmaxScaleShift;
    const std::int64_t halvings = z >> kExpFraction;
    const std::uint32_t mantissa = kExponentials.entry[static_cast<std::size_t>(z & ((1 << kExpFraction) - 1)) >> 2];
    y[j] = halvings > 15 ? 0 : static_cast<std::int32_t>(mantissa >> halvings);
    sum += static_cast<std::uint64_t>(y[j]);
  }
  for (std::int32_t j = 0; j < n; ++j) {
    y[j] = static_cast<std::int32_t>(static_cast<std::uint64_t>(y[j]) * kSoftmaxOne / sum);
  }
}

std::int32_t gelu_value(std::int32_t code, const GeluParams& params) {
  const std::int32_t index = code - params.first_code;
  assert(index >= 0 && static_cast<std::size_t>(index) < params.table.size());
  return params.table[static_cast<std::size_t>(index)];
}

}  // namespace ranvier::workloads
