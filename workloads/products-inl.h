// SPDX-License-Identifier: Apache-2.0
// Sums of products of pairs of 16-bit numbers, once per Highway target: for the kernels' .cpp files only.
#if defined(RANVIER_WORKLOADS_PRODUCTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RANVIER_WORKLOADS_PRODUCTS_INL_H_
#undef RANVIER_WORKLOADS_PRODUCTS_INL_H_
#else
#define RANVIER_WORKLOADS_PRODUCTS_INL_H_
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ranvier::workloads::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR
/// 32-bit lane i of value() holds the sum over all calls of a[2i] b[2i] + a[2i + 1] b[2i + 1].
class PairSums {
  using D32 = hn::ScalableTag<std::int32_t>;
  using D16 = hn::ScalableTag<std::int16_t>;

 public:
  HWY_INLINE PairSums() : first_(hn::Zero(D32())), second_(hn::Zero(D32())) {}
  HWY_INLINE void add(hn::Vec<D16> a, hn::Vec<D16> b) {
    first_ = hn::ReorderWidenMulAccumulate(D32(), a, b, first_, second_);
  }
  HWY_INLINE hn::Vec<D32> value() const { return hn::RearrangeToOddPlusEven(first_, second_); }

 private:
  hn::Vec<D32> first_;
  hn::Vec<D32> second_;
};

/// total[0 .. lanes of 16 bits) += the sums, where `lower` was given pairs from InterleaveLower and `upper` from
/// InterleaveUpper of the same two vectors. Those interleave within 128 bits: lanes 4b of `lower` are outputs 8b, of
/// `upper` outputs 8b + 4.
HWY_INLINE void add_pair_sums(const PairSums& lower, const PairSums& upper, std::int32_t* total) {
  using D32 = hn::ScalableTag<std::int32_t>;
  constexpr hn::FixedTag<std::int32_t, 4> block;
  HWY_ALIGN std::int32_t low[hn::MaxLanes(D32())];
  HWY_ALIGN std::int32_t high[hn::MaxLanes(D32())];
  hn::Store(lower.value(), D32(), low);
  hn::Store(upper.value(), D32(), high);
  for (std::size_t b = 0; b < hn::MaxLanes(D32()); b += 4, total += 8) {
    hn::StoreU(hn::Add(hn::LoadU(block, total), hn::Load(block, low + b)), block, total);
    hn::StoreU(hn::Add(hn::LoadU(block, total + 4), hn::Load(block, high + b)), block, total + 4);
  }
}
#endif

}  // namespace ranvier::workloads::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
