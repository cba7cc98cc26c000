// SPDX-License-Identifier: Apache-2.0
// Powers of two and comparisons only, so that every machine finds the same exponent.
#include "workloads/methods/ugo_exponent.h"

#include <cmath>

namespace ranvier::workloads {

int settled_exponent(double value, int now, const UgoExponentRange& range) {
  const auto mantissa = [&](int exponent) { return std::ldexp(value, -range.octaves * exponent); };
  if (range.fixed || (mantissa(now) >= range.low && mantissa(now) < range.high)) return now;
  // The mantissa is to lie in [middle / sqrt(2^octaves), middle * sqrt(2^octaves)); squares spare the roots.
  const double upper = range.low * range.high * std::ldexp(1.0, range.octaves);
  const double lower = std::ldexp(range.low * range.high, -range.octaves);
  int exponent = std::ilogb(value) / range.octaves;
  while (mantissa(exponent) * mantissa(exponent) >= upper) ++exponent;
  while (mantissa(exponent) * mantissa(exponent) < lower) --exponent;
  return exponent;
}

}  // namespace ranvier::workloads
