// SPDX-License-Identifier: Apache-2.0
// Rows are made in parts of sources side by side and joined in their order: threads cannot change what comes out.
#include "workloads/sparse_synapses.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "workloads/parallel_parts.h"

namespace ranvier::workloads {
namespace {

constexpr std::int32_t kSourcesOfPart = 64;

struct Part {
  std::vector<std::uint32_t> count;  // by source
  std::vector<std::uint16_t> target;
  std::vector<std::int8_t> weight;
};

}  // namespace

SparseSynapses::SparseSynapses(std::int32_t sources, std::int32_t targets, const MakeRow& make_row, int threads)
    : sources_(sources), targets_(targets) {
  for (std::int32_t first = 0; first < targets; first += kBlockTargets) {
    Block block;
    block.first = first;
    block.width = std::min(kBlockTargets, targets - first);
    blocks_.push_back(std::move(block));
  }
  with_threads(threads, [&] {
    for (Block& block : blocks_) make_block(block, make_row);
  });
  close();
}

void SparseSynapses::make_block(Block& block, const MakeRow& make_row) const {
  std::vector<Part> parts(static_cast<std::size_t>((sources_ + kSourcesOfPart - 1) / kSourcesOfPart));
  for_each_part(parts.size(), true, [&](std::size_t p) {
    Part& part = parts[p];
    std::vector<std::uint16_t> target(static_cast<std::size_t>(block.width));
    std::vector<std::int8_t> weight(target.size());
    const std::int32_t first = static_cast<std::int32_t>(p) * kSourcesOfPart;
    for (std::int32_t s = first; s < std::min(sources_, first + kSourcesOfPart); ++s) {
      const std::uint32_t n = make_row(s, {block.first, block.first + block.width}, target.data(), weight.data());
      if (n > target.size()) throw std::logic_error("more synapses than targets");
      part.count.push_back(n);
      part.target.insert(part.target.end(), target.begin(), target.begin() + n);
      part.weight.insert(part.weight.end(), weight.begin(), weight.begin() + n);
    }
  });
  std::size_t all = 0;
  for (const Part& part : parts) all += part.weight.size();
  block.target.reserve(all);
  block.weight.reserve(all);
  block.offset.reserve(static_cast<std::size_t>(sources_) + 1);
  block.offset.push_back(0);
  for (const Part& part : parts) {
    for (const std::uint32_t n : part.count) block.offset.push_back(block.offset.back() + n);
    block.target.insert(block.target.end(), part.target.begin(), part.target.end());
    block.weight.insert(block.weight.end(), part.weight.begin(), part.weight.end());
  }
}

void SparseSynapses::close() {
  for (const Block& block : blocks_) synapses_ += static_cast<std::int64_t>(block.weight.size());
  dense_ = synapses_ > 0 && synapses_ == std::int64_t{sources_} * targets_;
  if (!dense_) {
    into_first_.assign(static_cast<std::size_t>(targets_) + 1, 0);
    for (const Block& block : blocks_)
      for (const std::uint16_t target : block.target) ++into_first_[static_cast<std::size_t>(block.first + target) + 1];
    std::partial_sum(into_first_.begin(), into_first_.end(), into_first_.begin());
    return;
  }
  for (Block& block : blocks_) {
    block.offset = std::vector<std::uint32_t>();  // `= {}` would keep the memory
    block.target = std::vector<std::uint16_t>();
  }
}

std::int64_t SparseSynapses::bytes() const {
  std::size_t all = sizeof(*this) + into_first_.capacity() * sizeof(std::int64_t);
  for (const Block& b : blocks_) {
    all += sizeof(b) + b.offset.capacity() * sizeof(std::uint32_t) + b.target.capacity() * sizeof(std::uint16_t) +
           b.weight.capacity();
  }
  return static_cast<std::int64_t>(all);
}

SparseSynapses::Row SparseSynapses::part(const Block& block, std::int32_t source, IndexRange targets) const {
  const std::int32_t first = std::max(targets.first - block.first, 0);
  const std::int32_t end = std::min(targets.end - block.first, block.width);
  Row r = row(block, source);
  if (first >= end) return {r.target, r.weight, 0};
  if (dense_) return {nullptr, r.weight + first, static_cast<std::uint32_t>(end - first)};
  const std::uint16_t* begin = std::lower_bound(r.target, r.target + r.count, first);
  const std::uint16_t* stop = std::lower_bound(begin, r.target + r.count, end);
  return {begin, r.weight + (begin - r.target), static_cast<std::uint32_t>(stop - begin)};
}

std::int64_t SparseSynapses::count(std::int32_t source, IndexRange targets) const {
  std::int64_t n = 0;
  for (const Block& block : blocks_) n += part(block, source, targets).count;
  return n;
}

SparseSynapses::WeightRange SparseSynapses::weights() const {
  WeightRange range;
  for (const Block& block : blocks_) {
    for (const std::int8_t w : block.weight) {
      range.low = std::min<std::int32_t>(range.low, w);
      range.high = std::max<std::int32_t>(range.high, w);
      range.together |= static_cast<std::uint32_t>(std::int32_t{w});
    }
  }
  return range;
}

}  // namespace ranvier::workloads
