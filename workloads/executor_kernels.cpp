// SPDX-License-Identifier: Apache-2.0
// Unit rows are summed in 16 bits, a block of outputs at a time, so that the block stays in registers over all events
// of a token; 255 rows of at most 128 in size cannot leave 16 bits. Other values go in pairs of rows, 16-bit products.
#include "workloads/executor_kernels.h"

#include <algorithm>
#include <type_traits>

#include "workloads/highway_targets.h"
#include "workloads/modular.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "workloads/executor_kernels.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "workloads/products-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ranvier::workloads::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D8 = hn::ScalableTag<std::int8_t>;
using D16 = hn::ScalableTag<std::int16_t>;
using D32 = hn::ScalableTag<std::int32_t>;
using Half8 = hn::Rebind<std::int8_t, D16>;
using V16 = hn::Vec<D16>;
using V32 = hn::Vec<D32>;

constexpr std::size_t kBytes = hn::MaxLanes(D8());
constexpr std::size_t kWords = hn::MaxLanes(D16());
constexpr std::size_t kLanes = hn::MaxLanes(D32());
constexpr std::size_t kRowsPerSum = 255;

#if HWY_TARGET != HWY_SCALAR
/// Sums of neighbouring bytes.
HWY_INLINE V16 neighbour_sums(hn::Vec<D8> bytes) {
#if HWY_TARGET == HWY_AVX3
  return V16{_mm512_maddubs_epi16(_mm512_set1_epi8(1), bytes.raw)};
#elif HWY_TARGET == HWY_AVX2
  return V16{_mm256_maddubs_epi16(_mm256_set1_epi8(1), bytes.raw)};
#elif HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SSSE3
  return V16{_mm_maddubs_epi16(_mm_set1_epi8(1), bytes.raw)};
#else
  const auto words = hn::BitCast(D16(), bytes);
  return hn::Add(hn::ShiftRight<8>(hn::ShiftLeft<8>(words)), hn::ShiftRight<8>(words));
#endif
}

/// 16-bit sums of kVectors * kBytes outputs. Two rows at a time, interleaved within 128 bits: lanes 8b of `lower_` are
/// outputs 16b, of `upper_` outputs 16b + 8.
template <std::size_t kVectors>
class UnitSums {
 public:
  HWY_INLINE UnitSums() { clear(); }

  template <bool kAdd>
  HWY_INLINE void take(const std::int8_t* weight, std::ptrdiff_t stride, std::span<const std::int32_t> rows) {
    std::size_t r = 0;
    for (; r + 1 < rows.size(); r += 2) {
      const std::int8_t* a = weight + rows[r] * stride;
      const std::int8_t* b = weight + rows[r + 1] * stride;
      for (std::size_t i = 0; i < kVectors; ++i)
        take_pair<kAdd>(i, hn::LoadU(D8(), a + i * kBytes), hn::LoadU(D8(), b + i * kBytes));
    }
    if (r == rows.size()) return;
    const std::int8_t* a = weight + rows[r] * stride;
    for (std::size_t i = 0; i < kVectors; ++i) take_pair<kAdd>(i, hn::LoadU(D8(), a + i * kBytes), hn::Zero(D8()));
  }

  HWY_INLINE void flush(std::int32_t* total) {
    for (std::size_t i = 0; i < kVectors; ++i, total += kBytes) {
      HWY_ALIGN std::int16_t low[kWords];
      HWY_ALIGN std::int16_t high[kWords];
      hn::Store(lower_[i], D16(), low);
      hn::Store(upper_[i], D16(), high);
      for (std::size_t b = 0; b < kWords; b += 8) {
        add_words(low + b, total + 2 * b);
        add_words(low + b + 4, total + 2 * b + 4);
        add_words(high + b, total + 2 * b + 8);
        add_words(high + b + 4, total + 2 * b + 12);
      }
    }
    clear();
  }

 private:
  HWY_INLINE void clear() {
    for (std::size_t i = 0; i < kVectors; ++i) lower_[i] = upper_[i] = hn::Zero(D16());
  }
  template <bool kAdd>
  HWY_INLINE void take_pair(std::size_t i, hn::Vec<D8> a, hn::Vec<D8> b) {
    const V16 low = neighbour_sums(hn::InterleaveLower(D8(), a, b));
    const V16 high = neighbour_sums(hn::InterleaveUpper(D8(), a, b));
    lower_[i] = kAdd ? hn::Add(lower_[i], low) : hn::Sub(lower_[i], low);
    upper_[i] = kAdd ? hn::Add(upper_[i], high) : hn::Sub(upper_[i], high);
  }
  static HWY_INLINE void add_words(const std::int16_t* words, std::int32_t* total) {
    constexpr hn::FixedTag<std::int32_t, 4> four;
    const auto wide = hn::PromoteTo(four, hn::LoadU(hn::Rebind<std::int16_t, decltype(four)>(), words));
    hn::StoreU(hn::Add(hn::LoadU(four, total), wide), four, total);
  }

