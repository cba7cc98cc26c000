// SPDX-License-Identifier: Apache-2.0
// Dense rows are added in 16 bits, 256 at a time, which int8 weights cannot leave, and widened once.
#include "workloads/lif_kernels.h"

#include <algorithm>
#include <type_traits>

#include "workloads/highway_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "workloads/lif_kernels.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ranvier::workloads::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D32 = hn::ScalableTag<std::int32_t>;
constexpr std::size_t kLanes32 = hn::MaxLanes(D32());
static_assert(kLanes32 <= kFiredSlack);

std::size_t integrate(std::int32_t* v, std::int32_t* sum, std::size_t count, std::int32_t bias, std::int32_t threshold,
                      std::int32_t first, std::int32_t* fired) {
  std::size_t n = 0;
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const auto wide_bias = hn::Set(D32(), bias);
  const auto theta = hn::Set(D32(), threshold);
  for (; i + kLanes32 <= count; i += kLanes32) {
    const auto now = hn::Add(hn::LoadU(D32(), v + i), hn::Add(hn::LoadU(D32(), sum + i), wide_bias));
    const auto fires = hn::Gt(now, theta);
    hn::StoreU(hn::Sub(now, hn::IfThenElseZero(fires, theta)), D32(), v + i);
    hn::StoreU(hn::Zero(D32()), D32(), sum + i);
    n += hn::CompressStore(hn::Iota(D32(), first + static_cast<std::int32_t>(i)), fires, D32(), fired + n);
  }
#endif
  for (; i < count; ++i) {
    v[i] += sum[i] + bias;
    sum[i] = 0;
    if (v[i] <= threshold) continue;
    v[i] -= threshold;
    fired[n++] = first + static_cast<std::int32_t>(i);
  }
  return n;
}

#if HWY_TARGET != HWY_SCALAR
using D16 = hn::ScalableTag<std::int16_t>;
using D8 = hn::Rebind<std::int8_t, D16>;
using Half32 = hn::Half<D16>;
constexpr std::size_t kLanes16 = hn::MaxLanes(D16());
constexpr std::size_t kColumns = 8;  // registers of 16-bit sums

/// Columns [0, kColumns * kLanes16) of at most 256 rows.
void add_columns(const std::int8_t* weight, std::size_t width, const std::int32_t* rows, std::size_t count,
                 std::int32_t* sum) {
  hn::Vec<D16> total[kColumns];
  for (auto& t : total) t = hn::Zero(D16());
  for (std::size_t r = 0; r < count; ++r) {
    const std::int8_t* row = weight + static_cast<std::size_t>(rows[r]) * width;
    for (std::size_t c = 0; c < kColumns; ++c)
      total[c] = hn::Add(total[c], hn::PromoteTo(D16(), hn::LoadU(D8(), row + c * kLanes16)));
  }
  for (std::size_t c = 0; c < kColumns; ++c) {
    std::int32_t* to = sum + c * kLanes16;
    const auto low = hn::PromoteTo(D32(), hn::LowerHalf(Half32(), total[c]));
    const auto high = hn::PromoteTo(D32(), hn::UpperHalf(Half32(), total[c]));
    hn::StoreU(hn::Add(hn::LoadU(D32(), to), low), D32(), to);
    hn::StoreU(hn::Add(hn::LoadU(D32(), to + kLanes32), high), D32(), to + kLanes32);
  }
}
#endif

void dense_rows(const std::int8_t* weight, std::size_t width, const std::int32_t* rows, std::size_t count,
                std::int32_t* sum) {
  std::size_t c = 0;
#if HWY_TARGET != HWY_SCALAR
  constexpr std::size_t kRows = 256;
  for (; c + kColumns * kLanes16 <= width; c += kColumns * kLanes16)
    for (std::size_t r = 0; r < count; r += kRows)
      add_columns(weight + c, width, rows + r, std::min(kRows, count - r), sum + c);
#endif
  if (c == width) return;
  for (std::size_t r = 0; r < count; ++r) {
    const std::int8_t* row = weight + static_cast<std::size_t>(rows[r]) * width;
    for (std::size_t t = c; t < width; ++t) sum[t] += row[t];
  }
}

