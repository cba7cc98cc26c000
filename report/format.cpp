// SPDX-License-Identifier: Apache-2.0
// Numbers as text.
#include "report/format.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace ranvier::report {

namespace {
constexpr std::array<const char*, 9> kPrefixes = {"a", "f", "p", "n", "µ", "m", "", "k", "M"};
}  // namespace

std::string Scale::text(double value) const { return fmt::format("{:.3f}", value * factor); }

Scale scale_for(double largest, const std::string& unit) {
  double factor = 1e18;
  std::size_t prefix = 0;
  while (largest * factor >= 1000 && prefix + 1 < kPrefixes.size()) {
    factor /= 1000;
    ++prefix;
  }
  return largest == 0 ? Scale{1, unit} : Scale{factor, kPrefixes[prefix] + unit};
}

std::string engineering(double value, const std::string& unit) {
  if (value == 0) return "0 " + unit;
  double scaled = value * 1e18;
  std::size_t prefix = 0;
  // 999.5 would print as 1000 with three digits, so it already takes the next prefix.
  while (std::abs(scaled) >= 999.5 && prefix + 1 < kPrefixes.size()) {
    scaled /= 1000;
    ++prefix;
  }
  const int decimals = std::abs(scaled) >= 99.95 ? 0 : std::abs(scaled) >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f} {}{}", scaled, decimals, kPrefixes[prefix], unit);
}

std::string energy_text(Energy energy) { return engineering(joules(energy), "J"); }
std::string energy_text(double joule) { return engineering(joule, "J"); }
std::string duration_text(Duration duration) { return engineering(seconds(duration), "s"); }

namespace {

std::string grouped(const std::string& digits) {
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const std::size_t after = digits.size() - i;
    if (i > 0 && after % 3 == 0 && digits[i - 1] != '-') text += ',';
    text += digits[i];
  }
  return text;
}

}  // namespace

std::string count_text(std::int64_t count) { return grouped(std::to_string(count)); }
std::string count_text(Energy attojoules) { return grouped(attojoule_text(attojoules)); }

std::string percent_text(double fraction, int digits) { return fmt::format("{:.{}f} %", fraction * 100, digits); }

std::string attojoule_text(Energy energy) { return fmt::format("{}", energy.exact()); }

double share(double part, double whole) { return whole == 0 ? 0 : part / whole; }
double share(Energy part, Energy whole) { return share(joules(part), joules(whole)); }

Energy mean(Energy whole, std::int64_t count) {
  return count == 0 ? Energy() : Energy::of((whole.exact() + count / 2) / count);
}

}  // namespace ranvier::report
