// SPDX-License-Identifier: Apache-2.0
// Unit rows are summed in 16 bits, a block of outputs at a time, so that the block stays in registers over all events
// of a token; 255 rows of at most 128 in size cannot leave 16 bits. Other values go in pairs of rows, 16-bit products.
#include "workloads/executor_kernels.h"

#include <algorithm>
#include <cstring>

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
/// 16-bit sums of kVectors * kBytes bytes, the even and the odd ones apart.
template <std::size_t kVectors>
class UnitSums {
 public:
  HWY_INLINE UnitSums() {
    for (std::size_t i = 0; i < kVectors; ++i) even_[i] = odd_[i] = hn::Zero(D16());
  }
  template <bool kAdd>
  HWY_INLINE void take(const std::int8_t* weight, std::ptrdiff_t stride, std::span<const std::int32_t> rows) {
    for (const std::int32_t row : rows) {
      const std::int8_t* w = weight + row * stride;
      for (std::size_t i = 0; i < kVectors; ++i) {
        const auto words = hn::BitCast(D16(), hn::LoadU(D8(), w + i * kBytes));
        const V16 even = hn::ShiftRight<8>(hn::ShiftLeft<8>(words));
        const V16 odd = hn::ShiftRight<8>(words);
        even_[i] = kAdd ? hn::Add(even_[i], even) : hn::Sub(even_[i], even);
        odd_[i] = kAdd ? hn::Add(odd_[i], odd) : hn::Sub(odd_[i], odd);
      }
    }
  }

  HWY_INLINE void flush(std::int32_t* total) {
    for (std::size_t i = 0; i < kVectors; ++i, total += kBytes) {
      V32 v0, v1, v2, v3;
      hn::LoadInterleaved4(D32(), total, v0, v1, v2, v3);
      const V32 even = hn::BitCast(D32(), even_[i]);
      const V32 odd = hn::BitCast(D32(), odd_[i]);
      v0 = hn::Add(v0, hn::ShiftRight<16>(hn::ShiftLeft<16>(even)));
      v1 = hn::Add(v1, hn::ShiftRight<16>(hn::ShiftLeft<16>(odd)));
      v2 = hn::Add(v2, hn::ShiftRight<16>(even));
      v3 = hn::Add(v3, hn::ShiftRight<16>(odd));
      hn::StoreInterleaved4(v0, v1, v2, v3, D32(), total);
      even_[i] = odd_[i] = hn::Zero(D16());
    }
  }

 private:
  V16 even_[kVectors];
  V16 odd_[kVectors];
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

template <class Tag>
HWY_INLINE void add_codes_in(Tag d, const std::int32_t* codes, std::ptrdiff_t stride, std::int32_t first,
                             const RowEvents& events, std::int32_t* total) {
  const auto codes_of = [&](std::int32_t channel) HWY_ATTR { return hn::LoadU(d, codes + (channel - first) * stride); };
  auto sum = hn::LoadU(d, total);
  for (const std::int32_t channel : events.plus) sum = hn::Add(sum, codes_of(channel));
  for (const std::int32_t channel : events.minus) sum = hn::Sub(sum, codes_of(channel));
  for (const WideEvent& e : events.wide) sum = hn::Add(sum, hn::Mul(hn::Set(d, e.value), codes_of(e.channel)));
  hn::StoreU(sum, d, total);
}

void add_codes(const std::int32_t* codes, std::ptrdiff_t stride, std::int32_t first, std::int32_t outputs,
               const RowEvents& events, std::int32_t* total) {
  const auto count = static_cast<std::size_t>(outputs);
  std::size_t o = 0;
  for (; o + kLanes <= count; o += kLanes) add_codes_in(D32(), codes + o, stride, first, events, total + o);
  for (; o < count; ++o) add_codes_in(hn::CappedTag<std::int32_t, 1>(), codes + o, stride, first, events, total + o);
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
