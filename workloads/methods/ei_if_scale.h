// SPDX-License-Identifier: Apache-2.0
// A tensor's scale as two integers: what the dynamic form of ei-if carries through a network beside the codes.
#pragma once

#include <cstdint>

namespace ranvier::workloads {

/// mantissa * 2^exponent with a mantissa of 31 bits (in [2^30, 2^31)), or 0.
struct TensorScale {
  std::int64_t mantissa = 0;
  std::int32_t exponent = 0;
  friend bool operator==(const TensorScale&, const TensorScale&) = default;
};

/// Nearest 31-bit mantissa, for constants of a network; value >= 0 and finite.
TensorScale tensor_scale(double value);
/// 2^exponent.
TensorScale power_of_two(std::int32_t exponent);
/// For reports only.
double real_value(TensorScale scale);

/// a * b, rounded to 31 bits, halves up.
TensorScale product(TensorScale a, TensorScale b);
/// scale * numerator / denominator: the quotient of at least 32 bits is floored, then rounded to 31, halves up.
/// 0 <= numerator < 2^47, 0 < denominator < 2^47.
TensorScale scaled(TensorScale scale, std::int64_t numerator, std::int64_t denominator);

/// round(value * from / to), halves away from zero; saturates at +-kRescaleLimit. |value| <= kRescaleLimit, to > 0.
std::int64_t rescale(std::int64_t value, TensorScale from, TensorScale to);
inline constexpr std::int64_t kRescaleLimit = std::int64_t{1} << 46;

}  // namespace ranvier::workloads
