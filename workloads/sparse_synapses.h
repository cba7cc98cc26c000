// SPDX-License-Identifier: Apache-2.0
// Synapses of a layer by source, in blocks of targets whose sums fit a first-level cache: 3 bytes a synapse, 4 a
// source and block, 8 a target; where every source reaches every target, 1 byte a synapse.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "workloads/conv.h"

namespace ranvier::workloads {

class SparseSynapses {
 public:
  static constexpr std::int32_t kBlockTargets = 2048;  // 8 KiB of 32-bit sums

  /// Rows of all sources into targets [first, first + width).
  struct Block {
    std::int32_t first = 0;
    std::int32_t width = 0;
    std::vector<std::uint32_t> offset;  // [sources + 1], into the next two; dense: empty
    std::vector<std::uint16_t> target;  // less `first`, ascending in a row; dense: empty
    std::vector<std::int8_t> weight;    // dense: [source][width]
  };

  /// What a source adds to the targets of a block: `targets` is null in a dense row.
  struct Row {
    const std::uint16_t* target = nullptr;
    const std::int8_t* weight = nullptr;
    std::uint32_t count = 0;
  };

  /// Writes the synapses of `source` into `targets` ascending, targets less targets.first, and returns how many.
  using MakeRow =
      std::function<std::uint32_t(std::int32_t source, IndexRange targets, std::uint16_t* target, std::int8_t* weight)>;
  /// Calls make_row for every source and block, on at most `threads` threads (0: as many as the caller has). Dense
  /// where every row turned out full.
  SparseSynapses(std::int32_t sources, std::int32_t targets, const MakeRow& make_row, int threads = 0);

  std::int32_t sources() const { return sources_; }
  std::int32_t targets() const { return targets_; }
  bool dense() const { return dense_; }
  std::int64_t synapses() const { return synapses_; }
  std::int64_t bytes() const;
  std::span<const Block> blocks() const { return blocks_; }

  Row row(const Block& block, std::int32_t source) const {
    const auto s = static_cast<std::size_t>(source);
    if (dense_) {
      return {nullptr, block.weight.data() + s * static_cast<std::size_t>(block.width),
              static_cast<std::uint32_t>(block.width)};
    }
    const std::uint32_t at = block.offset[s];
    return {block.target.data() + at, block.weight.data() + at, block.offset[s + 1] - at};
  }

  /// The part of a row whose targets lie in `targets`, which are not less block.first.
  Row part(const Block& block, std::int32_t source, IndexRange targets) const;

  /// visit(target, weight), ascending.
  template <class Visit>
  void for_each(std::int32_t source, IndexRange targets, Visit&& visit) const {
    for (const Block& block : blocks_) {
      if (block.first >= targets.end || block.first + block.width <= targets.first) continue;
      const Row r = part(block, source, targets);
      const std::int32_t first = dense_ ? std::max(targets.first, block.first) : block.first;
      for (std::uint32_t k = 0; k < r.count; ++k) {
        visit(first + static_cast<std::int32_t>(r.target == nullptr ? k : r.target[k]), std::int32_t{r.weight[k]});
      }
    }
  }

  std::int64_t count(std::int32_t source, IndexRange targets) const;
  std::int64_t count(IndexRange targets) const {
    if (targets.end <= targets.first) return 0;
    if (dense_) return std::int64_t{sources_} * (targets.end - targets.first);
    return into_first_[static_cast<std::size_t>(targets.end)] - into_first_[static_cast<std::size_t>(targets.first)];
  }
  /// The smallest and the largest weight, and all of them ORed.
  struct WeightRange {
    std::int32_t low = 0, high = 0;
    std::uint32_t together = 0;
  };
  WeightRange weights() const;

 private:
  void make_block(Block& block, const MakeRow& make_row) const;
  void close();

  std::int32_t sources_, targets_;
  bool dense_ = false;
  std::int64_t synapses_ = 0;
  std::vector<Block> blocks_;
  std::vector<std::int64_t> into_first_;  // [targets + 1]: synapses into all targets before this one; dense: empty
};

}  // namespace ranvier::workloads
