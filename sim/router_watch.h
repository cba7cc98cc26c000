// SPDX-License-Identifier: Apache-2.0
// Who follows single routers of the flit-level network cycle by cycle: an RTL router in lock-step with the model's. A
// network that nobody watches spends a branch on it.
#pragma once

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
  friend bool operator==(const WatchedFlit&, const WatchedFlit&) = default;
};

/// Told by the network of every router; cycles never go back, and within one all arrivals and credits come before what
/// is sent. Ports: links in the order of link numbers, then the core's.
class RouterWatch {
 public:
  virtual ~RouterWatch() = default;
  /// From cycle `at` on the flit may bid.
  virtual void arrives(std::size_t router, std::uint32_t port, std::uint32_t vc, const WatchedFlit& flit,
                       std::int64_t at) = 0;
  /// From cycle `at` on the output's next buffer has a slot more.
  virtual void credited(std::size_t router, std::uint32_t port, std::uint32_t vc, std::int64_t at) = 0;
  struct Way {
    std::uint32_t port, vc;
  };
  /// A flit wins the switch in cycle `at`.
  virtual void sends(std::size_t router, Way from, Way to, const WatchedFlit& flit, std::int64_t at) = 0;
  /// Nothing more will be told. May throw, as the others may, what it found.
  virtual void settle() = 0;

  virtual std::vector<std::string> names() const = 0;  // of the routers that it follows
  virtual std::int64_t flits_compared() const = 0;
  virtual std::int64_t clock_cycles() const = 0;  // of all of them
};

}  // namespace ranvier::sim
