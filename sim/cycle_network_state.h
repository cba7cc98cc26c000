// SPDX-License-Identifier: Apache-2.0
// State of the flit-level network in plain arrays, and the numbering that its parts share. A router's first ports lead
// to its neighbours, in the order of link numbers, the others to its cores. The sides behind them stand for those
// cores' own: source queue as sender, sink as receiver.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>

#include "sim/network_timing.h"
#include "sim/network_wheel.h"

namespace ranvier::sim {

/// What is known of an engine when it is compiled. vcs: VCs, or 0: taken from the mesh, as are topology, allocator and
/// delays of heads then. stages: routers of kinds other than kSingleStage. links, ports: most of a router.
template <std::uint32_t vcs, bool stages, std::uint32_t links, std::uint32_t ports>
struct Shape {
  static constexpr std::uint32_t kVcs = vcs;
  static constexpr bool kGeneral = vcs == 0;
  static constexpr bool kStages = stages;
  static constexpr std::uint32_t kLinks = links;
  static constexpr std::uint32_t kPorts = ports;
  static constexpr bool kOneCore = ports == links + 1;
  /// Sides of a router are numbered in steps of a power of two: shifts find them.
  static constexpr std::uint32_t kMostSides = 2 * ports - links;
  static constexpr std::uint32_t kSideBits = std::bit_width(kMostSides - 1);
  using PortSet = std::conditional_t<(ports <= 8), std::uint8_t, std::uint32_t>;
  using InputSet = std::conditional_t<vcs == 1, std::uint8_t, std::uint64_t>;
  using VcSet = std::conditional_t<vcs == 1, std::uint8_t, std::uint16_t>;
};

/// Eight bytes: all that a router needs to send it on. The top bits of x and y tell first and last flit of the packet,
/// the next one of x a packet on a multicast tree. The others: where it goes, x, y and core of the router; or the
/// tree's node that it goes to, and `id` is then the engine's own.
struct Flit {
  static constexpr std::uint16_t kMark = 0x8000;
  static constexpr std::uint16_t kTree = 0x4000;
  static constexpr std::uint16_t kPosition = 0x0fff;
  std::uint32_t id = 0;
  std::uint16_t x_head = 0;
  std::uint16_t y_tail = 0;
  bool head() const { return (x_head & kMark) != 0; }
  bool tail() const { return (y_tail & kMark) != 0; }
  bool on_tree() const { return (x_head & kTree) != 0; }
  std::uint32_t x() const { return x_head & kPosition; }
  std::uint32_t y() const { return y_tail & kPosition; }
  std::uint32_t local() const { return (x_head >> 12 & 3u) << 3 | (y_tail >> 12 & 7u); }
  void aim(std::uint32_t x, std::uint32_t y, std::uint32_t local) {
    x_head = static_cast<std::uint16_t>(x | (local >> 3) << 12);
    y_tail = static_cast<std::uint16_t>(y | (local & 7u) << 12);
  }
  std::uint32_t node() const { return (x_head & 0x3fffu) << 15 | (y_tail & 0x7fffu); }
  void climb(std::uint32_t node) {
    x_head = static_cast<std::uint16_t>((x_head & kMark) | kTree | (node >> 15 & 0x3fffu));
    y_tail = static_cast<std::uint16_t>((y_tail & kMark) | (node & 0x7fffu));
  }
};
inline constexpr std::uint32_t kMostTreeNodes = 1u << 29;

/// FIFO of one input port and VC. The sender writes the flit when it wins the switch, since its credit reserves the
/// slot; `visible` counts those that have arrived.
struct InputVc {
  std::uint32_t base = 0;  // into the flit array
  std::uint16_t mask = 0;
  std::uint16_t read = 0;
  std::uint16_t write = 0;
  std::uint16_t visible = 0;
  std::uint8_t output = 0;  // port and VC that the packet in front leaves by
  std::uint8_t output_vc = 0;
  std::uint8_t forked = 0;  // the packet in front is on a tree: its branches are in Fork and Branch
  std::uint32_t front() const { return base + (read & mask); }
  std::uint32_t back() const { return base + (write & mask); }
};

/// InputSet: bits port * VCs + VC of a router's input VCs. VcSet: VCs of one port. As small as the number of VCs
/// allows, since a mesh of routers should stay in the nearest cache.
template <class InputSet, class VcSet>
struct OutputPort {
  InputSet heads = 0;            // input VCs whose front is a packet's first flit and wants this port, without a VC
  InputSet bodies = 0;           // input VCs whose front flit wants this port and holds a VC of it
  VcSet credit_vcs = 0;          // VCs of this port with a credit
  VcSet free_vcs = 0;            // VCs that no packet holds
  std::uint8_t first_input = 0;  // round-robin pointers
  std::uint8_t first_vc = 0;
};

template <class S>
struct Router {
  using PortSet = typename S::PortSet;
  static constexpr std::uint32_t kPorts = S::kPorts;
  std::array<OutputPort<typename S::InputSet, typename S::VcSet>, kPorts> output;
  std::uint16_t x = 0;
  std::uint16_t y = 0;
  PortSet wanted = 0;                               // outputs with any head or body
  PortSet open = 0;                                 // outputs whose link can take a flit
  PortSet edge = 0;                                 // outputs whose link leaves the chip
  std::uint8_t forks = 0;                           // input VCs with a packet on a tree in front
  std::array<std::uint8_t, kPorts> first_output{};  // round-robin pointers by input
  std::array<std::uint8_t, kPorts> first_vc{};

