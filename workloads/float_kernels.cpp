// SPDX-License-Identifier: Apache-2.0
// A few rows by a few vectors of sums stay in registers over all inputs. Compiled without contraction of a * b + c.
#include "workloads/float_kernels.h"

#include <algorithm>

#include "workloads/highway_targets.h"
#include "workloads/parallel_parts.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "workloads/float_kernels.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ranvier::workloads::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
constexpr std::size_t kLanes = hn::MaxLanes(D());
constexpr std::size_t kVectors = HWY_MAX_BYTES >= 64 ? 4 : 2;
static_assert(kFloatBlock % (kVectors * kLanes) == 0);

/// kRows rows and kVectors vectors of outputs; `packed` is [in][kFloatBlock], `y` is [row][kFloatBlock].
template <std::size_t kRows>
HWY_INLINE void multiply(const float* x, std::size_t in, const float* packed, const float* bias, float* y) {
  hn::Vec<D> sum[kRows][kVectors];
  for (std::size_t r = 0; r < kRows; ++r)
    for (std::size_t v = 0; v < kVectors; ++v) sum[r][v] = hn::LoadU(D(), bias + v * kLanes);
  for (std::size_t i = 0; i < in; ++i, packed += kFloatBlock) {
    hn::Vec<D> weight[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) weight[v] = hn::LoadU(D(), packed + v * kLanes);
    for (std::size_t r = 0; r < kRows; ++r) {
      const auto value = hn::Set(D(), x[r * in + i]);
      for (std::size_t v = 0; v < kVectors; ++v) sum[r][v] = hn::Add(sum[r][v], hn::Mul(value, weight[v]));
    }
  }
  for (std::size_t r = 0; r < kRows; ++r)
    for (std::size_t v = 0; v < kVectors; ++v) hn::StoreU(sum[r][v], D(), y + r * kFloatBlock + v * kLanes);
}

/// One block of outputs of all rows; `y` is [row][out], of which `count` columns are written.
void float_block(const float* x, std::size_t rows, std::size_t in, const float* packed, const float* bias,
                 std::size_t count, std::size_t out, float* y) {
  constexpr std::size_t kRows = 6;
  float tile[kRows * kFloatBlock];
  for (std::size_t row = 0; row < rows;) {
    const std::size_t some = rows - row >= kRows ? kRows : rows - row >= 2 ? 2 : 1;
    for (std::size_t o = 0; o < count; o += kVectors * kLanes) {
      if (some == kRows) multiply<kRows>(x + row * in, in, packed + o, bias + o, tile + o);
      if (some == 2) multiply<2>(x + row * in, in, packed + o, bias + o, tile + o);
      if (some == 1) multiply<1>(x + row * in, in, packed + o, bias + o, tile + o);
    }
    for (std::size_t r = 0; r < some; ++r) std::copy_n(tile + r * kFloatBlock, count, y + (row + r) * out);
    row += some;
  }
}

}  // namespace ranvier::workloads::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranvier::workloads {

HWY_EXPORT(float_block);

FloatProduct::FloatProduct(const LinearWeights& weights)
    : in_(static_cast<std::size_t>(weights.in)), out_(static_cast<std::size_t>(weights.out)), bias_(weights.bias) {
  const std::size_t blocks = (out_ + kFloatBlock - 1) / kFloatBlock;
  bias_.resize(blocks * kFloatBlock);
  packed_.resize(bias_.size() * in_);
  constexpr std::size_t kWorthThreads = 1 << 18;  // weights
  for_each_part(blocks, weights.weight.size() >= kWorthThreads, [&](std::size_t b) {
    for (std::size_t o = b * kFloatBlock; o < std::min((b + 1) * kFloatBlock, out_); ++o)
      for (std::size_t i = 0; i < in_; ++i)
        packed_[(b * in_ + i) * kFloatBlock + o % kFloatBlock] = weights.weight[o * in_ + i];
  });
}

std::vector<float> FloatProduct::operator()(const std::vector<float>& x) const {
  const std::size_t rows = x.size() / in_;
  std::vector<float> y(rows * out_);
  constexpr std::size_t kWorthThreads = 1'000'000;  // multiply-adds
  for_each_part(bias_.size() / kFloatBlock, rows * in_ * out_ >= kWorthThreads, [&](std::size_t b) {
    const std::size_t first = b * kFloatBlock;
    HWY_DYNAMIC_DISPATCH(float_block)
    (x.data(), rows, in_, packed_.data() + first * in_, bias_.data() + first, std::min(kFloatBlock, out_ - first), out_,
     y.data() + first);
  });
  return y;
}

}  // namespace ranvier::workloads
#endif
