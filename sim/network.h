// SPDX-License-Identifier: Apache-2.0
// The network as the chip simulation sees it: packets in, deliveries out. Relay multicast is made of unicasts by the
// cores; a network may also fork packets in its routers. Plain C++: no SystemC in here, a shell clocks it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "base/ids.h"
#include "base/quantities.h"
#include "chips/chip.h"
#include "sim/network_probe.h"
#include "sim/router_watch.h"

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

class StateWriter;
class StateReader;

/// A set of destinations that packets of one source go to, forked in the routers.
using TreeId = std::uint32_t;

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
  /// Directed links that leave a router: link number = router * links_per_router() + direction.
  virtual std::int32_t links_per_router() const { return 4; }
  /// Flits carried by each directed link (mapper/mesh.h numbering) since construction or clear_counters().
  virtual const std::vector<std::int64_t>& link_flits() const = 0;
  virtual void clear_counters() = 0;
  /// From now on appends an entry for each packet whose head leaves its source queue; nullptr stops it.
  virtual void log_entries(std::vector<Entry>* log) = 0;

  /// A multicast tree for later packets: the unicast ways from `source` to each of `destinations`, shared as far as
  /// they go together. The same set gives the same tree.
  virtual TreeId add_tree(CoreId source, std::span<const CoreId> destinations) {
    static_cast<void>(source), static_cast<void>(destinations);
    throw std::logic_error("this network does not fork packets");
  }
  /// The same along links given by the caller, each after the one it goes on from, in mapper/mesh.h numbering; of a
  /// mesh.
  virtual TreeId add_tree(CoreId source, std::span<const CoreId> destinations, std::span<const LinkId> links) {
    static_cast<void>(source), static_cast<void>(destinations), static_cast<void>(links);
    throw std::logic_error("this network does not fork packets");
  }
  /// As inject(), but to every core of the tree, once each; `packet.source` is that of the tree, `packet.destination`
  /// means nothing. Throws NetworkParameterError for a packet that has to fork and does not fit a buffer.
  virtual void inject_tree(const Packet& packet, TreeId tree, std::int64_t at) {
    static_cast<void>(packet), static_cast<void>(tree), static_cast<void>(at);
    throw std::logic_error("this network does not fork packets");
  }
  void inject_tree(const Packet& packet, std::span<const CoreId> destinations, std::int64_t at) {
    inject_tree(packet, add_tree(packet.source, destinations), at);
  }

  /// From now on counts into `probe`, which is given its shape; nullptr stops it. Networks without routers leave the
  /// probe with no ports.
  virtual void attach(NetworkProbe* probe) {
    if (probe != nullptr) probe->ports = 0;
  }

  /// From now on tells `watch` what its routers do, first of the trees that there are; nullptr stops it. Throws
  /// std::logic_error where there are no routers.
  virtual void watch(RouterWatch* watch) {
    if (watch != nullptr) throw std::logic_error("this network has no routers to watch");
  }

  /// The state of a router after the last cycle simulated; false where there are no routers.
  virtual bool look(std::size_t router, RouterLook& into) const {
    static_cast<void>(router), static_cast<void>(into);
    return false;
  }

  /// What lasts while nothing is inside: the cycle, arbiters' pointers, credits on their way, ejection ports, link
  /// counters. For a network of the same parameters. Throws std::logic_error while a packet is inside, StateMismatch
  /// for bytes of another network.
  virtual void save(StateWriter& to) const { static_cast<void>(to); }
  virtual void restore(StateReader& from) { static_cast<void>(from); }
};

struct NetworkOptions {
  std::uint64_t seed = 0;
  std::int32_t random_delay_cycles =
      0;  // tests: each packet waits 0..this cycles more at its source, drawn by (seed, id)
  /// Fidelity check: the network of a counterfactual instead of the fidelity's own.
  std::function<std::unique_ptr<Network>(const chips::Board&)> substitute{};
};

std::unique_ptr<Network> make_cycle_network(const chips::Board& board, const NetworkOptions& options = {});

}  // namespace ranvier::sim
