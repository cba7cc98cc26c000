// SPDX-License-Identifier: Apache-2.0
// A block of outputs at a time: its weights are widened and paired once, then stay in cache for all rows; a few rows of
// sums stay in registers over all inputs.
#include "workloads/reference_kernels.h"

#include <algorithm>
#include <cstring>

#include "workloads/highway_targets.h"
#include "workloads/modular.h"
#include "workloads/units.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "workloads/reference_kernels.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "workloads/products-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ranvier::workloads::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D16 = hn::ScalableTag<std::int16_t>;
using D32 = hn::ScalableTag<std::int32_t>;
constexpr std::size_t kWords = hn::MaxLanes(D16());
constexpr std::size_t kLanes = hn::MaxLanes(D32());

#if HWY_TARGET != HWY_SCALAR
/// Weights of two inputs side by side: for each pair of inputs and kWords outputs the lower and the upper interleaving.
template <std::size_t kGroups>
HWY_INLINE void pack(const std::int8_t* weight, std::size_t stride, std::int32_t inputs, std::int16_t* packed) {
  using Half8 = hn::Rebind<std::int8_t, D16>;
  for (std::int32_t i = 0; i < inputs; i += 2, weight += 2 * stride) {
    for (std::size_t g = 0; g < kGroups; ++g, packed += 2 * kWords) {
      const auto even = hn::PromoteTo(D16(), hn::LoadU(Half8(), weight + g * kWords));
      const auto odd =
          i + 1 < inputs ? hn::PromoteTo(D16(), hn::LoadU(Half8(), weight + stride + g * kWords)) : hn::Zero(D16());
      hn::StoreU(hn::InterleaveLower(D16(), even, odd), D16(), packed);
      hn::StoreU(hn::InterleaveUpper(D16(), even, odd), D16(), packed + kWords);
    }
  }
}

template <std::size_t kGroups, std::size_t kRows>
HWY_INLINE void multiply(const ShortCodes& codes, std::int32_t row, const std::int16_t* packed, std::size_t stride,
                         std::int32_t* total) {
  PairSums lower[kRows][kGroups];
  PairSums upper[kRows][kGroups];
  const std::int16_t* code[kRows];
  for (std::size_t r = 0; r < kRows; ++r) code[r] = codes.row(row + static_cast<std::int32_t>(r));
  for (std::int32_t i = 0; i < codes.inputs(); i += 2, packed += 2 * kWords * kGroups) {
    hn::Vec<D16> low[kGroups];
    hn::Vec<D16> high[kGroups];
    for (std::size_t g = 0; g < kGroups; ++g) {
      low[g] = hn::LoadU(D16(), packed + 2 * kWords * g);
      high[g] = hn::LoadU(D16(), packed + 2 * kWords * g + kWords);
    }
    for (std::size_t r = 0; r < kRows; ++r) {
      std::int32_t both;
      std::memcpy(&both, code[r] + i, sizeof both);
      const auto pair = hn::BitCast(D16(), hn::Set(D32(), both));
      for (std::size_t g = 0; g < kGroups; ++g) {
        lower[r][g].add(low[g], pair);
        upper[r][g].add(high[g], pair);
      }
    }
  }
  for (std::size_t r = 0; r < kRows; ++r)
    for (std::size_t g = 0; g < kGroups; ++g)
      add_pair_sums(lower[r][g], upper[r][g],
                    total + static_cast<std::size_t>(row + static_cast<std::int32_t>(r)) * stride + g * kWords);
}

template <std::size_t kGroups>
HWY_INLINE void multiply_block(const ShortCodes& codes, const std::int8_t* weight, std::size_t stride,
                               std::vector<std::int16_t>& packed, std::int32_t* total) {
  packed.resize(static_cast<std::size_t>(codes.inputs() + 1) / 2 * 2 * kWords * kGroups);
  pack<kGroups>(weight, stride, codes.inputs(), packed.data());
  std::int32_t row = 0;
  for (; row + 6 <= codes.rows(); row += 6) multiply<kGroups, 6>(codes, row, packed.data(), stride, total);
  for (; row + 2 <= codes.rows(); row += 2) multiply<kGroups, 2>(codes, row, packed.data(), stride, total);
  if (row < codes.rows()) multiply<kGroups, 1>(codes, row, packed.data(), stride, total);
}
#endif

void product(const ShortCodes& codes, const std::int8_t* weight, std::size_t stride, std::int32_t outputs,
             std::int32_t* total) {
  const auto count = static_cast<std::size_t>(outputs);
  std::size_t o = 0;
#if HWY_TARGET != HWY_SCALAR
  constexpr std::size_t kGroups = HWY_MAX_BYTES >= 64 ? 2 : 1;
  std::vector<std::int16_t> packed;
  for (; o + kGroups * kWords <= count; o += kGroups * kWords)
    multiply_block<kGroups>(codes, weight + o, stride, packed, total + o);
  if (kGroups > 1 && o + kWords <= count) {
    multiply_block<1>(codes, weight + o, stride, packed, total + o);
    o += kWords;
  }
#endif
  if (o == count) return;
  for (std::int32_t row = 0; row < codes.rows(); ++row) {
    std::int32_t* sum = total + static_cast<std::size_t>(row) * stride;
    for (std::int32_t i = 0; i < codes.inputs(); ++i) {
      const std::int8_t* w = weight + static_cast<std::size_t>(i) * stride;
      for (std::size_t rest = o; rest < count; ++rest)
        sum[rest] = add_product_modulo(sum[rest], w[rest], codes.row(row)[i]);
    }
  }
}

