// SPDX-License-Identifier: Apache-2.0
// A core's source of synthetic packets.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/ids.h"
#include "base/random.h"

namespace ranvier::sim {

/// Bernoulli trials, one a cycle, drawn as gaps between successes: the same distribution, work only where packets are.
class BernoulliSource {
 public:
  BernoulliSource(double packets_per_cycle, std::uint64_t seed, CoreId core)
      : rate_(packets_per_cycle), seed_(seed), core_(core) {
    advance();
  }
  std::int64_t next() const { return next_; }
  std::uint64_t packet() const { return packet_ - 1; }
  void advance() {
    if (rate_ <= 0) {
      next_ = std::numeric_limits<std::int64_t>::max();
      return;
    }
    double gap = 0;
    if (rate_ < 1) gap = std::floor(std::log1p(-random_unit(seed_, core_.value(), packet_, 0)) / std::log1p(-rate_));
    next_ += 1 + static_cast<std::int64_t>(std::min(gap, 1e15));
    ++packet_;
  }

 private:
  double rate_;
  std::uint64_t seed_;
  CoreId core_;
  std::int64_t next_ = -1;
  std::uint64_t packet_ = 0;
};

}  // namespace ranvier::sim