void wide_row(const std::int16_t* weight, std::size_t count, std::int32_t* sum) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  using Few = hn::Rebind<std::int16_t, D32>;
  for (; i + kLanes32 <= count; i += kLanes32) {
    const auto w = hn::PromoteTo(D32(), hn::LoadU(Few(), weight + i));
    hn::StoreU(hn::Add(hn::LoadU(D32(), sum + i), w), D32(), sum + i);
  }
#endif
  for (; i < count; ++i) sum[i] += weight[i];
}

void wide_rows(const std::int16_t* const* rows, std::size_t row_count, std::size_t count, std::int32_t* sum) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  using Few = hn::Rebind<std::int16_t, D32>;
  constexpr std::size_t kSums = 4;
  const auto add_up = [&](auto registers) {
    constexpr std::size_t kRegisters = decltype(registers)::value;
    for (; i + kRegisters * kLanes32 <= count; i += kRegisters * kLanes32) {
      hn::Vec<D32> total[kRegisters];
      for (std::size_t k = 0; k < kRegisters; ++k) total[k] = hn::LoadU(D32(), sum + i + k * kLanes32);
      for (std::size_t r = 0; r < row_count; ++r)
        for (std::size_t k = 0; k < kRegisters; ++k)
          total[k] = hn::Add(total[k], hn::PromoteTo(D32(), hn::LoadU(Few(), rows[r] + i + k * kLanes32)));
      for (std::size_t k = 0; k < kRegisters; ++k) hn::StoreU(total[k], D32(), sum + i + k * kLanes32);
    }
  };
  add_up(std::integral_constant<std::size_t, kSums>());
  add_up(std::integral_constant<std::size_t, 1>());
#endif
  for (std::size_t r = 0; r < row_count; ++r)
    for (std::size_t k = i; k < count; ++k) sum[k] += rows[r][k];
}

}  // namespace ranvier::workloads::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranvier::workloads {

HWY_EXPORT(integrate);
HWY_EXPORT(dense_rows);
HWY_EXPORT(wide_row);
HWY_EXPORT(wide_rows);

std::size_t integrate_step(std::span<std::int32_t> v, std::int32_t* sum, std::int32_t bias, std::int32_t threshold,
                           std::int32_t first, std::int32_t* fired) {
  return HWY_DYNAMIC_DISPATCH(integrate)(v.data(), sum, v.size(), bias, threshold, first, fired);
}

void add_dense_rows(const std::int8_t* weight, std::size_t width, std::span<const std::int32_t> rows,
                    std::int32_t* sum) {
  HWY_DYNAMIC_DISPATCH(dense_rows)(weight, width, rows.data(), rows.size(), sum);
}

void add_wide_rows(std::span<const std::int16_t* const> rows, std::size_t count, std::int32_t* sum) {
  HWY_DYNAMIC_DISPATCH(wide_rows)(rows.data(), rows.size(), count, sum);
}

void add_wide_row(const std::int16_t* weight, std::size_t count, std::int32_t* sum) {
  HWY_DYNAMIC_DISPATCH(wide_row)(weight, count, sum);
}

/// Targets of a row are distinct, so no addition waits for the one before: four in flight.
void add_sparse_row(const std::uint16_t* target, const std::int8_t* weight, std::size_t count, std::int32_t* sum) {
  std::size_t k = 0;
  for (; k + 4 <= count; k += 4) {
    const std::int32_t a = sum[target[k]] + weight[k];
    const std::int32_t b = sum[target[k + 1]] + weight[k + 1];
    const std::int32_t c = sum[target[k + 2]] + weight[k + 2];
    const std::int32_t d = sum[target[k + 3]] + weight[k + 3];
    sum[target[k]] = a;
    sum[target[k + 1]] = b;
    sum[target[k + 2]] = c;
    sum[target[k + 3]] = d;
  }
  for (; k < count; ++k) sum[target[k]] += weight[k];
}

}  // namespace ranvier::workloads
#endif
