// SPDX-License-Identifier: Apache-2.0
// One elaboration and run of the SystemC kernel, and cycles as its time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>

#include <systemc>

#include "base/quantities.h"

namespace ranvier::sim {

/// A fresh SystemC kernel for as long as it lives. The kernel is global, so sessions of several threads take turns. All
/// modules must be gone before their session.
class SystemCSession {
 public:
  SystemCSession();
  ~SystemCSession();
  SystemCSession(const SystemCSession&) = delete;
  SystemCSession& operator=(const SystemCSession&) = delete;

 private:
  std::unique_lock<std::mutex> turn_;
};

/// Cycles of the chip clock as SystemC time, one femtosecond a unit. There is no sc_clock: nothing ticks while nothing
/// happens.
class ChipClock {
 public:
  explicit ChipClock(Duration period) : period_(static_cast<sc_dt::uint64>(period.count())) {}
  std::int64_t now() const { return static_cast<std::int64_t>(sc_core::sc_time_stamp().value() / period_); }
  /// From now to `cycle`; nothing where that has passed.
  sc_core::sc_time until(std::int64_t cycle) const {
    return sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(std::max<std::int64_t>(0, cycle - now())) * period_);
  }

 private:
  sc_dt::uint64 period_;
};

}  // namespace ranvier::sim
