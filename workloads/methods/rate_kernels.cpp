// SPDX-License-Identifier: Apache-2.0
// Compiled once for each instruction set (Highway); exact integer arithmetic, so all give the same bits. A quotient of
// two doubles below 2^52 that hold integers, rounded down, is the floor of the exact quotient: a non-integer n -
// 1/count is further from n than half a unit in the last place.
#include "workloads/methods/rate_kernels.h"

#include <cmath>

#include "workloads/highway_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "workloads/methods/rate_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ranvier::workloads::HWY_NAMESPACE {
namespace {

void accumulate_plain(const std::int16_t* weight, std::size_t outputs, std::span<const RowPair> pairs,
                      std::size_t first, std::int32_t* potential) {
  for (const RowPair& p : pairs) {
    const std::int16_t* w = weight + 2 * static_cast<std::size_t>(p.pair) * outputs;
    for (std::size_t o = first; o < outputs; ++o) potential[o] += w[2 * o] * p.even + w[2 * o + 1] * p.odd;
  }
}

#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
namespace hn = hwy::HWY_NAMESPACE;

/// kVectors vectors of outputs stay in registers over all pairs. On x86 ReorderWidenMulAccumulate is PMADDWD: it sums
/// neighbours, which is what the paired layout is made for.
template <std::size_t kVectors>
void accumulate_block(const std::int16_t* weight, std::size_t outputs, std::span<const RowPair> pairs,
                      std::size_t first, std::int32_t* potential) {
  const hn::ScalableTag<std::int32_t> d32;
  const hn::ScalableTag<std::int16_t> d16;
  const std::size_t lanes = hn::Lanes(d32);
  using V = hn::Vec<decltype(d32)>;
  V sum[kVectors];
  V unused = hn::Zero(d32);
  for (std::size_t v = 0; v < kVectors; ++v) sum[v] = hn::LoadU(d32, potential + first + v * lanes);
  for (const RowPair& p : pairs) {
    const auto both = static_cast<std::int32_t>(static_cast<std::uint16_t>(p.even) |
                                                std::uint32_t{static_cast<std::uint16_t>(p.odd)} << 16);
    const auto payloads = hn::BitCast(d16, hn::Set(d32, both));
    const std::int16_t* w = weight + 2 * (static_cast<std::size_t>(p.pair) * outputs + first);
    for (std::size_t v = 0; v < kVectors; ++v)
      sum[v] = hn::ReorderWidenMulAccumulate(d32, hn::LoadU(d16, w + 2 * v * lanes), payloads, sum[v], unused);
  }
  for (std::size_t v = 0; v < kVectors; ++v) hn::StoreU(sum[v], d32, potential + first + v * lanes);
}

void accumulate(const std::int16_t* weight, std::size_t outputs, std::span<const RowPair> pairs,
                std::int32_t* potential) {
  const std::size_t lanes = hn::Lanes(hn::ScalableTag<std::int32_t>());
  std::size_t first = 0;
  for (; first + 8 * lanes <= outputs; first += 8 * lanes)
    accumulate_block<8>(weight, outputs, pairs, first, potential);
  for (; first + 4 * lanes <= outputs; first += 4 * lanes)
    accumulate_block<4>(weight, outputs, pairs, first, potential);
  for (; first + lanes <= outputs; first += lanes) accumulate_block<1>(weight, outputs, pairs, first, potential);
  if (first < outputs) accumulate_plain(weight, outputs, pairs, first, potential);
}
#else
void accumulate(const std::int16_t* weight, std::size_t outputs, std::span<const RowPair> pairs,
                std::int32_t* potential) {
  accumulate_plain(weight, outputs, pairs, 0, potential);
}
#endif

template <class Out>
void mean_in_double(std::span<const std::int64_t> sum, std::int64_t count, int fraction_bits, std::span<Out> mean) {
  const auto divisor = static_cast<double>(count);
  const std::int64_t half = count / 2;
  for (std::size_t i = 0; i < sum.size(); ++i)
    mean[i] = static_cast<Out>(std::floor(static_cast<double>((sum[i] << fraction_bits) + half) / divisor));
}

}  // namespace

void AccumulatePairs(std::span<const std::int16_t> weight, std::span<const RowPair> pairs,
                     std::span<std::int32_t> potential) {
  accumulate(weight.data(), potential.size(), pairs, potential.data());
}

void AddScaled(std::span<std::int64_t> total, std::span<const std::int32_t> row, std::int32_t factor) {
  for (std::size_t i = 0; i < total.size(); ++i) total[i] += std::int64_t{row[i]} * factor;
}

void MeanRow32(std::span<const std::int64_t> sum, std::int64_t count, int fraction_bits, std::span<std::int32_t> mean) {
  mean_in_double(sum, count, fraction_bits, mean);
}

void MeanRow64(std::span<const std::int64_t> sum, std::int64_t count, int fraction_bits, std::span<std::int64_t> mean) {
  mean_in_double(sum, count, fraction_bits, mean);
}

}  // namespace ranvier::workloads::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranvier::workloads {

HWY_EXPORT(AccumulatePairs);
HWY_EXPORT(AddScaled);
HWY_EXPORT(MeanRow32);
HWY_EXPORT(MeanRow64);

void accumulate_pairs(std::span<const std::int16_t> weight, std::span<const RowPair> pairs,
                      std::span<std::int32_t> potential) {
  HWY_DYNAMIC_DISPATCH(AccumulatePairs)(weight, pairs, potential);
}

void add_scaled(std::span<std::int64_t> total, std::span<const std::int32_t> row, std::int32_t factor) {
  HWY_DYNAMIC_DISPATCH(AddScaled)(total, row, factor);
}

void mean_row(std::span<const std::int64_t> sum, std::int64_t count, int fraction_bits, std::span<std::int32_t> mean) {
  HWY_DYNAMIC_DISPATCH(MeanRow32)(sum, count, fraction_bits, mean);
}

void mean_row(std::span<const std::int64_t> sum, std::int64_t count, int fraction_bits, std::span<std::int64_t> mean) {
  HWY_DYNAMIC_DISPATCH(MeanRow64)(sum, count, fraction_bits, mean);
}

std::vector<std::int16_t> paired_weights(std::span<const std::int8_t> weight, std::int32_t inputs,
                                         std::int32_t outputs) {
  const auto out = static_cast<std::size_t>(outputs);
  std::vector<std::int16_t> paired(2 * out * static_cast<std::size_t>((inputs + 1) / 2));
  for (std::size_t i = 0; i < static_cast<std::size_t>(inputs); ++i)
    for (std::size_t o = 0; o < out; ++o) paired[2 * (i / 2 * out + o) + i % 2] = weight[i * out + o];
  return paired;
}

void collect_pairs(std::span<const std::int32_t> payloads, std::vector<RowPair>& pairs) {
  pairs.clear();
  const std::size_t whole = payloads.size() / 2;
  for (std::size_t i = 0; i < whole; ++i) {
    const std::int32_t even = payloads[2 * i], odd = payloads[2 * i + 1];
    if ((even | odd) != 0)
      pairs.push_back({static_cast<std::int32_t>(i), static_cast<std::int16_t>(even), static_cast<std::int16_t>(odd)});
  }
  if (payloads.size() % 2 != 0 && payloads.back() != 0)
    pairs.push_back({static_cast<std::int32_t>(whole), static_cast<std::int16_t>(payloads.back()), 0});
}

}  // namespace ranvier::workloads
#endif
