// SPDX-License-Identifier: Apache-2.0
// Sums modulo 2^32, as vectors of 32-bit lanes form them: the rests of vectorised loops end in the same bits.
#pragma once

#include <cstdint>

namespace ranvier::workloads {

inline std::int32_t add_product_modulo(std::int32_t sum, std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) +
                                   static_cast<std::uint32_t>(a) * static_cast<std::uint32_t>(b));
}

}  // namespace ranvier::workloads
