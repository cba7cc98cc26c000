// SPDX-License-Identifier: Apache-2.0
// What instances of all Verilated models share.
#pragma once

#include <mutex>

namespace ranvier::rtl {

/// Verilator keeps the context made last in a plain global: instances are made and unmade one at a time.
inline std::mutex& verilator_globals() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace ranvier::rtl
