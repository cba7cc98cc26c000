// SPDX-License-Identifier: Apache-2.0
// A fast stream of random numbers for one thread's inner loop: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), begun
// from a counter-based draw so that streams of different entities are independent.
#pragma once

#include <cstdint>

#include "base/random.h"

namespace ranvier {

class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint64_t entity, std::uint64_t step = 0)
      : state_(random_u64(seed, entity, step)) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// In [0, n), n > 0, as random_below().
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32); }
  /// In [0, 1), a multiple of 2^-53.
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace ranvier
