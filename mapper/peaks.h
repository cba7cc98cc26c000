// SPDX-License-Identifier: Apache-2.0
// Loads whose largest is asked for after every few changes: maxima of blocks, looked through again only where the
// largest of a block fell.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace ranvier::mapper {

class Peaks {
 public:
  explicit Peaks(std::size_t size = 0)
      : value_(size, 0.0), top_((size + kBlock - 1) / kBlock, 0.0), stale_(top_.size()) {}

  /// Adds to one load; returns what it is now.
  double add(std::size_t i, double change) {
    const std::size_t block = i / kBlock;
    const double before = value_[i];
    const double after = before + change;
    value_[i] = after;
    if (after >= top_[block])
      top_[block] = after;  // an upper bound while stale, and exact where it is not
    else if (before >= top_[block])
      stale_[block] = 1;
    return after;
  }

  double operator[](std::size_t i) const { return value_[i]; }
  std::size_t size() const { return value_.size(); }

  double highest() {
    double most = 0;
    for (std::size_t b = 0; b < top_.size(); ++b) {
      if (stale_[b] != 0) {
        const auto first = value_.begin() + static_cast<std::ptrdiff_t>(b * kBlock);
        const auto last = value_.begin() + static_cast<std::ptrdiff_t>(std::min((b + 1) * kBlock, value_.size()));
        top_[b] = *std::max_element(first, last);
        stale_[b] = 0;
      }
      most = std::max(most, top_[b]);
    }
    return most;
  }

 private:
  static constexpr std::size_t kBlock = 64;
  std::vector<double> value_;
  std::vector<double> top_;  // by block; never below its largest
  std::vector<std::uint8_t> stale_;
};

}  // namespace ranvier::mapper
