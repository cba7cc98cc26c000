// SPDX-License-Identifier: Apache-2.0
// Integer quantities with a unit in the type. Sums are exact in any order, so totals add up to the last digit.
#pragma once

#include <compare>
#include <cstdint>

#include "base/error.h"

namespace ranvier {

/// A sum or product beyond 63 bits. The books must not wrap silently: absurd numbers in a chip file end here.
struct QuantityOverflow : Error {
  QuantityOverflow()
      : Error(ExitCode::kBadInput,
              "a quantity left 63 bits (energy ends at 9.2 J, time at 2.5 h); give the chip file smaller energies, "
              "powers or "
              "cycle costs, or simulate fewer images") {}
};

template <class Tag>
class Quantity {
 public:
  using value_type = std::int64_t;
  constexpr Quantity() = default;
  constexpr explicit Quantity(value_type count) : count_(count) {}
  constexpr value_type count() const { return count_; }

  constexpr Quantity& operator+=(Quantity o) {
    if (__builtin_add_overflow(count_, o.count_, &count_)) throw QuantityOverflow();
    return *this;
  }
  constexpr Quantity& operator-=(Quantity o) {
    if (__builtin_sub_overflow(count_, o.count_, &count_)) throw QuantityOverflow();
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return a += b; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return a -= b; }
  friend constexpr Quantity operator*(Quantity a, value_type n) {
    value_type product = 0;
    if (__builtin_mul_overflow(a.count_, n, &product)) throw QuantityOverflow();
    return Quantity(product);
  }
  friend constexpr Quantity operator*(value_type n, Quantity a) { return a * n; }
  friend constexpr auto operator<=>(Quantity, Quantity) = default;

 private:
  value_type count_ = 0;
};

using Energy = Quantity<struct EnergyTag>;      // attojoule, 1e-18 J; tops out at 9.2 J
using Duration = Quantity<struct DurationTag>;  // femtosecond, 1e-15 s; tops out at 2.5 h
using Cycles = Quantity<struct CyclesTag>;      // clock cycles of the domain that the name tells
using Bytes = Quantity<struct BytesTag>;
using SynOps = Quantity<struct SynOpsTag>;  // one weight added (unary) or multiplied and added (graded)
using Power = Quantity<struct PowerTag>;    // microwatt

constexpr double picojoules(Energy e) { return static_cast<double>(e.count()) * 1e-6; }
constexpr double nanojoules(Energy e) { return static_cast<double>(e.count()) * 1e-9; }
constexpr double nanoseconds(Duration d) { return static_cast<double>(d.count()) * 1e-6; }
constexpr double microseconds(Duration d) { return static_cast<double>(d.count()) * 1e-9; }
constexpr double seconds(Duration d) { return static_cast<double>(d.count()) * 1e-15; }

/// Energy of a power over a time, rounded down. 1 uW * 1 fs = 1e-3 aJ. Goes through 128 bits: no overflow below 9.2 J.
constexpr Energy energy_over(Power p, Duration t) {
  __extension__ using Wide = __int128;
  const Wide attojoules = static_cast<Wide>(p.count()) * t.count() / 1000;
  if (attojoules > INT64_MAX || attojoules < INT64_MIN) throw QuantityOverflow();
  return Energy(static_cast<std::int64_t>(attojoules));
}

}  // namespace ranvier