void products_of_rows(const std::int16_t* query, const ShortCodes& keys, std::int32_t first, std::int32_t depth,
                      std::int32_t* product) {
  const auto count = static_cast<std::size_t>(depth);
  for (std::int32_t j = 0; j < keys.rows(); ++j) {
    const std::int16_t* key = keys.row(j) + first;
    std::int32_t sum = 0;
    std::size_t d = 0;
#if HWY_TARGET != HWY_SCALAR
    if (count >= kWords) {
      PairSums sums;
      for (; d + kWords <= count; d += kWords) sums.add(hn::LoadU(D16(), query + d), hn::LoadU(D16(), key + d));
      HWY_ALIGN std::int32_t lanes[kLanes];
      hn::Store(sums.value(), D32(), lanes);
      for (const std::int32_t lane : lanes) sum = add_product_modulo(sum, 1, lane);
    }
#endif
    for (; d < count; ++d) sum = add_product_modulo(sum, query[d], key[d]);
    product[j] = sum;
  }
}

void mix(const std::int32_t* share, std::int32_t keys, const std::int32_t* value, std::size_t stride,
         std::int32_t depth, std::int32_t* out) {
  const auto count = static_cast<std::size_t>(depth);
  std::size_t d = 0;
  for (; d + kLanes <= count; d += kLanes) {
    auto sum = hn::Zero(D32());
    const std::int32_t* v = value + d;
    for (std::int32_t j = 0; j < keys; ++j, v += stride)
      sum = hn::Add(sum, hn::Mul(hn::Set(D32(), share[j]), hn::LoadU(D32(), v)));
    hn::StoreU(sum, D32(), out + d);
  }
  for (; d < count; ++d) {
    out[d] = 0;
    for (std::int32_t j = 0; j < keys; ++j)
      out[d] = add_product_modulo(out[d], share[j], value[static_cast<std::size_t>(j) * stride + d]);
  }
}

/// In double: a quotient of a number below 2^33 by a threshold below 2^20 that is no integer lies further from the next
/// one than its rounding error.
void encode(const std::int32_t* threshold, std::int32_t lo, std::int32_t hi, std::size_t count, std::int32_t* total) {
  std::size_t c = 0;
#if HWY_TARGET != HWY_SCALAR
  using D64 = hn::ScalableTag<double>;
  constexpr hn::Rebind<std::int32_t, D64> few;
  constexpr std::size_t kFew = hn::MaxLanes(D64());
  const auto least = hn::Set(D64(), lo);
  const auto greatest = hn::Set(D64(), hi);
  for (; c + kFew <= count; c += kFew) {
    const auto theta = hn::LoadU(few, threshold + c);
    const auto half = hn::PromoteTo(D64(), hn::ShiftRight<1>(theta));
    const auto sum = hn::Add(hn::PromoteTo(D64(), hn::LoadU(few, total + c)), half);
    const auto code = hn::Floor(hn::Div(sum, hn::PromoteTo(D64(), theta)));
    hn::StoreU(hn::DemoteTo(few, hn::Min(hn::Max(code, least), greatest)), few, total + c);
  }
#endif
  for (; c < count; ++c) total[c] = code_at_rest(total[c], threshold[c], lo, hi);
}

}  // namespace ranvier::workloads::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranvier::workloads {

HWY_EXPORT(product);
HWY_EXPORT(products_of_rows);
HWY_EXPORT(mix);
HWY_EXPORT(encode);

ShortCodes::ShortCodes(const std::vector<std::int32_t>& codes, std::int32_t rows, std::int32_t inputs)
    : rows_(rows), inputs_(inputs), stride_(static_cast<std::size_t>(inputs + 1) / 2 * 2) {
  codes_.resize(static_cast<std::size_t>(rows) * stride_);
  for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r)
    std::transform(codes.begin() + static_cast<std::ptrdiff_t>(r) * inputs,
                   codes.begin() + static_cast<std::ptrdiff_t>(r + 1) * inputs, codes_.data() + r * stride_,
                   [](std::int32_t code) { return static_cast<std::int16_t>(code); });
}

void add_product(const ShortCodes& codes, const std::int8_t* weight, std::size_t stride, std::int32_t outputs,
                 std::int32_t* total) {
  HWY_DYNAMIC_DISPATCH(product)(codes, weight, stride, outputs, total);
}

void row_products(const std::int16_t* query, const ShortCodes& keys, std::int32_t first, std::int32_t depth,
                  std::int32_t* product) {
  HWY_DYNAMIC_DISPATCH(products_of_rows)(query, keys, first, depth, product);
}

void mix_values(const std::int32_t* share, std::int32_t keys, const std::int32_t* value, std::size_t stride,
                std::int32_t depth, std::int32_t* out) {
  HWY_DYNAMIC_DISPATCH(mix)(share, keys, value, stride, depth, out);
}

void encode_row(const Encoder& encoder, std::int32_t first, std::int32_t count, std::int32_t* total) {
  HWY_DYNAMIC_DISPATCH(encode)
  (encoder.threshold.data() + first, encoder.lo, encoder.hi, static_cast<std::size_t>(count), total);
}

}  // namespace ranvier::workloads
#endif
