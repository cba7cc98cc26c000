// SPDX-License-Identifier: Apache-2.0
// What instances of all Verilated models share.
#pragma once

#include <verilated.h>

#include <mutex>

namespace ranvier::rtl {

/// Verilator keeps the context made last in a plain global: instances are made and unmade one at a time.
inline std::mutex& verilator_globals() {
  static std::mutex mutex;
  return mutex;
}

/// While a model is in reset its registers may hold anything, and what an assertion sees means nothing.
inline void assertions_follow_reset(VerilatedContext& context, bool in_reset) {
  if (context.assertOn() == in_reset) context.assertOn(!in_reset);
}

}  // namespace ranvier::rtl
