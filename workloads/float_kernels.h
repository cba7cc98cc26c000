// SPDX-License-Identifier: Apache-2.0
// The matrix product of the float network, vectorised over outputs: every product and every sum is rounded to float on
// its own, in the order of the inputs, so that all instruction sets and numbers of threads give the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "workloads/model.h"

namespace ranvier::workloads {

inline constexpr std::size_t kFloatBlock = 64;  // outputs whose weights lie together

class FloatProduct {
 public:
  FloatProduct() = default;
  explicit FloatProduct(const LinearWeights& weights);
  std::size_t inputs() const { return in_; }
  /// y[r][o] = (bias[o] + x[r][0] w[o][0]) + x[r][1] w[o][1] ...; x is [rows][inputs].
  std::vector<float> operator()(const std::vector<float>& x) const;

 private:
  std::size_t in_ = 0;
  std::size_t out_ = 0;
  std::vector<float> packed_;  // [block of outputs][in][kFloatBlock], zeros behind the last output
  std::vector<float> bias_;    // the same with zeros behind it
};

}  // namespace ranvier::workloads