  /// Output of a flit for (to_x, to_y) on a mesh, x first; the first local one where that is here. By table: which way
  /// a flit turns is no good guess for a branch predictor.
  std::uint32_t route(std::uint32_t to_x, std::uint32_t to_y) const {
    static constexpr std::array<std::uint8_t, 16> kOutput{4, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0};
    return kOutput[static_cast<unsigned>(to_x > x) | static_cast<unsigned>(to_x < x) << 1u |
                   static_cast<unsigned>(to_y > y) << 2u | static_cast<unsigned>(to_y < y) << 3u];
  }
};

/// The packet in front of an input VC, on its way to several outputs. A flit's slot is free when the last of them has
/// taken it.
struct Fork {
  std::uint32_t node = 0;
  std::uint32_t pending = 0;  // outputs that have not sent the tail
};

/// One output of a fork.
struct Branch {
  std::uint16_t read = 0;  // next flit, counted as InputVc::read
  std::uint8_t vc = 0;
};

/// Input VCs whose head may take only the lower or only the upper half of an output's VCs: the two classes that keep
/// rings from waiting for themselves.
struct ClassLimits {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

/// A core's source queue and its sink.
struct CoreSide {
  SourceQueue queue;
  std::int64_t open_at = 0;    // its link into the router can take the next flit
  std::int32_t sent = 0;       // flits of the packet being sent that have left; 0: none is being sent
  bool sending_relay = false;  // the packet being sent is the first of the relays
  std::uint16_t credit_vcs = 0;
  std::uint8_t vc = 0;  // of the packet being sent
  std::uint8_t first_vc = 0;
  std::uint8_t sink_first_vc = 0;
  bool sink_open = true;
};

/// One number for router, side and VC in an event.
template <std::uint32_t kSideBits>
struct PlaceOf {
  static constexpr std::uint32_t pack(std::uint32_t router, std::uint32_t side, std::uint32_t vc) {
    return (router << kSideBits | side) << 4 | vc;
  }
  explicit PlaceOf(std::uint32_t packed)
      : router(packed >> (4 + kSideBits)), side(packed >> 4 & ((1u << kSideBits) - 1u)), vc(packed & 15u) {}
  std::uint32_t router;
  std::uint32_t side;
  std::uint32_t vc;
};

template <class Set>
void include(Set& set, std::uint32_t bit) {
  set = static_cast<Set>(set | Set{1} << bit);
}
template <class Set>
void exclude(Set& set, std::uint32_t bit) {
  set = static_cast<Set>(set & ~(Set{1} << bit));
}
template <class Set>
bool has(Set set, std::uint32_t bit) {
  return (set >> bit & 1u) != 0;
}
/// The number after `i` in a round of `count`.
inline std::uint8_t after(std::uint32_t i, std::uint32_t count) {
  return static_cast<std::uint8_t>(i + 1 == count ? 0 : i + 1);
}

/// First set bit of `mask`, which is not empty, from `first` on, then from 0.
inline std::uint32_t round_robin(std::uint64_t mask, std::uint32_t first) {
  const std::uint64_t upper = mask & (~std::uint64_t{0} << first);
  return static_cast<std::uint32_t>(std::countr_zero(upper != 0 ? upper : mask));
}

/// A set of routers or cores, walked in order. A bit a word says which words to look at: boards have many cores at
/// rest.
class ActiveSet {
 public:
  explicit ActiveSet(std::size_t size) : words_((size + 63) / 64), used_((words_.size() + 63) / 64) {}
  void insert(std::uint32_t i) {
    words_[i / 64] |= std::uint64_t{1} << (i % 64);
    used_[i / 4096] |= std::uint64_t{1} << (i / 64 % 64);
  }
  bool empty() const {
    for (const std::uint64_t word : used_) {
      if (word != 0) return false;
    }
    return true;
  }
  /// Calls visit(i) for each member; it says whether i stays. visit() must not insert.
  template <class Visit>
  void update(Visit&& visit) {
    for (std::size_t u = 0; u < used_.size(); ++u) {
      for (std::uint64_t words = used_[u]; words != 0; words &= words - 1) {
        const auto in_use = static_cast<std::uint32_t>(std::countr_zero(words));
        const std::size_t w = u * 64 + in_use;
        for (std::uint64_t left = words_[w]; left != 0; left &= left - 1) {
          const auto bit = static_cast<std::uint32_t>(std::countr_zero(left));
          if (!visit(static_cast<std::uint32_t>(w * 64) + bit)) words_[w] &= ~(std::uint64_t{1} << bit);
        }
        if (words_[w] == 0) used_[u] &= ~(std::uint64_t{1} << in_use);
      }
    }
  }

 private:
  std::vector<std::uint64_t> words_;
  std::vector<std::uint64_t> used_;
};

}  // namespace ranvier::sim
