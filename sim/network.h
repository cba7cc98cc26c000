// SPDX-License-Identifier: Apache-2.0
// The network as the chip simulation sees it: unicast packets in, deliveries out. Relay multicast is made of unicasts
// by the cores. Implementations: flit by flit (cycle), link reservation (fast). Plain C++: no SystemC in here, a shell
// clocks it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/quantities.h"
#include "chips/chip.h"

namespace ranvier::sim {

struct Packet {
  std::uint32_t id = 0;  // given back on delivery
  CoreId source;
  CoreId destination;
  std::int32_t flits = 1;
  bool relay = false;  // enters before its source's own packets
};

struct Delivery {
  std::uint32_t id = 0;
  CoreId destination;
  std::int64_t at = 0;  // cycle in which the tail flit left the network
};

/// When a packet's head flit left the source queue.
struct Entry {
  std::uint32_t id = 0;
  std::int64_t at = 0;
};

class Network {
 public:
  static constexpr std::int64_t kNever = INT64_MAX;
  virtual ~Network() = default;
  /// Queues a packet at its source from cycle `at` on, `at` not before the last advance. A source sends what relays it
  /// has, then packets of its own, each in order of time; a packet once begun is sent whole. Both queues are unbounded.
  virtual void inject(const Packet& packet, std::int64_t at) = 0;
  /// First cycle in which anything can happen; kNever when nothing is inside, or all of it waits for a port to be
  /// opened.
  virtual std::int64_t next_event() const = 0;
  /// Nothing is queued, in flight or waiting.
  virtual bool idle() const = 0;
  /// Simulates through cycle `until`, inclusive; appends deliveries in order of time, then core.
  virtual void advance(std::int64_t until, std::vector<Delivery>& out) = 0;
  /// Closes or opens a core's ejection port (receive FIFO full): back-pressure into the mesh. Takes effect next cycle.
  virtual void set_ejection(CoreId core, bool open) = 0;
  /// Flits carried by each directed link (mapper/mesh.h numbering) since construction or clear_counters().
  virtual const std::vector<std::int64_t>& link_flits() const = 0;
  virtual void clear_counters() = 0;
  /// From now on appends an entry for each packet whose head leaves its source queue; nullptr stops it.
  virtual void log_entries(std::vector<Entry>* log) = 0;
};

struct NetworkOptions {
  std::uint64_t seed = 0;
  std::int32_t random_delay_cycles =
      0;  // tests: each packet waits 0..this cycles more at its source, drawn by (seed, id)
  /// Fidelity check: the network of a counterfactual instead of the fidelity's own.
  std::function<std::unique_ptr<Network>(const chips::Board&)> substitute;
};

std::unique_ptr<Network> make_cycle_network(const chips::Board& board, const NetworkOptions& options = {});
std::unique_ptr<Network> make_fast_network(const chips::Board& board, const NetworkOptions& options = {});

}  // namespace ranvier::sim
