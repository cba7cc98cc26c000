// SPDX-License-Identifier: Apache-2.0
// Synthetic traffic and traces on the flit-level network: what `ranvier noc` runs and the reference curves are compared
// with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/network_timing.h"
#include "sim/traffic_pattern.h"
#include "sim/traffic_trace.h"

namespace ranvier::sim {

/// Delays of a preset that are to be others, in cycles; see RouterTiming. `router`: switch asked for to on the link.
struct DelayChanges {
  std::optional<std::int32_t> route, vc_allocation, switch_allocation, router, crossbar, link, credit, inject;
  std::optional<std::int32_t> link_cycles_per_flit;
};

struct TrafficOptions {
  std::string preset = "p3";
  std::string topology = "mesh";  // mesh, torus, cmesh, triangular
  std::int32_t width = 8;         // routers
  std::int32_t height = 8;
  std::int32_t concentration = 0;  // cores a router; 0: four of a cmesh, else one
  std::int32_t virtual_channels = 1;
  std::int32_t buffer_flits = 8;
  std::string allocator = "islip";  // or input-first
  DelayChanges delays;
  std::string traffic = "uniform";
  Hotspots hotspots;
  std::vector<TracePacket> trace;       // of traffic "trace", in order of cycle
  std::int32_t flits = 0;               // of a packet; 0: the preset's
  std::int32_t multicast = 1;           // destinations of a packet, reached by a tree that the routers fork
  double rate = 0.1;                    // flits per core and cycle; a Bernoulli trial for each packet
  std::int64_t cycles = 9000;           // measured; of a trace: all of it
  std::optional<std::int64_t> warm_up;  // cycles before; a third of `cycles` unless given, none before a trace
  std::uint64_t seed = 1;
  bool drain = true;          // go on until every measured packet is out, so that the latency is of all of them
  bool keep_packets = false;  // of a trace: tell the times of each packet
};

/// A packet of a trace, by its place in TrafficOptions::trace.
struct PacketTimes {
  std::int64_t entered = -1;    // its head left the source queue
  std::int64_t delivered = -1;  // by the latency's definition
};

/// Latencies from generation (source queue included) and from entry into the network, to the delivery of the last flit;
/// of preset half-rate, as its origin counts, until the head flit goes out of the last router. A multicast packet
/// counts once for each destination. `saturated`: the mean latency is more than three times that of an empty network
/// over the same hops, or measured packets were still inside ten times `cycles` later; without a drain: more than 2 %
/// of the measured packets, and three times what an empty network would hold, were still inside.
struct TrafficResult {
  double latency_mean_cycles = 0;
  double network_latency_mean_cycles = 0;
  double empty_latency_mean_cycles = 0;  // of the same packets in an empty network, each alone
  std::int64_t latency_max_cycles = 0;
  std::int64_t latency_p99_cycles = 0;  // 99 of 100 take no longer
  double hops_mean = 0;                 // routers visited
  double offered = 0;                   // flits generated per core and cycle while measuring
  double accepted = 0;                  // flits delivered per core and cycle while measuring
  double link_load_max = 0;             // flits per cycle on the fullest link between routers, while measuring
  bool saturated = false;
  double cycles_per_s = 0;  // of CPU time, this thread
  double flit_hops_per_s = 0;
  std::int64_t packets = 0;     // measured and delivered
  std::int64_t cycles_run = 0;  // warm-up, measurement, drain
  std::vector<PacketTimes> times;
};

/// The network that the options ask for. Throws UnknownPreset, UnknownTopology, UnknownAllocator,
/// NetworkParameterError.
MeshSpec mesh_of(const TrafficOptions& options);

/// Flits of a packet: the options', else the preset's.
std::int32_t packet_flits(const TrafficOptions& options);

/// Deterministic but for the two speeds. Throws as mesh_of(), TrafficError, RateError.
TrafficResult run_traffic(const TrafficOptions& options);

}  // namespace ranvier::sim
