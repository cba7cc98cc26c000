// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/ei_if_scale.h"

#include <cassert>
#include <cmath>

namespace ranvier::workloads {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr int kMantissaBits = 31;

int width_of(Wide value) {
  int bits = 0;
  for (; value != 0; value >>= 1) ++bits;
  return bits;
}

/// value * 2^exponent with a mantissa of kMantissaBits, halves up.
TensorScale normalised(Wide value, std::int32_t exponent) {
  if (value == 0) return {};
  const int excess = width_of(value) - kMantissaBits;
  if (excess <= 0) return {static_cast<std::int64_t>(value << -excess), exponent + excess};
  Wide rounded = (value + (Wide{1} << (excess - 1))) >> excess;
  std::int32_t shifted = exponent + excess;
  if (rounded == Wide{1} << kMantissaBits) rounded >>= 1, ++shifted;
  return {static_cast<std::int64_t>(rounded), shifted};
}

}  // namespace

TensorScale tensor_scale(double value) {
  assert(std::isfinite(value) && value >= 0);
  if (value == 0) return {};
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);  // [0.5, 1)
  return normalised(static_cast<Wide>(std::ldexp(fraction, 53)), exponent - 53);
}

TensorScale power_of_two(std::int32_t exponent) {
  return {std::int64_t{1} << (kMantissaBits - 1), exponent - kMantissaBits + 1};
}

double real_value(TensorScale scale) { return std::ldexp(static_cast<double>(scale.mantissa), scale.exponent); }

TensorScale product(TensorScale a, TensorScale b) {
  return normalised(static_cast<Wide>(a.mantissa) * static_cast<Wide>(b.mantissa), a.exponent + b.exponent);
}

TensorScale scaled(TensorScale scale, std::int64_t numerator, std::int64_t denominator) {
  assert(numerator >= 0 && denominator > 0);
  Wide value = static_cast<Wide>(scale.mantissa) * static_cast<Wide>(numerator);
  if (value == 0) return {};
  const auto divisor = static_cast<Wide>(denominator);
  int shift = width_of(divisor) + kMantissaBits + 1 - width_of(value);  // then the quotient has 32 bits or more
  if (shift < 0) shift = 0;
  value = (value << shift) / divisor;
  return normalised(value, scale.exponent - shift);
}

std::int64_t rescale(std::int64_t value, TensorScale from, TensorScale to) {
  assert(to.mantissa > 0);
  if (value == 0 || from.mantissa == 0) return 0;
  const bool negative = value < 0;
  Wide numerator = static_cast<Wide>(negative ? -value : value) * static_cast<Wide>(from.mantissa);
  auto denominator = static_cast<Wide>(to.mantissa);
  const int shift = from.exponent - to.exponent;
  constexpr int kCertainlyTooLarge = 48, kCertainlyNothing = 80;  // mantissas differ by less than a factor of 2
  if (shift > kCertainlyTooLarge) return negative ? -kRescaleLimit : kRescaleLimit;
  if (shift < -kCertainlyNothing) return 0;
  if (shift >= 0)
    numerator <<= shift;
  else
    denominator <<= -shift;
  // An odd denominator has no exact half, so its half may be rounded down.
  const Wide rounded = (numerator + denominator / 2) / denominator;
  const std::int64_t magnitude =
      rounded > static_cast<Wide>(kRescaleLimit) ? kRescaleLimit : static_cast<std::int64_t>(rounded);
  return negative ? -magnitude : magnitude;
}

}  // namespace ranvier::workloads
