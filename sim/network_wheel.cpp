// SPDX-License-Identifier: Apache-2.0
// Packets that wait for their cycle: a window of buckets, and a heap for what lies beyond it.
#include "sim/network_wheel.h"

#include <algorithm>

namespace ranvier::sim {

PacketSchedule::PacketSchedule() : window_(kWindow), occupied_(kWindow / 64) {}

void PacketSchedule::append(PacketList& list, std::uint32_t index) {
  pool_[index].next = kNoPacket;
  if (list.empty()) {
    list.first = index;
  } else {
    pool_[list.last].next = index;
  }
  list.last = index;
}

void PacketSchedule::drop_first(PacketList& list) {
  const std::uint32_t index = list.first;
  list.first = pool_[index].next;
  pool_[index].next = free_;
  free_ = index;
}

void PacketSchedule::enter_window(std::uint32_t index, std::int64_t ready) {
  const auto slot = static_cast<std::size_t>(ready % kWindow);
  append(window_[slot], index);
  occupied_[slot / 64] |= std::uint64_t{1} << (slot % 64);
}

void PacketSchedule::add(const WaitingPacket& packet, std::int64_t ready) {
  assert(ready >= now_);
  std::uint32_t index = free_;
  if (index == kNoPacket) {
    index = static_cast<std::uint32_t>(pool_.size());
    pool_.push_back(packet);
  } else {
    free_ = pool_[index].next;
    pool_[index] = packet;
  }
  if (ready < now_ + kWindow) {
    enter_window(index, ready);
  } else {
    later_.push_back({ready, order_++, index});
    std::push_heap(later_.begin(), later_.end(), later);
  }
}

void PacketSchedule::move_to(std::int64_t cycle) {
  now_ = cycle;
  // At once when the window reaches them, so that they stand before packets added later for the same cycle.
  while (!later_.empty() && later_.front().ready < now_ + kWindow) {
    const Later first = later_.front();
    std::pop_heap(later_.begin(), later_.end(), later);
    later_.pop_back();
    enter_window(first.packet, first.ready);
  }
}

std::uint32_t PacketSchedule::take(std::int64_t cycle) {
  const auto slot = static_cast<std::size_t>(cycle % kWindow);
  const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
  if ((occupied_[slot / 64] & bit) == 0) return kNoPacket;
  occupied_[slot / 64] &= ~bit;
  const std::uint32_t first = window_[slot].first;
  window_[slot] = {};
  return first;
}

std::int64_t PacketSchedule::next(std::int64_t otherwise) const {
  const auto start = static_cast<std::size_t>(now_ % kWindow);
  for (std::size_t step = 0; step <= occupied_.size(); ++step) {
    const std::size_t word = (start / 64 + step) % occupied_.size();
    std::uint64_t bits = occupied_[word];
    if (step == 0) bits &= ~std::uint64_t{0} << (start % 64);
    if (step == occupied_.size()) bits &= ~(~std::uint64_t{0} << (start % 64));
    if (bits != 0) {
      const std::size_t slot = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
      return now_ + static_cast<std::int64_t>((slot + static_cast<std::size_t>(kWindow) - start) %
                                              static_cast<std::size_t>(kWindow));
    }
  }
  return later_.empty() ? otherwise : later_.front().ready;
}

}  // namespace ranvier::sim
