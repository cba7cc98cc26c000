// SPDX-License-Identifier: Apache-2.0
// Integer quantities with a unit in the type. Sums are exact in any order, so totals add up to the last digit.
#pragma once

#include <compare>
#include <cstdint>

#include "base/error.h"

namespace ranvier {

/// 128 bits, which ISO C++ has no name for.
__extension__ using Wide = __int128;

/// A sum or product beyond the type's bits. The books must not wrap silently: absurd numbers in a chip file end here.
struct QuantityOverflow : Error {
  QuantityOverflow()
      : Error(
            ExitCode::kBadInput,
            "a quantity left its range (63 bits: time ends at 2.5 h, the energy of one event at 9.2 J); give the chip "
            "file smaller energies, powers or cycle costs, or simulate fewer images") {}
};

template <class Tag, class Rep = std::int64_t>
class Quantity {
 public:
  using value_type = std::int64_t;
  constexpr Quantity() = default;
  constexpr explicit Quantity(value_type count) : count_(count) {}
  /// Throws QuantityOverflow beyond 63 bits: a sum that may be wider has exact().
  constexpr value_type count() const {
    if constexpr (sizeof(Rep) > sizeof(value_type)) {
      if (count_ > INT64_MAX || count_ < INT64_MIN) throw QuantityOverflow();
    }
    return static_cast<value_type>(count_);
  }
  constexpr Rep exact() const { return count_; }
  static constexpr Quantity of(Rep count) {
    Quantity q;
    q.count_ = count;
    return q;
  }

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
    Rep product = 0;
    if (__builtin_mul_overflow(a.count_, n, &product)) throw QuantityOverflow();
    return of(product);
  }
  friend constexpr Quantity operator*(value_type n, Quantity a) { return a * n; }
  friend constexpr auto operator<=>(Quantity, Quantity) = default;

 private:
  Rep count_ = 0;
};

/// Attojoule, 1e-18 J. 128 bits: a board of many watts spends 9.2 J, where 63 bits end, in well under a second.
using Energy = Quantity<struct EnergyTag, Wide>;
using Duration = Quantity<struct DurationTag>;  // femtosecond, 1e-15 s; tops out at 2.5 h
using Cycles = Quantity<struct CyclesTag>;      // clock cycles of the domain that the name tells
using Bytes = Quantity<struct BytesTag>;
using SynOps = Quantity<struct SynOpsTag>;  // one weight added (unary) or multiplied and added (graded)
using Power = Quantity<struct PowerTag>;    // microwatt

constexpr double joules(Energy e) { return static_cast<double>(e.exact()) * 1e-18; }
constexpr double picojoules(Energy e) { return static_cast<double>(e.exact()) * 1e-6; }
constexpr double nanojoules(Energy e) { return static_cast<double>(e.exact()) * 1e-9; }
constexpr double nanoseconds(Duration d) { return static_cast<double>(d.count()) * 1e-6; }
constexpr double microseconds(Duration d) { return static_cast<double>(d.count()) * 1e-9; }
constexpr double seconds(Duration d) { return static_cast<double>(d.count()) * 1e-15; }

/// Energy of a power over a time, rounded down. 1 uW * 1 fs = 1e-3 aJ.
constexpr Energy energy_over(Power p, Duration t) {
  return Energy::of(static_cast<Wide>(p.count()) * t.count() / 1000);
}

}  // namespace ranvier
