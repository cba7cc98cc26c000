// SPDX-License-Identifier: Apache-2.0
// Who follows single routers of the flit-level network cycle by cycle: an RTL router in lock-step with the model's. A
// network that nobody watches spends a branch on it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ranvier::sim {

struct WatchedFlit {
  std::uint32_t id = 0;  // of its packet
  std::uint32_t x = 0;   // where it goes
  std::uint32_t y = 0;
  std::uint32_t core = 0;  // of that router's
  bool head = false;
  bool tail = false;
  bool on_tree = false;    // `node` says where it goes
  std::uint32_t node = 0;  // of its tree, at the router that it comes to
  friend bool operator==(const WatchedFlit&, const WatchedFlit&) = default;
};

/// What a router does with flits on a tree: those with this node leave by a set of ports, over links with other nodes.
struct WatchedNode {
  std::uint32_t node = 0;
  std::uint32_t outputs = 0;
  std::array<std::uint32_t, 6> next{};  // by link; of outputs only
};

/// Told by the network of every router; cycles never go back, and within one all arrivals and credits come before what
/// is sent. Ports: links in the order of link numbers, then the core's.
class RouterWatch {
 public:
  virtual ~RouterWatch() = default;
  /// Before the first flit with the node; nodes that it leads to have been told before.
  virtual void grows(std::size_t router, const WatchedNode& node) = 0;
  /// From cycle `at` on the flit may bid.
  virtual void arrives(std::size_t router, std::uint32_t port, std::uint32_t vc, const WatchedFlit& flit,
                       std::int64_t at) = 0;
  /// From cycle `at` on the output's next buffer has a slot more.
  virtual void credited(std::size_t router, std::uint32_t port, std::uint32_t vc, std::int64_t at) = 0;
  struct Way {
    std::uint32_t port, vc;
  };
  /// A flit wins the switch in cycle `at`; one that forks, for each output in turn.
  virtual void sends(std::size_t router, Way from, Way to, const WatchedFlit& flit, std::int64_t at) = 0;
  /// In cycle `at` the last output has taken the first flit of an input: the credit of its slot goes back.
  virtual void frees(std::size_t router, Way from, std::int64_t at) = 0;
  /// Nothing more will be told. May throw, as the others may, what it found.
  virtual void settle() = 0;

  virtual std::vector<std::string> names() const = 0;  // of the routers that it follows
  virtual std::int64_t flits_compared() const = 0;
  virtual std::int64_t clock_cycles() const = 0;  // of all of them
};

}  // namespace ranvier::sim
