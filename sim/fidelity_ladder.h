// SPDX-License-Identifier: Apache-2.0
// Where the time of a step goes: the same images simulated again with one mechanism after the other put back in, from
// bare core work up to the flit-level network. What a rung adds to a step is what its mechanism costs there, measured.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sim/simulate.h"

namespace ranvier::sim {

/// In the order in which they are put in. kReceiveFifo makes the run equal to `cycle` without synchronisation.
enum class Mechanism : std::uint8_t {
  kCores,            // firing and integrating, packets there at once: what is left when all below is out
  kHostLink,         // latency and cycles per flit of the host link
  kRelays,           // relay units: relay_cycles an event, one after the other
  kHeadLatency,      // the way through empty routers and links
  kInjection,        // queues at the sources: a flit a cycle into the network, relays first
  kEjection,         // a flit a cycle out of it
  kLinks,            // contention for links and switches; buffers and virtual channels as many as the model takes
  kVirtualChannels,  // as many as the chip has
  kBuffers,          // as deep as the chip's
  kReceiveFifo,      // full FIFOs close the way out of the network
};
inline constexpr std::size_t kMechanisms = 10;

/// "link contention"; what the fidelity check prints.
std::string_view name_of(Mechanism mechanism);

struct Rung {
  Mechanism mechanism{};
  std::vector<Cycles> work;  // by step of `images`, readouts included
  std::int64_t lost = 0;     // events; the steps of a rung that loses some are not those of the others
};

/// One rung a mechanism but kReceiveFifo, which is the run itself. Simulates images.size() images kMechanisms - 1
/// times. Stops after the rung during which `options.interrupted` was set. Throws what simulate() throws.
std::vector<Rung> climb(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                        std::span<const std::vector<std::int32_t>> images, const SimOptions& options);

}  // namespace ranvier::sim
