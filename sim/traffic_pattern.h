// SPDX-License-Identifier: Apache-2.0
// Synthetic traffic: which core a core's next packet goes to. Patterns and weights are BookSim's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "sim/network_timing.h"

namespace ranvier::sim {

/// In routers (x, y), with several cores a router to the core of the same place there:
/// uniform: any core, itself too. transpose: (y, x), square meshes only. bitcomp (bit-complement): cores - 1 - s.
/// neighbour (neighbor): (x + 1, y + 1) round the edges. hotspot (hotspot5): named cores have a weight, 5 unless said
/// otherwise, all others 1; itself allowed. trace: packets out of a file.
enum class TrafficPattern : std::uint8_t { kUniform, kTranspose, kBitComplement, kNeighbour, kHotspot, kTrace };

/// Throws TrafficError.
TrafficPattern traffic_pattern(const std::string& name);

struct Hotspots {
  std::vector<std::uint32_t> cores;  // none: those of the four routers in the middle
  std::int32_t weight = 5;
};

/// Where core `s` sends its packet number `k`: a pure function of both and of the seed.
class Destinations {
 public:
  /// Throws TrafficError for what does not exist on this mesh.
  Destinations(TrafficPattern pattern, const MeshSpec& mesh, const Hotspots& hotspots, std::uint64_t seed);
  CoreId draw(CoreId s, std::uint64_t k) const;

 private:
  void find_hotspots(const Hotspots& hotspots);
  TrafficPattern pattern_;
  MeshSpec mesh_;
  std::uint64_t seed_;
  std::uint32_t cores_;
  std::vector<std::uint32_t> hot_;
  std::uint32_t extra_weight_ = 0;  // of each hot core, beyond 1
};

/// One of the random sets of `count` different cores that a core's multicast packets go to.
std::vector<CoreId> draw_tree(std::int32_t cores, std::int32_t count, std::uint64_t seed, CoreId source,
                              std::uint32_t tree);

}  // namespace ranvier::sim
