// SPDX-License-Identifier: Apache-2.0
// When one link or port is taken. Reservations come for times ahead, out of order, and fill the gaps that others left.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace ranvier::sim {

/// Cycle by cycle for a window of kWords words of 64 cycles that starts with the word of `now`; behind it only the end
/// of the last reservation is known.
template <std::int64_t kWords>
class CalendarOf {
 public:
  /// Takes the first `cycles` free cycles in a row from `from` on, where from >= now, and now never falls. Returns the
  /// first.
  std::int64_t reserve(std::int64_t now, std::int64_t from, std::int64_t cycles) {
    slide(now / 64);
    const std::int64_t start = from >= last_ ? from : first_gap(from, cycles);
    mark(start, cycles);
    last_ = std::max(last_, start + cycles);
    return start;
  }

 private:
  std::uint64_t& word(std::int64_t number) { return words_[static_cast<std::size_t>(number % kWords)]; }

  void slide(std::int64_t first) {
    if (first == first_) return;
    for (std::int64_t number = std::max(first_ + kWords, first); number < first + kWords; ++number) {
      const std::int64_t taken = std::clamp<std::int64_t>(last_ - number * 64, 0, 64);
      word(number) = taken == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << taken) - 1;
    }
    first_ = first;
  }

  std::int64_t first_gap(std::int64_t from, std::int64_t cycles) {
    const std::int64_t end = (first_ + kWords) * 64;
    std::int64_t start = from;  // of the free run that is being measured
    for (std::int64_t at = from; at < end && at < last_;) {
      const std::uint64_t ahead = word(at / 64) >> (at % 64);
      const std::int64_t left = 64 - at % 64;
      if ((ahead & 1u) != 0) {
        at += std::min<std::int64_t>(left, std::countr_one(ahead));
        start = at;
      } else {
        at += ahead == 0 ? left : std::countr_zero(ahead);
        if (at - start >= cycles) return start;
      }
    }
    return std::max(from, last_);
  }

  void mark(std::int64_t start, std::int64_t cycles) {
    const std::int64_t end = std::min(start + cycles, (first_ + kWords) * 64);
    for (std::int64_t at = start; at < end;) {
      const std::int64_t count = std::min(end - at, 64 - at % 64);
      const std::uint64_t run = count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
      word(at / 64) |= run << (at % 64);
      at += count;
    }
  }

  std::array<std::uint64_t, kWords> words_{};
  std::int64_t first_ = 0;  // number of the word of 64 cycles that the window starts with
  std::int64_t last_ = 0;   // end of the last reservation
};

using LinkCalendar = CalendarOf<4>;
using LongCalendar = CalendarOf<64>;  // of chips whose hops take many cycles

}  // namespace ranvier::sim
