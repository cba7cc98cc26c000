// SPDX-License-Identifier: Apache-2.0
// Unit tables and exact decimal scaling.
#include "chips/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace ranvier::chips {
namespace {

__extension__ using Wide = __int128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

const std::vector<Unit>& units_of(Dimension dimension) {
  static const std::vector<Unit> count{};
  static const std::vector<Unit> cycles{{"cycles", 1}, {"cycle", 1}, {"clocks", 1}, {"clk", 1}};
  static const std::vector<Unit> bits{{"bits", 1}, {"bit", 1}};
  static const std::vector<Unit> bytes{{"B", 1},     {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
                                       {"KB", 1000}, {"kB", 1000},     {"MB", 1000000},  {"GB", 1000000000}};
  static const std::vector<Unit> bytes_per_cycle{{"B/cycle", 1}};
  static const std::vector<Unit> frequency{{"kHz", 1}, {"MHz", 1000}, {"GHz", 1000000}};
  static const std::vector<Unit> energy{{"aJ", 1},          {"fJ", 1000},          {"pJ", 1000000},
                                        {"nJ", 1000000000}, {"uJ", 1000000000000}, {"mJ", 1000000000000000}};
  static const std::vector<Unit> power{{"uW", 1}, {"mW", 1000}, {"W", 1000000}};
  switch (dimension) {
    case Dimension::kCount:
      return count;
    case Dimension::kCycles:
      return cycles;
    case Dimension::kBits:
      return bits;
    case Dimension::kBytes:
      return bytes;
    case Dimension::kBytesPerCycle:
      return bytes_per_cycle;
    case Dimension::kFrequency:
      return frequency;
    case Dimension::kEnergy:
      return energy;
    case Dimension::kPower:
      return power;
  }
  throw std::logic_error("dimension without units");
}

const Unit& shown_unit(Dimension dimension) {
  static const Unit none{"", 1};
  const auto& units = units_of(dimension);
  switch (dimension) {
    case Dimension::kCount:
      return none;
    case Dimension::kEnergy:
      return units[2];
    case Dimension::kFrequency:
    case Dimension::kPower:
      return units[1];
    default:
      return units[0];
  }
}

NumberText split_unit(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  std::size_t end = 0;
  while (end < text.size()) {
    const char c = text[end];
    // An e is part of the number only between digits (or before a sign), so that "1 events" keeps its unit.
    const bool exponent = (c == 'e' || c == 'E') && end > 0 && is_digit(text[end - 1]) && end + 1 < text.size() &&
                          (is_digit(text[end + 1]) || text[end + 1] == '-' || text[end + 1] == '+');
    const bool sign = (c == '-' || c == '+') && (end == 0 || text[end - 1] == 'e' || text[end - 1] == 'E');
    if (!is_digit(c) && c != '.' && !exponent && !sign) break;
    ++end;
  }
  std::string_view unit = text.substr(end);
  while (!unit.empty() && blank(unit.front())) unit.remove_prefix(1);
  return {std::string(text.substr(0, end)), std::string(unit)};
}

Scaled scale_decimal(std::string_view text, std::int64_t scale) {
  constexpr Scaled kNotANumber{ScaleStatus::kNotANumber, 0};
  constexpr Scaled kTooLarge{ScaleStatus::kTooLarge, 0};
  constexpr int kMostDigits = 19;
  std::size_t at = 0;
  bool negative = false;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) negative = text[at++] == '-';

  // mantissa * 10^exponent; zeros at the end of the text are held back, so 1.500000000000000000000 keeps few digits.
  Wide mantissa = 0;
  int digits = 0, exponent = 0, zeros = 0;
  bool any = false, point = false;
  for (; at < text.size() && (is_digit(text[at]) || (text[at] == '.' && !point)); ++at) {
    if (text[at] == '.') {
      point = true;
      continue;
    }
    any = true;
    if (point) --exponent;
    if (text[at] == '0') {
      ++zeros;
      continue;
    }
    for (; zeros >= 0; --zeros) {
      if (mantissa != 0 && ++digits >= kMostDigits) return kTooLarge;
      mantissa *= 10;
    }
    zeros = 0;
    mantissa += text[at] - '0';
  }
  if (!any) return kNotANumber;
  exponent += zeros;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    bool down = false;
    if (++at < text.size() && (text[at] == '-' || text[at] == '+')) down = text[at++] == '-';
    int shift = 0;
    const std::size_t first = at;
    for (; at < text.size() && is_digit(text[at]); ++at) shift = std::min(shift * 10 + (text[at] - '0'), 9999);
    if (at == first) return kNotANumber;
    exponent += down ? -shift : shift;
  }
  if (at != text.size()) return kNotANumber;

  Wide value = mantissa * scale;
  for (; exponent < 0 && value != 0; ++exponent) {
    if (value % 10 != 0) return {ScaleStatus::kNotExact, 0};
    value /= 10;
  }
  for (; exponent > 0 && value != 0; --exponent) {
    if (value > std::numeric_limits<std::int64_t>::max() / 10) return kTooLarge;
    value *= 10;
  }
  if (value > std::numeric_limits<std::int64_t>::max()) return kTooLarge;
  return {ScaleStatus::kOk, static_cast<std::int64_t>(negative ? -value : value)};
}

std::string decimal_text(std::int64_t value, std::int64_t scale) {
  const std::int64_t whole = value / scale;
  std::int64_t rest = value % scale;
  if (rest == 0) return fmt::format("{}", whole);
  std::string fraction;
  for (std::int64_t s = scale / 10; rest != 0; s /= 10) {
    fraction += static_cast<char>('0' + (rest < 0 ? -rest : rest) / s);
    rest %= s;
  }
  return fmt::format("{}{}.{}", value < 0 && whole == 0 ? "-" : "", whole, fraction);
}

}  // namespace ranvier::chips