  V16 lower_[kVectors];
  V16 upper_[kVectors];
};

template <std::size_t kVectors>
HWY_INLINE void add_unit_block(const std::int8_t* weight, std::ptrdiff_t stride, const RowEvents& events,
                               std::int32_t* total) {
  UnitSums<kVectors> sums;
  auto plus = events.plus;
  auto minus = events.minus;
  do {
    const auto some = plus.first(std::min(plus.size(), kRowsPerSum));
    const auto less = minus.first(std::min(minus.size(), kRowsPerSum - some.size()));
    sums.template take<true>(weight, stride, some);
    sums.template take<false>(weight, stride, less);
    sums.flush(total);
    plus = plus.subspan(some.size());
    minus = minus.subspan(less.size());
  } while (!plus.empty() || !minus.empty());
}

#endif

void add_unit_rows(const std::int8_t* weight, std::ptrdiff_t stride, std::int32_t outputs, const RowEvents& events,
                   std::int32_t* total) {
  const auto count = static_cast<std::size_t>(outputs);
  std::size_t o = 0;
#if HWY_TARGET != HWY_SCALAR
  constexpr std::size_t kWide = HWY_MAX_BYTES >= 64 ? 4 : 2;
  for (; o + kWide * kBytes <= count; o += kWide * kBytes) add_unit_block<kWide>(weight + o, stride, events, total + o);
  for (; o + kBytes <= count; o += kBytes) add_unit_block<1>(weight + o, stride, events, total + o);
#endif
  for (const std::int32_t row : events.plus)
    for (std::size_t rest = o; rest < count; ++rest)
      total[rest] = add_product_modulo(total[rest], 1, weight[row * stride + rest]);
  for (const std::int32_t row : events.minus)
    for (std::size_t rest = o; rest < count; ++rest)
      total[rest] = add_product_modulo(total[rest], -1, weight[row * stride + rest]);
}

#if HWY_TARGET != HWY_SCALAR
bool fits_16_bits(std::int32_t value) { return value == static_cast<std::int16_t>(value); }

/// Both values of a pair of events in each 32-bit lane.
HWY_INLINE V16 both(std::int32_t first, std::int32_t second) {
  const auto low = static_cast<std::uint32_t>(first) & 0xffffU;
  return hn::BitCast(D16(), hn::Set(D32(), static_cast<std::int32_t>(low | static_cast<std::uint32_t>(second) << 16)));
}

/// Two rows at a time, kVectors * kWords outputs; `events` have 16-bit values.
template <std::size_t kVectors>
HWY_INLINE void add_wide_block(const std::int8_t* weight, std::ptrdiff_t stride, std::span<const WideEvent> events,
                               std::int32_t* total) {
  PairSums lower[kVectors];
  PairSums upper[kVectors];
  const auto take = [&](const WideEvent& a, const WideEvent& b) HWY_ATTR {
    const V16 values = both(a.value, b.value);
    for (std::size_t i = 0; i < kVectors; ++i) {
      const V16 x = hn::PromoteTo(D16(), hn::LoadU(Half8(), weight + a.channel * stride + i * kWords));
      const V16 y = hn::PromoteTo(D16(), hn::LoadU(Half8(), weight + b.channel * stride + i * kWords));
      lower[i].add(hn::InterleaveLower(D16(), x, y), values);
      upper[i].add(hn::InterleaveUpper(D16(), x, y), values);
    }
  };
  std::size_t e = 0;
  for (; e + 1 < events.size(); e += 2) take(events[e], events[e + 1]);
  if (e < events.size()) take(events[e], {events[e].channel, 0});
  for (std::size_t i = 0; i < kVectors; ++i) add_pair_sums(lower[i], upper[i], total + i * kWords);
}
#endif

void add_wide_rows(const std::int8_t* weight, std::ptrdiff_t stride, std::int32_t outputs,
                   std::span<const WideEvent> events, std::int32_t* total) {
  const auto count = static_cast<std::size_t>(outputs);
  std::size_t o = 0;
#if HWY_TARGET != HWY_SCALAR
  if (std::all_of(events.begin(), events.end(), [](const WideEvent& e) { return fits_16_bits(e.value); })) {
    constexpr std::size_t kWide = HWY_MAX_BYTES >= 64 ? 4 : 2;
    for (; o + kWide * kWords <= count; o += kWide * kWords)
      add_wide_block<kWide>(weight + o, stride, events, total + o);
    for (; o + kWords <= count; o += kWords) add_wide_block<1>(weight + o, stride, events, total + o);
  }
#endif
  if (o == count) return;
  for (const WideEvent& event : events)
    for (std::size_t rest = o; rest < count; ++rest)
      total[rest] = add_product_modulo(total[rest], event.value, weight[event.channel * stride + rest]);
}

