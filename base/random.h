// SPDX-License-Identifier: Apache-2.0
// Counter-based random numbers (Philox 4x64-10, Salmon et al., SC 2011, through Random123): a pure function of its key,
// so thread count, order of evaluation and placement cannot change what anybody draws.
#pragma once

#include <cstdint>

namespace ranvier {

/// 64 random bits for draw number `draw` of entity `entity` in step `step`.
std::uint64_t random_u64(std::uint64_t seed, std::uint64_t entity, std::uint64_t step, std::uint32_t draw = 0);

/// In [0, 1), a multiple of 2^-53.
double random_unit(std::uint64_t seed, std::uint64_t entity, std::uint64_t step, std::uint32_t draw = 0);

/// In [0, n), n > 0, by multiplication and shift (Lemire 2019 without the rejection): bias below n / 2^64.
std::uint32_t random_below(std::uint32_t n, std::uint64_t seed, std::uint64_t entity, std::uint64_t step,
                           std::uint32_t draw = 0);

}  // namespace ranvier
