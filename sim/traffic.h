// SPDX-License-Identifier: Apache-2.0
// Synthetic traffic on the flit-level network: what `ranvier noc` runs and the reference curves are compared with.
#pragma once

#include <cstdint>
#include <string>

#include "base/ids.h"
#include "sim/network_timing.h"

namespace ranvier::sim {

/// uniform: any core, itself too. transpose: (y, x), square meshes only. bitcomp: cores - 1 - s. neighbour (or
/// neighbor): (x + 1, y + 1) round the edges. hotspot: the four cores in the middle have weight 5, all others 1; itself
/// allowed.
enum class TrafficPattern : std::uint8_t { kUniform, kTranspose, kBitComplement, kNeighbour, kHotspot };

/// Throws TrafficError.
TrafficPattern traffic_pattern(const std::string& name);

struct TrafficOptions {
  std::string preset = "p3";
  std::int32_t width = 8;
  std::int32_t height = 8;
  std::int32_t virtual_channels = 1;
  std::int32_t buffer_flits = 8;
  std::string traffic = "uniform";
  double rate = 0.1;           // packets of one flit per core and cycle, a Bernoulli trial each
  std::int64_t cycles = 9000;  // measured; a third of it before, to warm up
  std::uint64_t seed = 1;
  bool drain = true;  // go on until every measured packet is out, so that the latency is of all of them
};

/// Latencies from generation (source queue included) and from entry into the network. `saturated`: the mean latency is
/// more than three times that of an empty network over the same hops, or measured packets were still inside ten times
/// `cycles` later; without a drain: more than 2 % of the measured packets, and three times what an empty network would
/// hold, were still inside.
struct TrafficResult {
  double latency_mean_cycles = 0;
  double network_latency_mean_cycles = 0;
  double hops_mean = 0;  // routers visited
  double accepted = 0;   // flits delivered per core and cycle while measuring
  bool saturated = false;
  double cycles_per_s = 0;  // of CPU time, this thread
  double flit_hops_per_s = 0;
  std::int64_t packets = 0;     // measured
  std::int64_t cycles_run = 0;  // warm-up, measurement, drain
  double offered = 0;           // packets generated per core and cycle while measuring
};

/// Deterministic but for the two speeds. Throws UnknownPreset, TrafficError, RateError, NetworkParameterError.
TrafficResult run_traffic(const TrafficOptions& options);

}  // namespace ranvier::sim
