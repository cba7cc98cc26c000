// SPDX-License-Identifier: Apache-2.0
// METIS draws from the C library's one generator of random numbers, which each call seeds: calls that run side by side
// would take each other's numbers.
#pragma once

#include <mutex>

namespace ranvier::mapper {

/// Held around every call of METIS.
inline std::mutex& metis_turn() {
  static std::mutex turn;
  return turn;
}

}  // namespace ranvier::mapper
