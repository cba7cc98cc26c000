// SPDX-License-Identifier: Apache-2.0
// Queues by cycle for the network models: a wheel for events a few cycles ahead, and the packets that wait for their
// time.
#pragma once

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <vector>

namespace ranvier::sim {

/// Events of one cycle. Keeps its memory: no allocation once the load is known.
class EventBucket {
 public:
  [[gnu::always_inline]] void add(std::uint32_t event) {
    if (size_ == memory_.size()) grow();
    memory_[size_++] = event;
  }
  void clear() { size_ = 0; }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  const std::uint32_t* begin() const { return memory_.data(); }
  const std::uint32_t* end() const { return memory_.data() + size_; }

 private:
  [[gnu::noinline]] void grow() { memory_.resize(std::max<std::size_t>(8, 2 * size_)); }
  std::vector<std::uint32_t> memory_;
  std::size_t size_ = 0;
};

/// Events of the next `span` cycles, a bucket a cycle.
class EventWheel {
 public:
  explicit EventWheel(std::int64_t span)
      : slots_(std::bit_ceil(static_cast<std::size_t>(span) + 1)),
        mask_(static_cast<std::int64_t>(slots_.size()) - 1) {}

  EventBucket& at(std::int64_t cycle) { return slots_[static_cast<std::size_t>(cycle & mask_)]; }
  const EventBucket& at(std::int64_t cycle) const { return slots_[static_cast<std::size_t>(cycle & mask_)]; }
  [[gnu::always_inline]] void add(std::int64_t cycle, std::uint32_t event) { at(cycle).add(event); }
  /// Buckets: events lie fewer cycles ahead.
  std::int64_t span() const { return mask_ + 1; }

  /// First cycle from `from` on with an event; `otherwise` when there is none.
  std::int64_t next(std::int64_t from, std::int64_t otherwise) const {
    for (std::int64_t cycle = from; cycle <= from + mask_; ++cycle) {
      if (!at(cycle).empty()) return cycle;
    }
    return otherwise;
  }

 private:
  std::vector<EventBucket> slots_;
  std::int64_t mask_;
};

/// A packet before it enters: in the schedule until its cycle comes, then in its core's source queue.
struct WaitingPacket {
  std::uint32_t id = 0;
  std::uint32_t core = 0;
  std::uint32_t destination = 0;
  std::int32_t flits = 0;
  bool relay = false;
  std::uint32_t next = 0;
  bool tree = false;  // `destination` is a number in the engine's list of tree packets
};

inline constexpr std::uint32_t kNoPacket = UINT32_MAX;

/// First in, first out, through the `next` of the pool's packets.
struct PacketList {
  std::uint32_t first = kNoPacket;
  std::uint32_t last = kNoPacket;
  bool empty() const { return first == kNoPacket; }
};

/// What waits at a core to enter the network. Relays go first: they hold slots of a small buffer, while the core's own
/// events wait in its state memory.
struct SourceQueue {
  PacketList relays;
  PacketList own;
  bool empty() const { return relays.empty() && own.empty(); }
  PacketList& of(bool relay) { return relay ? relays : own; }
  PacketList& next() { return of(!relays.empty()); }
};

/// Packets by the cycle in which they join their source queue; those of one cycle in the order in which they were
/// added.
class PacketSchedule {
 public:
  PacketSchedule();
  /// `ready` not before the cycle last given to move_to().
  void add(const WaitingPacket& packet, std::int64_t ready);
  /// Cycles before `cycle` are over. Their packets must have been taken.
  void move_to(std::int64_t cycle);
  /// First packet due in `cycle`, which lies in the window that starts where move_to() left it; the rest hang on
  /// `next`.
  std::uint32_t take(std::int64_t cycle);
  std::int64_t next(std::int64_t otherwise) const;

  WaitingPacket& operator[](std::uint32_t index) { return pool_[index]; }
  void append(PacketList& list, std::uint32_t index);
  /// Takes the first packet off the list and gives its place back.
  void drop_first(PacketList& list);

 private:
  static constexpr std::int64_t kWindow = 1024;
  struct Later {
    std::int64_t ready;
    std::uint64_t order;
    std::uint32_t packet;
  };
  static bool later(const Later& a, const Later& b) {
    return a.ready != b.ready ? a.ready > b.ready : a.order > b.order;
  }
  void enter_window(std::uint32_t index, std::int64_t ready);

  std::vector<WaitingPacket> pool_;
  std::uint32_t free_ = kNoPacket;
  std::vector<PacketList> window_;
  std::vector<std::uint64_t> occupied_;  // a bit for each cycle of the window
  std::vector<Later> later_;             // heap: what lies beyond the window
  std::uint64_t order_ = 0;
  std::int64_t now_ = 0;
};

}  // namespace ranvier::sim
