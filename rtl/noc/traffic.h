// SPDX-License-Identifier: Apache-2.0
// Packets with chains of relays, run on the RTL mesh and on the network of fidelity `cycle`.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rtl/noc/mesh_port.h"
#include "sim/network.h"

namespace ranvier::rtl {

/// A packet of a script; its number there is its id. A relay follows another packet: it is handed to its source, where
/// that one ends, `at` cycles after the delivery.
struct ScriptPacket {
  CoreId source;
  CoreId destination;
  std::int32_t flits = 1;
  std::int64_t at = 0;  // cycle in which it comes to its source queue, ascending; of a relay the delay, at least 1
  std::int32_t next = kNone;  // the packet that is relayed when this one has come
  bool relay = false;         // waits for another packet
  static constexpr std::int32_t kNone = -1;
};
using Script = std::vector<ScriptPacket>;

/// From cycle `at` on, at least 1, a core's way out of the network is open or closed. All are open before.
struct WayOut {
  std::int64_t at = 1;
  CoreId core;
  bool open = true;
};

struct NetworkRun {
  std::vector<sim::Delivery> deliveries;  // in order of time, then core
  std::vector<sim::Entry> entries;        // in order of time, then core
  std::vector<std::int64_t> injected;     // by packet
  std::int64_t cycles = 0;                // clocked, or until the last delivery
};

/// Runs the script to its end; `ways_out` ascend in time and leave all open. Throws MeshHangs when nothing is delivered
/// any more.
NetworkRun run_on_mesh(MeshPort& mesh, std::span<const ScriptPacket> script, std::span<const WayOut> ways_out = {});
NetworkRun run_on_model(sim::Network& network, std::span<const ScriptPacket> script,
                        std::span<const WayOut> ways_out = {});

/// Cycles from injection to delivery, mean over all packets.
double mean_latency(const NetworkRun& run);

/// How two runs of one script differ. A flow: what goes from one core to another.
struct Comparison {
  double latency = 0;        // mean of the first
  double other_latency = 0;  // of the second
  std::int64_t flows = 0;
  std::int64_t flows_reordered = 0;
  std::int64_t other_cycles = 0;  // packets that entered or left in another cycle
};
Comparison compare(std::span<const ScriptPacket> script, const NetworkRun& first, const NetworkRun& second);

struct RandomTraffic {
  double rate = 0.1;             // packets made by each core and cycle, relays not counted
  std::int64_t cycles = 1000;    // in which packets are made
  std::int32_t most_flits = 1;   // of a packet: 1 to this, equally likely
  std::int32_t most_copies = 0;  // relays of a packet: 0 to this, equally likely
  std::int32_t relay_cycles = 2;
};

/// One Bernoulli trial a core and cycle, uniform destinations other than the source; a pure function of the seed.
Script random_script(std::int32_t cores, const RandomTraffic& traffic, std::uint64_t seed);

/// Every way out is closed now and then within `cycles`, for 1 to 60 cycles; a pure function of the seed.
std::vector<WayOut> random_ways_out(std::int32_t cores, std::int64_t cycles, std::uint64_t seed);

}  // namespace ranvier::rtl
