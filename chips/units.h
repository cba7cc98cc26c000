// SPDX-License-Identifier: Apache-2.0
// Text such as "23.6 pJ" to and from exact whole numbers of the base unit, by integer arithmetic only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ranvier::chips {

/// What a number counts. The base unit is that of the strong type: attojoule, microwatt, byte, kilohertz.
enum class Dimension : std::uint8_t { kCount, kCycles, kBits, kBytes, kBytesPerCycle, kFrequency, kEnergy, kPower };

/// A way to write a dimension; `scale` base units.
struct Unit {
  std::string_view name;
  std::int64_t scale = 1;
};

/// All spellings of a dimension, the base unit first. Empty for kCount, whose unit is the noun of the thing counted.
const std::vector<Unit>& units_of(Dimension dimension);

/// The spelling used in messages and in resolved files: pJ, mW, MHz, B, ...
const Unit& shown_unit(Dimension dimension);

/// "23.6 pJ" -> {"23.6", "pJ"}. Either part may be empty.
struct NumberText {
  std::string number;
  std::string unit;
};
NumberText split_unit(std::string_view text);

enum class ScaleStatus : std::uint8_t { kOk, kNotANumber, kNotExact, kTooLarge };
struct Scaled {
  ScaleStatus status = ScaleStatus::kOk;
  std::int64_t value = 0;
};

/// Decimal text (sign, point and exponent allowed) times `scale`.
Scaled scale_decimal(std::string_view number, std::int64_t scale);

/// value / scale as a decimal without loss; scale must be a power of ten.
std::string decimal_text(std::int64_t value, std::int64_t scale);

}  // namespace ranvier::chips
