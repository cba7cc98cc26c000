// SPDX-License-Identifier: Apache-2.0
// The layered conformance network: four layers of integrate-and-fire neurons whose synapses and starting potentials are
// a hash of (seed, layer, source, target), so that any program can rebuild it without a file.
// docs/explanation/conformance.md has its definition.
#pragma once

#include <cstdint>
#include <string>

#include "workloads/program.h"

namespace ranvier::workloads {

inline constexpr const char* kLayeredLif = "layered-lif";
inline constexpr std::int32_t kLayeredLifLayers = 4;

struct LayeredLif {
  std::int32_t neurons = 1024;  // of each layer
  double density = 0.1;         // 1: every source reaches every target
  double rate = 0.1;            // spikes a neuron and step, about: bias = 100 * rate
  std::int32_t steps = 100;
  std::uint64_t seed = 12345;
};

/// splitmix64's output function (Steele, Lea, Flood, OOPSLA 2014).
constexpr std::uint64_t splitmix64(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31);
}

/// h(a, b, c) of the network's definition.
constexpr std::uint64_t layered_lif_hash(std::uint64_t seed, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  return splitmix64(splitmix64(splitmix64(seed + a) ^ b) ^ c);
}

/// bias = 100 * rate, halves to even.
std::int32_t layered_lif_bias(double rate);

/// A closed temporal program: the input stage has one silent unit. `threads`: that make synapses; 0: as many as the
/// caller has; the program does not depend on it. Throws BadLayeredLif.
Program layered_lif_program(const LayeredLif& net, int threads = 0);

}  // namespace ranvier::workloads
