// SPDX-License-Identifier: Apache-2.0
// Loads whose largest is asked for after every few changes: maxima of blocks, looked through again only where the
// largest of a block fell. Blocks that were never touched take no room: boards are large, and most of them idle.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace ranvier::mapper {

class Peaks {
 public:
  explicit Peaks(std::size_t size = 0) : size_(size), slot_((size + kBlock - 1) / kBlock, kNone) {}

  /// Adds to one load; returns what it is now.
  double add(std::size_t i, double change) {
    std::uint32_t& slot = slot_[i / kBlock];
    if (slot == kNone) {
      slot = static_cast<std::uint32_t>(blocks_.size());
      blocks_.emplace_back();
    }
    Block& block = blocks_[slot];
    double& value = block.value[i % kBlock];
    const double before = value;
    const double after = before + change;
    value = after;
    if (after >= block.top)
      block.top = after;  // an upper bound while stale, and exact where it is not
    else if (before >= block.top)
      block.stale = true;
    return after;
  }

  double operator[](std::size_t i) const {
    const std::uint32_t slot = slot_[i / kBlock];
    return slot == kNone ? 0.0 : blocks_[slot].value[i % kBlock];
  }
  std::size_t size() const { return size_; }
  /// Calls visit(i) for each load that is not zero.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t b = 0; b < slot_.size(); ++b) {
      if (slot_[b] == kNone) continue;
      const Block& block = blocks_[slot_[b]];
      for (std::size_t k = 0; k < kBlock; ++k)
        if (block.value[k] != 0) visit(b * kBlock + k);
    }
  }

  double highest() {
    double most = 0;
    for (Block& block : blocks_) {
      if (block.stale) {
        block.top = *std::max_element(block.value.begin(), block.value.end());
        block.stale = false;
      }
      most = std::max(most, block.top);
    }
    return most;
  }

 private:
  static constexpr std::size_t kBlock = 64;
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Block {
    std::array<double, kBlock> value{};
    double top = 0;  // never below its largest, nor below zero
    bool stale = false;
  };
  std::size_t size_;
  std::vector<std::uint32_t> slot_;  // by block
  std::vector<Block> blocks_;
};

}  // namespace ranvier::mapper
