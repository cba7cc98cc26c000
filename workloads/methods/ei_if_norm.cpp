// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/ei_if_norm.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>

#include "workloads/methods/ei_if_neuron.h"

namespace ranvier::workloads {
namespace {

__extension__ using Wide = __int128;

std::int64_t divide_wide(Wide numerator, Wide denominator) {
  const Wide magnitude = numerator < 0 ? -numerator : numerator;
  const Wide rounded = (2 * magnitude + denominator) / (2 * denominator);
  return static_cast<std::int64_t>(numerator < 0 ? -rounded : rounded);
}

}  // namespace

void snn_rms_norm(const SnnSquare& square, const SnnRoot& root, const SnnNormParams& params,
                  std::span<const std::int64_t> x, std::span<std::int64_t> y, ApproximatorWork& work) {
  assert(y.size() == x.size() && params.gain.size() == x.size());
  std::int64_t largest = 0;
  for (const std::int64_t value : x) largest = std::max(largest, std::abs(value));
  assert(largest <= kSnnNormInputLimit);
  int k = 0;
  while (largest >> k >= square.outlier_from) ++k;
  std::int64_t squares = 0;
  for (const std::int64_t value : x) squares += square(std::abs(value) >> k, work);
  const auto n = static_cast<std::int64_t>(x.size());
  constexpr int kToOperand = kRootOperandFraction - kApproximatorFraction;
  const std::int64_t mean = std::max<std::int64_t>(squares, 0) * (std::int64_t{1} << kToOperand) / n;
  const Root r = root(mean + (params.epsilon >> (2 * k)), work);
  const int shift = r.shift + k;
  // x and gain hold 32 fraction bits together, the root 24: 8 more in the numerator leave 16.
  constexpr int kMore = kRootFraction - kApproximatorFraction;
  for (std::size_t i = 0; i < x.size(); ++i) {
    Wide numerator = Wide{x[i]} * params.gain[i] * (Wide{1} << kMore);
    Wide denominator = std::max<std::int64_t>(r.value, 1);
    if (shift >= 0)
      denominator <<= shift;
    else
      numerator *= Wide{1} << -shift;
    y[i] = divide_wide(numerator, denominator);
  }
}

void snn_layer_norm(const SnnSquare& square, const SnnRoot& root, const SnnNormParams& params,
                    std::span<const std::int64_t> x, std::span<std::int64_t> y, ApproximatorWork& work) {
  std::int64_t sum = 0;
  for (const std::int64_t value : x) sum += value;
  const std::int64_t mean = divide_half_away(sum, static_cast<std::int64_t>(x.size()));
  std::vector<std::int64_t> centred(x.begin(), x.end());
  for (std::int64_t& value : centred) value -= mean;
  snn_rms_norm(square, root, params, centred, y, work);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += params.bias[i];
}

}  // namespace ranvier::workloads