void add_weights(const std::int8_t* weight, std::ptrdiff_t stride, std::int32_t outputs, const RowEvents& events,
                 std::int32_t* total) {
  if (!events.plus.empty() || !events.minus.empty()) add_unit_rows(weight, stride, outputs, events, total);
  if (!events.wide.empty()) add_wide_rows(weight, stride, outputs, events.wide, total);
}

/// kVectors vectors of totals stay in registers over all events.
template <std::size_t kVectors, class Tag>
HWY_INLINE void add_codes_in(Tag d, const std::int32_t* codes, std::ptrdiff_t stride, std::int32_t first,
                             const RowEvents& events, std::int32_t* total) {
  constexpr std::size_t kWidth = hn::MaxLanes(Tag());
  hn::Vec<Tag> sum[kVectors];
  for (std::size_t i = 0; i < kVectors; ++i) sum[i] = hn::LoadU(d, total + i * kWidth);
  for (const std::int32_t channel : events.plus)
    for (std::size_t i = 0; i < kVectors; ++i)
      sum[i] = hn::Add(sum[i], hn::LoadU(d, codes + (channel - first) * stride + i * kWidth));
  for (const std::int32_t channel : events.minus)
    for (std::size_t i = 0; i < kVectors; ++i)
      sum[i] = hn::Sub(sum[i], hn::LoadU(d, codes + (channel - first) * stride + i * kWidth));
  for (const WideEvent& e : events.wide) {
    const auto value = hn::Set(d, e.value);
    for (std::size_t i = 0; i < kVectors; ++i)
      sum[i] = hn::Add(sum[i], hn::Mul(value, hn::LoadU(d, codes + (e.channel - first) * stride + i * kWidth)));
  }
  for (std::size_t i = 0; i < kVectors; ++i) hn::StoreU(sum[i], d, total + i * kWidth);
}

void add_codes(const std::int32_t* codes, std::ptrdiff_t stride, std::int32_t first, std::int32_t outputs,
               const RowEvents& events, std::int32_t* total) {
  const auto count = static_cast<std::size_t>(outputs);
  std::size_t o = 0;
  const auto blocks = [&](auto tag, auto vectors) HWY_ATTR {
    constexpr std::size_t kStep = decltype(vectors)::value * hn::MaxLanes(decltype(tag)());
    for (; o + kStep <= count; o += kStep)
      add_codes_in<decltype(vectors)::value>(tag, codes + o, stride, first, events, total + o);
  };
  blocks(D32(), std::integral_constant<std::size_t, 4>());
  blocks(D32(), std::integral_constant<std::size_t, 3>());
  blocks(D32(), std::integral_constant<std::size_t, 2>());
  blocks(D32(), std::integral_constant<std::size_t, 1>());
#if HWY_TARGET != HWY_SCALAR
  blocks(hn::CappedTag<std::int32_t, 8>(), std::integral_constant<std::size_t, 1>());
  blocks(hn::CappedTag<std::int32_t, 4>(), std::integral_constant<std::size_t, 1>());
  blocks(hn::CappedTag<std::int32_t, 2>(), std::integral_constant<std::size_t, 1>());
  blocks(hn::CappedTag<std::int32_t, 1>(), std::integral_constant<std::size_t, 1>());
#endif
}

void add_one_row(const std::int32_t* row, std::int32_t outputs, std::int32_t value, std::int32_t* total) {
  const auto count = static_cast<std::size_t>(outputs);
  const V32 factor = hn::Set(D32(), value);
  std::size_t o = 0;
  for (; o + kLanes <= count; o += kLanes)
    hn::StoreU(hn::Add(hn::LoadU(D32(), total + o), hn::Mul(factor, hn::LoadU(D32(), row + o))), D32(), total + o);
  for (; o < count; ++o) total[o] = add_product_modulo(total[o], value, row[o]);
}

}  // namespace ranvier::workloads::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranvier::workloads {

HWY_EXPORT(add_weights);
HWY_EXPORT(add_codes);
HWY_EXPORT(add_one_row);

void add_weight_rows(const std::int8_t* weight, std::ptrdiff_t stride, std::int32_t outputs, const RowEvents& events,
                     std::int32_t* total) {
  HWY_DYNAMIC_DISPATCH(add_weights)(weight, stride, outputs, events, total);
}

void add_code_rows(const std::int32_t* codes, std::ptrdiff_t stride, std::int32_t first_channel, std::int32_t outputs,
                   const RowEvents& events, std::int32_t* total) {
  HWY_DYNAMIC_DISPATCH(add_codes)(codes, stride, first_channel, outputs, events, total);
}

void add_code_row(const std::int32_t* row, std::int32_t outputs, std::int32_t value, std::int32_t* total) {
  HWY_DYNAMIC_DISPATCH(add_one_row)(row, outputs, value, total);
}

}  // namespace ranvier::workloads
#endif
